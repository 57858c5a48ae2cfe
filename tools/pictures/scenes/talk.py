"""One conversation: what was said, the answer, and the dialogs over them."""

from tools.pictures.cast import CLIENT
from tools.pictures.scenes.desk import DESK
from tools.pictures.scenes.scene import Play, Scene
from tools.pictures.visit import Visit

ANSWER = "Hello, it is noted: Lisova, 38, on Thursday at nine."
#: Cyrillic letters make an SMS shorter.
SMS = (
    "Добрий день! Так, перенесли: четвер, 14:00–18:00. Майстер зателефонує за 30 "
    "хвилин до приїзду. Якщо буде незручно, напишіть."
)


async def _talk(at: Visit) -> None:
    await at.desk(at.cast.talk)


def _shown(kind: str) -> Play:
    async def play(at: Visit) -> None:
        talk, item = at.cast.shown[kind]
        await at.desk(talk, at=item)
        await at.shows("item", id=item)

    return play


async def _letter(at: Visit) -> None:
    await at.desk(at.cast.letter)
    await at.press("html")
    await at.shows("mail-frame")


async def _preview(at: Visit) -> None:
    await at.desk(at.cast.letter)
    await at.press("attachment")
    await at.shows("preview")


async def _card(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.card()


async def _mail(at: Visit) -> None:
    await at.desk(at.cast.letter)
    await at.write(ANSWER)


async def _by_sms(at: Visit) -> None:
    await at.desk(at.cast.shown["sms"][0])
    await at.press("channel-choice")
    await at.press("channel-option", channel="sms")
    await at.mark("composer-text").fill(SMS)
    await at.shows("segments")


async def _came_back(at: Visit) -> None:
    await at.desk(at.cast.shown["bounced"][0])
    await at.press("channel-choice")
    await at.press("channel-option", channel="email")


async def _note(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.press("tab-note")
    await at.write("He wants the day moved. Can you come, ")
    await at.page.keyboard.type("@")
    await at.shows("mentions")


async def _channels(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.press("channel-choice")
    await at.shows("channel-option")


async def _canned(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.write("")
    await at.page.keyboard.type("/")
    await at.shows("canned")


async def _later(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.press("later")
    await at.shows("time-tomorrow")


async def _macro(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.press("macros")
    await at.mark("macros-menu").locator("[data-test=choice]").first.click()
    await at.shows("macro-step")


async def _more(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.press("more")
    await at.shows("select-item")


async def _assign(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.press("assign")
    await at.shows("assign-menu")


async def _search(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.page.keyboard.press("Control+f")
    await at.mark("history-search-field").fill("water")
    await at.shows("history-search-told")


async def _move(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.page.locator("body").press("x")
    await at.shows("selection")
    await at.press("move")
    await at.shows("move-dialog")


async def _promise(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.card()
    await at.press("new-promise")
    await at.shows("task-dialog")
    await at.mark("task-title").fill("Send the price of a second zone")


async def _merge(at: Visit) -> None:
    await at.desk(at.cast.double)
    await at.card()
    await at.press("merge-with")
    await at.mark("merge-field").fill("Clarke")
    await at.press("merge-choice")
    await at.shows("merge-go")


async def _erase(at: Visit) -> None:
    await at.desk(at.cast.talk)
    await at.card()
    await at.press("client-more")
    await at.press("client-erase")
    await at.shows("erase-goes")


async def _arrived(at: Visit) -> None:
    """Be told that the client wrote, while one writes."""
    await at.desk(at.cast.letter)
    await at.write(ANSWER)
    await at.house.simulator.twilio.texts.write(
        CLIENT.phone, "One more thing: the stairs are narrow, too."
    )
    await at.page.locator("[data-test=item]", has_text="narrow, too").first.wait_for()


async def _undo(at: Visit) -> None:
    """Send, and still have the seconds to take it back."""
    await at.desk(at.cast.letter)
    await at.press("tab-reply")
    await at.write(ANSWER)
    await at.press("send")
    await at.page.locator("[data-test=undo], [data-test=missed-strip]").first.wait_for()


def _scene(name: str, title: str, play: Play, who: str = "james") -> Scene:
    return Scene(
        name=name,
        title=title,
        play=play,
        who=who,
        group="talk",
        shows=(DESK,),
        # Drafts are on every screen of who writes them.
        alone=name.startswith("reply-"),
    )


SCENES = (
    _scene("talk", "A conversation over many channels", _talk),
    _scene("talk-call", "A call with its recording", _shown("call")),
    _scene("talk-form", "A form", _shown("form")),
    _scene("talk-note", "A note", _shown("note")),
    _scene("talk-promise", "A promise", _shown("promise")),
    _scene("talk-not-sent", "What was not delivered", _shown("sms")),
    _scene("talk-forged", "A mail that may be forged", _shown("forged")),
    _scene("talk-letter", "A letter with its own look", _letter),
    _scene("talk-file", "A file", _preview),
    _scene("talk-card", "The client’s card", _card),
    _scene("talk-search", "Search in a history", _search),
    _scene("talk-more", "What is needed less often", _more),
    _scene("talk-assign", "Assign", _assign),
    _scene("reply-mail", "Answer by mail", _mail),
    _scene("reply-sms", "Answer by SMS", _by_sms),
    _scene("reply-came-back", "Where the last message came back", _came_back),
    _scene("reply-note", "A note to colleagues", _note),
    _scene("reply-channels", "The channels of an answer", _channels),
    _scene("reply-canned", "Ready answers", _canned),
    _scene("reply-later", "Send later", _later),
    _scene("reply-macro", "A macro, before it runs", _macro),
    _scene("dialog-move", "Move a message", _move),
    _scene("dialog-promise", "A promise to the client", _promise),
    _scene("dialog-merge", "Merge two clients", _merge, who="admin"),
    _scene("dialog-erase", "Erase a person", _erase, who="admin"),
    _scene("reply-arrived", "He wrote meanwhile", _arrived),
    _scene("reply-undo", "Sent, and still to be undone", _undo),
)
