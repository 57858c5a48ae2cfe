"""The list, and what opens over the desk."""

from channels.simulator.calls import Move
from tools.pictures.cast import CLIENT
from tools.pictures.scenes.scene import Group, Play, Scene
from tools.pictures.visit import DESK_FROM, Visit
from web.demo.simulated import NUMBERS

DESK = "/desk/:view/:id(\\d+)?"


async def _list(at: Visit) -> None:
    await at.go("/desk/all")
    await at.shows("row")


async def _mine(at: Visit) -> None:
    await at.go("/desk/mine")
    await at.shows("row")


async def _empty(at: Visit) -> None:
    await at.go("/desk/all?state=snoozed&channel=whatsapp")
    await at.shows("empty")


async def _rail(at: Visit) -> None:
    await _list(at)
    if at.width < DESK_FROM:
        await at.press("open-rail")
    await at.press("notifications")
    await at.shows("notification")


async def _filter(at: Visit) -> None:
    await _list(at)
    await at.press("filter")


async def _choosing(at: Visit) -> None:
    await _list(at)
    for n in range(3):
        await at.mark("row").nth(n).hover()
        await at.mark("pick").nth(n).click()
    await at.shows("bulk-bar")


async def _view(at: Visit) -> None:
    await _list(at)
    if at.width < DESK_FROM:
        await at.press("open-rail")
    await at.press("view-add")
    await at.shows("view-dialog")
    await at.mark("view-name").fill("Urgent from Sales")
    await at.press("add-condition")
    await at.press("add-group")


async def _palette(at: Visit) -> None:
    await _list(at)
    await at.page.keyboard.press("Control+k")
    await at.mark("palette-field").fill("order")
    await at.mark("found").locator("mark").first.wait_for()


async def _keys(at: Visit) -> None:
    await _list(at)
    await at.page.keyboard.press("?")
    await at.shows("keys-dialog")


async def _offers(at: Visit) -> None:
    """Somebody rings an agent who has just come, and who is offered what waits."""
    if at.width < DESK_FROM:
        await at.go("/desk/all")
        await at.press("open-rail")
        await at.press("state-available")
        await at.go("/desk/all")
    else:
        await at.go("/desk/all")
        await at.press("state-available")
    simulator = at.house.simulator
    for call in simulator.world.calls:
        simulator.twilio.calls.do(call, Move.CALLER_HANGS_UP)
    simulator.twilio.calls.ring(CLIENT.phone, NUMBERS[0])
    await at.shows("call-offer")


def _scene(
    name: str, title: str, play: Play, who: str = "james", group: Group = "desk"
) -> Scene:
    return Scene(
        name=name,
        title=title,
        play=play,
        who=who,
        group=group,
        shows=(DESK,),
        alone=name == "offer",
        last=name == "offer",
    )


SCENES = (
    _scene("list", "All that is open", _list),
    _scene("list-mine", "One’s own", _mine),
    _scene("list-empty", "Nothing is there", _empty),
    _scene("list-notices", "What concerns one", _rail),
    _scene("list-filter", "Filter", _filter),
    _scene("list-choosing", "Many at once", _choosing),
    _scene("view-dialog", "A view of one’s own", _view),
    _scene("palette", "Find or do", _palette),
    _scene("keys", "All keys", _keys),
    _scene("offer", "An offer", _offers, who="clara"),
)
