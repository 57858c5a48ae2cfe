"""What clients see: the portal, the company's forms, and the simulator."""

from tools.pictures.cast import CLIENT
from tools.pictures.scenes.scene import Play, Scene, opens
from tools.pictures.visit import Visit


async def _order(at: Visit) -> None:
    await at.go(at.cast.order)


async def _own_order(at: Visit) -> None:
    await at.go(f"/portal/orders/{at.cast.number}")


async def _case(at: Visit) -> None:
    await at.go(f"/portal/cases/{at.cast.case}")


async def _linked(at: Visit) -> None:
    await at.go(at.cast.linked)


async def _code(at: Visit) -> None:
    await at.go("/portal")
    await at.page.locator("[name=address]").fill(CLIENT.phone)
    await at.page.keyboard.press("Enter")
    await at.page.locator("[name=code]").wait_for()


async def _simulator(at: Visit) -> None:
    # It asks for news without end, so that it is never calm.
    await at.page.goto(f"{at.house.base}/simulator")
    await at.page.get_by_role("button", name=CLIENT.name).click()
    await at.page.locator("#write-mail").wait_for()


def _scene(
    name: str, title: str, play: Play, *shows: str, client: bool = False
) -> Scene:
    return Scene(
        name=name,
        title=title,
        play=play,
        shows=shows,
        client=client,
        group="clients",
        who=None,
        whole=True,
    )


SCENES = (
    _scene("portal-order", "An order", _order, "/portal/o/{token}"),
    _scene("portal-door", "The portal’s door", opens("/portal"), "/portal"),
    _scene("portal-code", "A code was sent", _code),
    _scene("portal-in", "In by a link", opens("/portal/in/abc"), "/portal/in/{token}"),
    _scene("portal-gone", "A link that has ended", opens("/portal/o/ended")),
    _scene(
        "portal-orders",
        "Own orders",
        opens("/portal/orders"),
        "/portal/orders",
        client=True,
    ),
    _scene(
        "portal-own-order",
        "One of one’s orders",
        _own_order,
        "/portal/orders/{number}",
        client=True,
    ),
    _scene(
        "portal-cases",
        "Own questions",
        opens("/portal/cases"),
        "/portal/cases",
        client=True,
    ),
    _scene("portal-case", "One question", _case, "/portal/cases/{id}", client=True),
    _scene("portal-linked", "A question by its link", _linked, "/portal/c/{token}"),
    _scene("form", "A form", opens("/forms/return"), "/forms/{name}"),
    _scene("form-call", "Call me back", opens("/forms/callback"), "/forms/{name}"),
    _scene("simulator", "The simulator", _simulator, "/simulator"),
    _scene("api", "The API’s page", opens("/api/v1/docs"), "/api/v1/docs"),
)
