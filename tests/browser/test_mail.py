"""A mail as it is shown: its own look, its people, its dates, and what came back."""

import re
from email.message import EmailMessage

import aiosmtplib
import pytest
from playwright.async_api import expect

from web import mails
from web.fetching import NotFetchedError

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CLIENT = "olena@client.example"
OURS = "support@zatyshok.example"
#: The smallest picture there is.
DOT = bytes.fromhex(
    "47494638396101000100800000ff0000ffffff21f90400000000002c00000000010001000002024401003b"
)


def composed(subject, words, html=None, **headers):
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"Olena <{CLIENT}>", OURS, subject
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(words)
    if html is not None:
        mail.add_alternative(html, subtype="html")
    return mail


async def bring(stage, mail, sender=CLIENT):
    host, port = stage.simulator.mails.hub
    await aiosmtplib.send(
        mail,
        hostname=host,
        port=port,
        start_tls=False,
        sender=sender,
        recipients=[OURS],
    )


async def test_the_frame_is_as_high_as_the_mail(stage, screens) -> None:
    lines = "".join(f"<p>Line {number}</p>" for number in range(60))
    await bring(stage, composed("A long one", "Long", lines))
    await bring(stage, composed("A short one", "Short", "<p>Only this</p>"))
    nadia = await screens.desk(await stage.employ("Nadia"))

    await nadia.open("A long one")
    await expect(nadia.mark("html")).to_have_count(2)
    for button in await nadia.mark("html").all():
        await button.click()
    long, short = (
        nadia.item(name).locator("[data-test=mail-frame]")
        for name in ("A long one", "A short one")
    )
    await expect(short.content_frame.get_by_text("Only this")).to_be_visible()
    await expect(long.content_frame.get_by_text("Line 59")).to_be_attached()

    async def within(frame) -> bool:
        return await frame.evaluate(
            "one => one.contentDocument.documentElement.scrollHeight <= one.clientHeight + 1"
        )

    await expect(long).to_have_css(
        "height", re.compile(r"^(1[5-9]|[2-9]\d)\d\d(\.\d+)?px$")
    )
    await expect(short).to_have_css("height", re.compile(r"^\d\d(\.\d+)?px$"))
    assert await within(long)
    assert await within(short)


async def test_old_mails_are_folded_in_both_looks_and_one_key_away(
    stage, screens
) -> None:
    old = "<blockquote>Where shall we send it?</blockquote>"
    await bring(
        stage,
        composed(
            "Re: parcel",
            "To Kyiv.\n\nOn Fri, 20 Nov 2026 at 10:00 Shop <s@shop.example> wrote:\n"
            "> Where shall we send it?\n",
            f"<p>To Kyiv.</p><p>On Friday the shop wrote:</p>{old}",
        ),
    )
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Re: parcel")
    item = nadia.item("To Kyiv.")
    await expect(item).not_to_contain_text("Where shall we send it?")

    await nadia.page.keyboard.press("q")
    await expect(item).to_contain_text("Where shall we send it?")
    await nadia.page.keyboard.press("q")
    await expect(item).not_to_contain_text("Where shall we send it?")

    await nadia.mark("html").click()
    frame = nadia.mark("mail-frame").content_frame
    await expect(frame.get_by_text("To Kyiv.")).to_be_visible()
    await expect(frame.get_by_text("Where shall we send it?")).not_to_be_visible()
    # A click into the mail takes no key away from the desk.
    await frame.get_by_text("To Kyiv.").click()
    await nadia.page.keyboard.press("q")
    await expect(frame.get_by_text("Where shall we send it?")).to_be_visible()


async def test_remote_pictures_come_through_the_hub_when_asked_for(
    stage, screens, monkeypatch
) -> None:
    asked = []

    async def fetch(_, url):
        asked.append(url)
        if "gone" in url:
            raise NotFetchedError("HTTP 404")
        return DOT, "image/gif"

    monkeypatch.setattr(mails.Pictures, "fetch", fetch)
    page = (
        '<p>Look</p><img src="https://pictures.example/a.gif?x=1&amp;y=2">'
        '<img src="https://pictures.example/gone.gif">'
    )
    await bring(stage, composed("Two pictures", "Look", page))
    await bring(stage, composed("Two more", "Look", page))
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Two more")
    first = nadia.item("Two pictures")
    await first.locator("[data-test=html]").click()
    await expect(first.locator("[data-test=images-blocked]")).to_contain_text("2")
    assert asked == []

    await first.locator("[data-test=show-images]").click()
    loaded = first.locator("[data-test=mail-frame]").content_frame.locator("img").first
    await expect(loaded).to_have_js_property("naturalWidth", 1)
    assert "https://pictures.example/a.gif?x=1&y=2" in asked

    # Asked for once and for all, the next mail of his shows them at once.
    second = nadia.item("Two more")
    await second.locator("[data-test=html]").click()
    await second.locator("[data-test=always-images]").click()
    await expect(second.locator("[data-test=images-always]")).to_be_visible()
    shown = second.locator("[data-test=mail-frame]").content_frame.locator("img").first
    await expect(shown).to_have_js_property("naturalWidth", 1)


async def test_a_link_that_lies_is_told(stage, screens) -> None:
    page = (
        '<p><a href="https://evil.example/in">https://bank.example/sign-in</a></p>'
        '<p><a href="https://shop.example/1" title="nothing">shop.example</a></p>'
    )
    await bring(stage, composed("Links", "Links", page))
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Links")
    await nadia.mark("html").click()
    links = nadia.mark("mail-frame").content_frame.locator("a")

    await expect(links.nth(0)).to_have_attribute("data-leads", "evil.example")
    await expect(links.nth(0)).to_have_attribute("title", "https://evil.example/in")
    await expect(links.nth(1)).to_have_attribute("title", "https://shop.example/1")
    await expect(links.nth(1)).not_to_have_attribute("data-leads", "shop.example")
    for number in range(2):
        await expect(links.nth(number)).to_have_attribute("target", "_blank")
        await expect(links.nth(number)).to_have_attribute(
            "rel", "noopener noreferrer nofollow"
        )


async def test_dark_paper_is_for_mails_without_colours_of_their_own(
    stage, screens
) -> None:
    await bring(stage, composed("Bare", "Bare", "<p>Plain words</p>"))
    await bring(
        stage, composed("Painted", "Painted", '<p style="color:#222">Dark words</p>')
    )
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.page.emulate_media(color_scheme="dark")
    await nadia.open("Bare")
    await expect(nadia.mark("html")).to_have_count(2)
    for button in await nadia.mark("html").all():
        await button.click()

    for name, paper in (("Bare", "dark"), ("Painted", "light")):
        frame = nadia.item(name).locator("[data-test=mail-frame]").content_frame
        await expect(frame.locator("p")).to_be_visible()
        await expect(frame.locator("html")).to_have_attribute("data-paper", paper)


async def test_a_newsletter_looks_as_its_style_sheet_says(stage, screens) -> None:
    page = """<html><head><style>
        body { background: #f4f1ea } .sheet { width: 420px; border-collapse: collapse }
        td.head { background-color: #2f5d50; color: #fff; padding: 12px }
        .before { display: none }
        @media (prefers-color-scheme: dark) { td.head { color: #000 } }
        </style></head><body><div class="before">Ten new colours</div>
        <table class="sheet"><tr><td class="head">Autumn</td></tr></table></body></html>"""
    plain = "<style>p.MsoNormal { margin: 0; line-height: 30px }</style>"
    await bring(stage, composed("Autumn", "Autumn", page))
    await bring(
        stage, composed("Answer", "Answer", f"{plain}<p class=MsoNormal>To Kyiv</p>")
    )
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.page.emulate_media(color_scheme="dark")
    await nadia.open("Answer")
    await expect(nadia.mark("html")).to_have_count(2)
    for button in await nadia.mark("html").all():
        await button.click()
    sheet, answer = (
        nadia.item(name).locator("[data-test=mail-frame]").content_frame
        for name in ("Autumn", "Answer")
    )

    head = sheet.locator("td")
    await expect(head).to_have_css("background-color", "rgb(47, 93, 80)")
    await expect(head).to_have_css("color", "rgb(255, 255, 255)")
    await expect(sheet.locator("table")).to_have_css("width", "420px")
    await expect(sheet.locator("body > div")).to_have_css(
        "background-color", "rgb(244, 241, 234)"
    )
    await expect(sheet.get_by_text("Ten new colours")).to_be_hidden()
    # It chose its colours for white paper; the answer chose none.
    await expect(sheet.locator("html")).to_have_attribute("data-paper", "light")
    await expect(answer.locator("p")).to_have_css("line-height", "30px")
    await expect(answer.locator("html")).to_have_attribute("data-paper", "dark")


async def test_who_else_it_went_to_and_where_the_answer_is_wanted(
    stage, screens
) -> None:
    await bring(
        stage,
        composed(
            "For all",
            "Hello",
            Cc="Ivan Franko <ivan@client.example>",
            Reply_To="other@elsewhere.example",
        ),
    )
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("For all")

    await expect(nadia.mark("cc")).to_contain_text("Ivan Franko <ivan@client.example>")
    await expect(nadia.mark("reply-to")).to_contain_text("other@elsewhere.example")


async def test_an_invitation_is_a_card_and_a_file(stage, screens) -> None:
    mail = composed("Meeting", "Come and see.")
    mail.add_attachment(
        b"BEGIN:VCALENDAR\r\nMETHOD:REQUEST\r\nBEGIN:VEVENT\r\nSUMMARY:Measure the k\r\n"
        b" itchen\r\nDTSTART;TZID=Europe/Kyiv:20261201T140000\r\nDURATION:PT1H\r\n"
        b"LOCATION:Kyiv\\, Khreshchatyk 1\r\nORGANIZER;CN=Olena:mailto:o@client.example\r\n"
        b"END:VEVENT\r\nEND:VCALENDAR\r\n",
        maintype="text",
        subtype="calendar",
        filename="visit.ics",
    )
    await bring(stage, mail)
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Meeting")

    card = nadia.mark("invitation", what="invited")
    await expect(card).to_contain_text("Measure the kitchen")
    await expect(card).to_contain_text("Kyiv, Khreshchatyk 1")
    await expect(nadia.mark("attachment")).to_contain_text("visit.ics")


async def test_an_absence_note_is_folded_and_waits_for_nobody(stage, screens) -> None:
    await bring(stage, composed("Where is it?", "Where is my order?"))
    await bring(
        stage,
        composed(
            "Automatic reply: your order",
            "I am on holiday until Monday.\n\nAsk Ivan about everything else.",
            Auto_Submitted="auto-replied",
        ),
    )
    nadia = await screens.desk(await stage.employ("Nadia"), "/desk/all")
    await nadia.open("Where is it?")
    await expect(nadia.mark("row")).to_have_count(1)
    note = nadia.mark("machine")
    await expect(note).to_have_attribute("aria-expanded", "false")
    await expect(nadia.mark("quoted")).to_have_count(0)

    await note.click()

    await expect(note).to_have_attribute("aria-expanded", "true")
    await expect(nadia.item("Ask Ivan about everything else.")).to_be_visible()


async def test_a_bounce_is_told_in_plain_words_and_in_the_servers_own(
    stage, screens
) -> None:
    await bring(stage, composed("Where is it?", "Where is my order?"))
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Where is it?")
    await nadia.write("On its way.")
    await nadia.send_now()
    await expect(nadia.item("On its way.", delivery="sent")).to_be_visible()
    (left,) = stage.world.mails_of(CLIENT)
    report = EmailMessage()
    report["From"], report["To"] = "mailer-daemon@client.example", OURS
    report["Subject"] = "Mail delivery failed: returning message to sender"
    report.set_content(
        f"Could not be delivered:\n\n  {CLIENT}\n"
        "    550 5.1.1 nobody lives here\n\n"
        f"--- Copy of the message\nMessage-ID: {left.message_id}\n"
    )

    await bring(stage, report, sender="")

    told = nadia.mark("not-sent")
    await expect(told.locator("[data-test=reason]")).to_contain_text(
        "There is no such mailbox"
    )
    words = told.locator("[data-test=exact]")
    await words.locator("summary").click()
    await expect(words).to_contain_text("550 5.1.1 nobody lives here")

    warned = nadia.page.locator("[data-test=strip][data-name=came-back]")
    await expect(warned).to_contain_text(f"What went to {CLIENT} came back")
    await bring(stage, composed("Re: Where is it?", "I am here after all"))
    await expect(nadia.item("I am here after all")).to_be_visible()
    await expect(warned).to_have_count(0)
