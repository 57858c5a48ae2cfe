"""Roles of the company's own, and what a desk shows to whom."""

import pytest
from playwright.async_api import expect

from hub.access import own_roles

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_role_is_made_with_what_its_rights_need_and_given(
    stage, screens
) -> None:
    admin = await screens.desk(await stage.employ("Ada", "admin"))
    await stage.employ("Nadia")
    await admin.page.goto(f"{stage.url}/settings/roles")
    await expect(admin.mark("roles-empty")).to_be_visible()
    await expect(admin.mark("role-row", key="agent")).to_contain_text("1 person")

    await admin.mark("role-new").click()
    await admin.mark("role-name").fill("Helper")
    await admin.mark("right-read").uncheck()
    await admin.mark("right-answers").check()
    await expect(admin.mark("right-reply")).to_be_checked()
    await expect(admin.mark("right-read")).to_be_checked()
    await admin.mark("right-erase").check()
    await admin.mark("right-clients").uncheck()
    await expect(admin.mark("right-erase")).not_to_be_checked()
    await admin.mark("role-save").click()

    row = admin.mark("role-row", key="helper")
    await expect(row).to_contain_text("nobody has it")
    await expect(row).to_contain_text("answer clients, write the team")
    await admin.page.goto(f"{stage.url}/settings/accounts")
    await (
        admin.mark("account-row").filter(has_text="Nadia").get_by_role("button").click()
    )
    await admin.mark("account-role").select_option(label="Helper")
    await admin.mark("account-save").click()
    await expect(admin.mark("account-row").filter(has_text="Nadia")).to_contain_text(
        "Helper"
    )

    await admin.page.goto(f"{stage.url}/settings/roles")
    await row.locator("[data-test=role-remove]").click()
    await expect(admin.mark("role-people")).to_have_text("Nadia")
    await expect(admin.mark("role-remove-go")).to_be_disabled()
    await admin.mark("role-into").select_option("agent")
    await admin.mark("role-remove-go").click()
    await expect(row).to_have_count(0)
    await admin.page.goto(f"{stage.url}/settings/audit")
    told = admin.mark("audit-row").filter(has_text="removed the role “Helper”")
    await expect(told).to_contain_text("its people are “Agent” now")


async def test_an_open_desk_shows_at_once_what_its_role_may(stage, screens) -> None:
    async def may(*rights, revision):
        await stage.db.run(
            lambda uow: own_roles.change(
                uow, "helper", rights=rights, revision=revision, by=None
            )
        )

    # What was asked for in the moment in which the right went.
    screens.witness.forgive("status of 403")
    await stage.db.run(
        lambda uow: own_roles.create(
            uow, name="Helper", rights=["read", "reply"], by=None
        )
    )
    await stage.text("+380503382065", "It drips")
    desk = await screens.desk(await stage.employ("Helga", "helper"))
    await desk.open("It drips")
    await expect(desk.mark("composer")).to_be_visible()
    await expect(desk.mark("view-wall")).to_have_count(0)

    await may("read", "wall", revision=0)
    await expect(desk.mark("reads-only")).to_be_visible()
    await expect(desk.mark("composer")).to_have_count(0)
    await expect(desk.mark("resolve")).to_have_count(0)
    await expect(desk.mark("view-wall")).to_be_visible()

    await may("tokens", revision=1)
    await expect(desk.mark("settings-tokens")).to_be_visible()
    await expect(desk.mark("view-all")).to_have_count(0)
    await expect(desk.mark("row")).to_have_count(0)


async def test_who_manages_people_gives_no_more_than_he_has(stage, screens) -> None:
    await stage.db.run(
        lambda uow: own_roles.create(
            uow, name="People", rights=["read", "reply", "accounts"], by=None
        )
    )
    await stage.employ("Ada", "admin")
    boss = await screens.desk(await stage.employ("Petro", "people"))
    await boss.page.goto(f"{stage.url}/settings/roles")

    await expect(boss.mark("role-row", key="admin")).to_contain_text("more than you")
    await boss.mark("role-new").click()
    await expect(boss.mark("right-reply")).to_be_enabled()
    await expect(boss.mark("right-wall")).to_be_disabled()
    await expect(boss.mark("role-form")).to_contain_text("You do not have this right")
    await boss.page.goto(f"{stage.url}/settings/accounts")
    ada = boss.mark("account-row").filter(has_text="Ada")
    await expect(ada).to_contain_text("more than you")
    await expect(ada.get_by_role("button")).to_have_count(0)
    await boss.mark("account-new").click()
    await expect(
        boss.mark("account-role").locator("option[value=admin]")
    ).to_be_disabled()
