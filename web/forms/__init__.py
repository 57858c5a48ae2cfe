"""The forms as the world meets them: pages, the script that embeds them, JSON."""

from aiohttp import web

from web.forms import embed, endpoint, pages
from web.forms.finding import seeding

__all__ = ["add"]


def add(app: web.Application) -> None:
    """Mount the hosted pages, the script and the JSON endpoint; see ``portal.add``.

    Before the webhooks' own routes: the endpoint answers for ``/hooks/webform`` too.
    """
    for module in (endpoint, embed, pages):
        app.add_routes(module.routes)
    app.on_response_prepare.append(endpoint.allow)
    app.cleanup_ctx.append(seeding)
