"""The agents' workspace: the built files of ``web/ui``, and one page for all its places."""

from pathlib import Path

from aiohttp import web

BUILT = Path(__file__).parent / "ui" / "dist"
#: Names of built files carry a hash of their content, so they never change.
_FOR_EVER = "public, max-age=31536000, immutable"


def add(app: web.Application, built: Path = BUILT) -> None:
    """Serve the workspace at ``/`` and at every place that only it knows."""
    built = built.resolve()

    async def page(_: web.Request) -> web.StreamResponse:
        index = built / "index.html"
        if not index.is_file():
            return web.Response(
                status=503,
                text="The workspace is not built yet. Run: make ui\n",
            )
        return web.FileResponse(index, headers={"Cache-Control": "no-cache"})

    async def asset(request: web.Request) -> web.StreamResponse:
        path = built / "assets" / request.match_info["name"]
        # The router has folded "..": a name cannot lead out of the folder.
        if ".." in path.parts or not _is_file(path):
            raise web.HTTPNotFound
        return web.FileResponse(path, headers={"Cache-Control": _FOR_EVER})

    async def top(request: web.Request) -> web.StreamResponse:
        path = built / request.match_info["name"]
        if not _is_file(path):
            return await page(request)
        return web.FileResponse(path, headers={"Cache-Control": "no-cache"})

    app.router.add_get("/", page)
    app.router.add_get("/assets/{name:.+}", asset)
    app.router.add_get("/{name:[^/]+}", top)
    # Whatever nobody else serves is a place within the workspace.
    app.router.add_get(
        "/{place:(?!api/|hooks/|files/|calendar/|portal|forms/|socket.io|simulator).+}",
        page,
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        # A stranger's name that is longer than any file's.
        return False
