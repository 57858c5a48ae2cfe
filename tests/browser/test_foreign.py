"""Nothing that came from outside runs, reaches out, or covers what is ours."""

from email.message import EmailMessage

import aiosmtplib
import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import expect

from tests.ports import free_port

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

PHONE = "+380503382065"
STRANGER = "stranger@client.example"
#: Each would call alert or change the page, were it ever taken for markup or script.
PAYLOADS = {
    "script": "<script>alert(1)</script>",
    "picture": "<img src=x onerror=alert(2)>",
    "breakout": "\"'><svg/onload=alert(3)>",
    "template": "{{constructor.constructor('alert(4)')()}}",
    "link": "javascript:alert(5)",
}
PAGE = """
<html><head><meta http-equiv="refresh" content="0;url=OUT/refresh">
<link rel="stylesheet" href="OUT/sheet.css"><base href="OUT/">
<style>body {{ background: url(OUT/style.png) }} @import url(OUT/import.css);</style>
</head><body onload="alert('load')">
<p>Look at the picture</p>
<script>alert('script')</script><script src="OUT/script.js"></script>
<img src="OUT/pixel.png" width="1" height="1"><img src="x" onerror="alert('picture')">
<img srcset="OUT/set.png 2x"><video poster="OUT/poster.png" src="OUT/video"></video>
<div style="background-image: url('OUT/background.png')">Dear friend</div>
<table background="OUT/table.png"><tr><td>A table</td></tr></table>
<svg onload="alert('svg')"><image href="OUT/svg.png"/></svg>
<iframe src="OUT/frame"></iframe><object data="OUT/object"></object>
<form action="OUT/form"><input name="password"><button>Sign in again</button></form>
<a href="javascript:alert('link')">A link</a>
<div style="position:fixed;inset:0;z-index:9999;background:red">Over all</div>
</body></html>
"""


@pytest_asyncio.fixture(loop_scope="session")
async def outside():
    """A server that a mail would like to reach; gives its address and who came."""
    came = []

    async def note(request):
        came.append(request.path)
        return web.Response(text="")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", note)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield f"http://127.0.0.1:{port}", came
    await runner.cleanup()


async def test_a_hostile_mail_can_do_nothing(stage, screens, outside) -> None:
    address, came = outside
    mail = EmailMessage()
    mail["From"], mail["To"] = STRANGER, "support@zatyshok.example"
    mail["Subject"] = "A picture for you"
    mail.set_content("Look at the picture")
    mail.add_alternative(PAGE.replace("OUT", address), subtype="html")
    host, port = stage.simulator.mails.hub
    await aiosmtplib.send(mail, hostname=host, port=port, start_tls=False)
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("A picture for you")

    await nadia.mark("html").click()
    frame = nadia.mark("mail-frame").content_frame
    await expect(frame.get_by_text("Dear friend")).to_be_visible()
    await expect(frame.get_by_text("A table")).to_be_visible()

    assert await frame.locator("script, iframe, object, form, input, svg").count() == 0
    box = await nadia.mark("mail-frame").bounding_box()
    over = await frame.get_by_text("Over all").bounding_box()
    assert box["y"] <= over["y"]
    assert over["y"] + over["height"] <= box["y"] + box["height"]
    # The desk is neither covered nor left, and works on.
    await nadia.mark("html").click()
    await nadia.write("Thank you")
    await expect(nadia.writing).to_have_text("Thank you")
    assert came == []


#: Ways to get markup past a list of tags, one kind each.
HOSTILE = (
    "<svg><style><img src=x onerror=alert('a')></style></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert('b')></style></table></mtext></math>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><input name=attributes><input onfocus=alert('c') autofocus></form>",
    "<a href='java&#10;script:alert(2)'>tap</a><a href='&#1;javascript:alert(3)'>tap</a>",
    "<a href='data:text/html,<script>alert(4)</script>'>tap</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(5)>'>",
    "<p style=\"background:url('OUT/css')\">a</p><p style='background:u\\72l(OUT/esc)'>b</p>",
    "<p style='width:expression(alert(6));behavior:url(OUT/htc)'>c</p>",
    "<details open ontoggle=alert(7)><summary>d</summary></details>",
    "<video src=OUT/v onerror=alert(8)></video><audio src=OUT/a></audio>",
    "<link rel=prefetch href=OUT/pre><link rel=dns-prefetch href=OUT/dns>",
    "<meta http-equiv=refresh content='0;url=OUT/meta'>",
    "<iframe srcdoc='<script>parent.document.title=1</script>'></iframe>",
    "<object data=OUT/o></object><embed src=OUT/e><base href=OUT/base>",
    "<template><script>alert(9)</script></template><xmp><script>alert(10)</script></xmp>",
    "<div id=app class=desk>x</div><img name=getElementById src=cid:none>",
    "<!--><script>alert(11)</script--><![CDATA[<script>alert(12)</script>]]>",
    "<a href=OUT/link target=_top>up</a><a href=OUT/link2 target=_parent>up</a>",
    "<table background=OUT/t><td background=OUT/td></table><input type=image src=OUT/in>",
    "<p style='position:fixed;top:0;left:0;width:9999px;height:9999px'>cover</p>",
)
#: Whatever a page must not hold, found from outside of it.
ACTIVE = """one => [...one.contentDocument.querySelectorAll('*')].filter(element =>
    /^(script|iframe|frame|object|embed|form|input|button|svg|math|link|base|video|audio|template)$/i
        .test(element.tagName)
    || [...element.attributes].some(attribute => /^on/i.test(attribute.name)
        || /^\\s*(javascript|vbscript|data:text)/i.test(attribute.value))
).map(element => element.outerHTML)"""


async def test_every_kind_of_hostile_markup_is_dead(stage, screens, outside) -> None:
    address, came = outside
    host, port = stage.simulator.mails.hub
    mail = EmailMessage()
    mail["From"] = '"<img src=x onerror=alert(20)>" <stranger@client.example>'
    mail["To"] = "support@zatyshok.example"
    mail["Subject"] = "<svg onload=alert(21)> offer"
    mail.set_content("<script>alert(22)</script> in plain words")
    page = "<hr>".join(HOSTILE).replace("OUT", address)
    mail.add_alternative(f"<p>Begins</p>{page}<p>Ends</p>", subtype="html")
    mail.add_attachment(
        b"<script>alert(23)</script>",
        maintype="text",
        subtype="html",
        filename="<img src=x onerror=alert(24)>.html",
    )
    await aiosmtplib.send(mail, hostname=host, port=port, start_tls=False)
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("offer")
    await expect(nadia.item("in plain words")).to_be_visible()
    await expect(nadia.mark("attachment")).to_contain_text("onerror=alert(24)")

    await nadia.mark("html").click()
    frame = nadia.mark("mail-frame")
    await expect(frame.content_frame.get_by_text("Ends", exact=True)).to_be_visible()

    assert await frame.evaluate(ACTIVE) == []
    links = frame.content_frame.locator("a")
    assert {await one.get_attribute("target") for one in await links.all()} <= {
        "_blank"
    }
    # The desk stands as it stood: its page, its title, its parts.
    assert nadia.page.url.startswith(stage.url)
    assert await nadia.page.title() != "1"
    await expect(nadia.mark("talk-header")).to_be_visible()
    assert came == []


async def test_a_script_in_the_frame_would_not_run(stage, screens) -> None:
    """Were the sanitiser to miss one, the frame's sandbox and its policy would not."""
    mail = EmailMessage()
    mail["From"], mail["To"] = STRANGER, "support@zatyshok.example"
    mail["Subject"] = "Hello"
    mail.set_content("Plain")
    mail.add_alternative("<p>Rich</p>", subtype="html")
    host, port = stage.simulator.mails.hub
    await aiosmtplib.send(mail, hostname=host, port=port, start_tls=False)
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Hello")

    async def unsanitised(route):
        answer = await route.fetch()
        await route.fulfill(
            response=answer,
            body="<p>Reached</p><img src=x onerror=\"parent.document.title='taken'\">"
            "<script>parent.document.title='taken'</script>"
            "<a href='javascript:parent.document.title=1'>tap</a>",
        )

    screens.witness.forgive("Content Security Policy|Blocked script|blocked|csp")
    await nadia.page.route("**/files/html/*", unsanitised)
    title = await nadia.page.title()
    await nadia.page.evaluate(
        """() => {
            const frame = document.createElement('iframe')
            frame.dataset.test = 'probe'
            frame.sandbox = 'allow-same-origin allow-popups allow-popups-to-escape-sandbox'
            frame.src = '/files/html/1'
            document.body.append(frame)
        }"""
    )
    probe = nadia.mark("probe").content_frame
    await expect(probe.get_by_text("Reached")).to_be_attached()
    await probe.get_by_text("tap").evaluate("link => link.click()")

    assert await nadia.page.title() == title


async def test_a_frame_of_foreign_html_may_not_run_anything(stage, screens) -> None:
    await stage.mail(STRANGER, "Hello", "Plain")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("Hello")
    answer = await nadia.page.context.request.get("/files/html/1")
    policy = answer.headers["content-security-policy"]

    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "allow-forms" not in policy
    assert "allow-top-navigation" not in policy


async def test_markup_in_any_field_is_text_on_the_desk(stage, screens) -> None:
    everything = " ".join(PAYLOADS.values())
    manager = await stage.hire("Iryna", role="manager")
    async with stage.http.post(
        f"{stage.url}/hooks/webform/before-we-install",
        json={
            "name": PAYLOADS["breakout"],
            "email": STRANGER,
            "phone": PHONE,
            "text": everything,
        },
        headers={"X-Form-Key": stage.settings.channels["webform"]["key"]},
    ) as response:
        assert response.ok
    form = await manager.sees(lambda item: item["kind"] == "form")
    talk = f"/conversations/{form['conversation_id']}"
    await manager.call(
        "PATCH",
        talk,
        {"subject": everything, "tags": [PAYLOADS["picture"], PAYLOADS["script"]]},
    )
    await manager.call("POST", f"{talk}/notes", {"text": everything, "mentions": []})
    await manager.call(
        "PATCH",
        f"/clients/{form['client_id']}",
        {
            "name": PAYLOADS["picture"],
            "attributes": {PAYLOADS["script"]: PAYLOADS["breakout"]},
        },
    )
    await stage.text(PHONE, everything)
    await manager.call(
        "POST", "/queues", {"name": PAYLOADS["script"], "channels": [], "members": []}
    )

    oleh = await screens.desk(await stage.employ("Oleh", role="manager"))
    await oleh.open(PAYLOADS["picture"])
    await expect(oleh.mark("subject")).to_have_text(everything)
    await expect(oleh.mark("tags")).to_contain_text(PAYLOADS["script"])
    await expect(oleh.item(everything, kind="form")).to_be_visible()
    await expect(oleh.item(everything, kind="note")).to_be_visible()
    await expect(oleh.item(everything, channel="sms")).to_be_visible()
    await expect(oleh.mark("client-name")).to_have_text(PAYLOADS["picture"])
    await expect(oleh.mark("attribute")).to_have_text(PAYLOADS["breakout"])
    await oleh.page.keyboard.press("Control+k")
    await oleh.mark("palette-field").fill("onerror")
    await expect(oleh.mark("found").filter(has_text="onerror").first).to_be_visible()
    await oleh.page.keyboard.press("Escape")
    await oleh.page.goto("/wall")

    await expect(oleh.mark("tile").filter(has_text=PAYLOADS["script"])).to_be_visible()
    assert await oleh.page.locator("img[src=x], a[href^='javascript:']").count() == 0
