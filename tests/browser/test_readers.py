"""A desk of somebody who only reads: nothing on it would be refused."""

from datetime import timedelta

import pytest
from playwright.async_api import expect

from hub.access import own_roles

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

OKSANA = "+380503382065"

#: What there is to press in an open conversation for who may see it and no more.
READER = {
    "conversation": {"open-card", "more", "quoted", "html", "attachment", "fold"},
    "card": {"consent", "earlier", "task-open"},
    "list": {"row", "filter", "order", "open-rail"},
}


async def watcher(stage, *rights: str) -> str:
    """Employ somebody with these rights alone."""
    await stage.db.run(
        lambda uow: own_roles.create(uow, name="Watcher", rights=rights, by=None)
    )
    return await stage.employ("Vira", "watcher")


async def pressed(screen, part: str) -> set[str]:
    """Name what can be seen and pressed there."""
    found = screen.page.locator(part).locator("button:enabled:visible, input:visible")
    return set(
        await found.evaluate_all(
            "all => all.filter(one => one.checkVisibility({opacityProperty: true}))"
            ".map(one => one.dataset.test ?? one.outerHTML)"
        )
    )


async def furnish(stage) -> None:
    """Leave whatever a desk can show: tags, a promise, a failed SMS, an ending."""
    nadia = await stage.hire("Nadia")
    await stage.text(OKSANA, "It drips")
    item = await nadia.sees(lambda one: one["text"] == "It drips")
    number, client = item["conversation_id"], item["client_id"]
    await nadia.call(
        "PATCH",
        f"/conversations/{number}",
        {"tags": ["boiler"], "assignee_id": nadia.me["id"]},
    )
    await nadia.call(
        "POST",
        "/tasks",
        {
            "kind": "promise",
            "title": "A plumber comes",
            "client_id": client,
            "conversation_id": number,
            "due_at": "2099-01-01T12:00:00Z",
        },
    )
    stage.simulator.behaviour.delay = timedelta(0)
    stage.simulator.behaviour.fail_next_code = 21211
    await nadia.reply(item, "sms", "We come at nine")
    await nadia.sees(
        lambda one: (
            one["text"] == "We come at nine" and one["delivery"]["state"] == "failed"
        )
    )


async def test_who_only_reads_is_shown_nothing_that_is_refused(stage, screens) -> None:
    await furnish(stage)
    vira = await screens.desk(await watcher(stage, "read"))
    await vira.open("We come at nine")
    await expect(vira.mark("reads-only")).to_be_visible()
    await expect(vira.item("A plumber comes")).to_be_visible()
    await expect(vira.mark("client-card")).to_contain_text("A plumber comes")
    await vira.row("We come at nine").hover()

    assert await pressed(vira, "main") <= READER["conversation"]
    assert await pressed(vira, "[data-test=client-card]") <= READER["card"]
    assert await pressed(vira, "[data-test=list]") <= READER["list"]
    await expect(vira.mark("tags")).to_have_text("boiler")
    await vira.mark("more").click()
    await expect(vira.mark("timeline-filter")).to_be_visible()
    await expect(vira.page.locator("[role=menuitem]")).to_have_count(1)
    await vira.page.keyboard.press("Escape")
    await vira.mark("task-open").click()
    await expect(vira.mark("task-title")).to_be_disabled()
    await expect(vira.mark("task-save")).to_have_count(0)


async def test_keys_and_the_palette_offer_a_reader_what_he_may(stage, screens) -> None:
    await stage.text(OKSANA, "It drips")
    vira = await screens.desk(await watcher(stage, "read"))
    await vira.open("It drips")
    press = vira.page.keyboard.press

    await press("e")
    await expect(vira.mark("toast")).to_contain_text("may see this and not change it")
    await press("x")
    await press("Control+a")
    await expect(vira.mark("bulk-bar")).to_have_count(0)
    await press("Control+k")
    await vira.page.keyboard.type("snooz")
    await expect(vira.mark("found").filter(has_text="Snoozed")).to_be_visible()
    await expect(vira.mark("found").filter(has_text="Snooze…")).to_have_count(0)
    await press("Escape")
    await press("?")
    keys = vira.mark("keys-dialog")
    await expect(keys).to_contain_text("Next, previous")
    await expect(keys).not_to_contain_text("Assign")


async def test_who_regains_the_right_to_read_has_his_desk_again(stage, screens) -> None:
    async def may(*rights, revision):
        await stage.db.run(
            lambda uow: own_roles.change(
                uow, "watcher", rights=rights, revision=revision, by=None
            )
        )

    screens.witness.forgive("status of 403")
    await stage.text(OKSANA, "It drips")
    vira = await screens.desk(await watcher(stage, "read"))
    await expect(vira.row("It drips")).to_be_visible()

    await may("tokens", revision=0)
    await expect(vira.mark("settings-tokens")).to_be_visible()
    await may("tokens", "read", revision=1)
    await vira.mark("view-all").click()
    await expect(vira.row("It drips")).to_be_visible()
    await vira.live()
    await stage.text(OKSANA, "It pours")
    await expect(vira.row("It pours")).to_be_visible()

    # Also who began without it.
    await may("tokens", revision=2)
    await expect(vira.mark("view-all")).to_have_count(0)
    await vira.page.reload()
    await expect(vira.mark("settings-tokens")).to_be_visible()
    await may("read", revision=3)
    await expect(vira.mark("view-all")).to_be_visible()


async def test_who_only_reads_is_given_nothing(stage, screens) -> None:
    await stage.text(OKSANA, "It drips")
    await watcher(stage, "read")
    nadia = await screens.desk(await stage.employ("Nadia"))
    await nadia.open("It drips")

    await nadia.mark("assign").click()
    vira = nadia.mark("choice").filter(has_text="Vira")
    await expect(vira).to_contain_text("only sees conversations")
    await expect(vira).to_be_disabled()
    await nadia.page.keyboard.type("vira")
    await nadia.page.keyboard.press("Enter")
    await expect(nadia.mark("assign-menu")).to_be_visible()
    await expect(nadia.mark("whose")).to_have_text("yours", ignore_case=True)
