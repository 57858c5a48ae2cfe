"""Clients and orders come over whole, once, and no line is lost in silence."""

import json

import pytest
from sqlalchemy import select

from hub.contracts import InboundMessage
from hub.orders.orders import put_order
from hub.storage.tables import Client
from tests.hub.conftest import sms
from tests.hub.orders import given as order

TABLE = (
    "Прізвище;Ім'я;E-mail;Телефон;Мова;Картка\n"
    "Шевчук;Ганна;hanna@list.test;050 111 22 33;uk-UA;gold\n"
    ";;;;;\n"
    '"Bond, Jr.";James;"james@list.test; j.bond@list.test";+44 20 7946 0958;en;\n'
)


@pytest.fixture
def clients(operator):
    """Read who is known: name, locale, attributes and addresses."""

    async def read():
        return await operator.look(
            "SELECT name, locale, attributes, array(SELECT value FROM addresses "
            "WHERE client_id = clients.id ORDER BY id) FROM clients ORDER BY id"
        )

    return read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
async def test_a_table_is_understood_in_any_usual_encoding(
    operator, clients, tmp_path, encoding
) -> None:
    file = tmp_path / "clients.csv"
    file.write_bytes(TABLE.encode(encoding))

    said = await operator.done("import", "clients", file)

    assert "2 made" in said
    assert await clients() == [
        (
            "Ганна Шевчук",
            "uk",
            {"Картка": "gold"},
            ["hanna@list.test", "+380501112233"],
        ),
        (
            "James Bond, Jr.",
            "en",
            {},
            ["james@list.test", "j.bond@list.test", "+442079460958"],
        ),
    ]


async def test_the_same_list_again_changes_nothing(operator, tmp_path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(TABLE)
    await operator.done("import", "clients", file)
    before = await operator.one("SELECT seq FROM log_head")

    said = await operator.done("import", "clients", file)

    assert "0 made, 0 updated, 2 the same" in said
    assert await operator.one("SELECT seq FROM log_head") == before


async def test_a_dry_run_tells_and_changes_nothing(operator, clients, tmp_path) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(TABLE)

    said = await operator.done("import", "clients", file, "--dry-run")

    assert "2 made" in said
    assert await clients() == []
    assert await operator.one("SELECT seq FROM log_head") == 0


async def test_a_table_without_a_header_is_read_by_its_looks(
    operator, clients, tmp_path
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("Olha,olha@list.test,067 333 44 55,Lviv\n")

    await operator.done("import", "clients", file)

    assert await clients() == [
        ("Olha", None, {"column 4": "Lviv"}, ["olha@list.test", "+380673334455"])
    ]


async def test_every_bad_line_is_named_and_the_others_are_taken(
    operator, clients, tmp_path
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(
        "name,email,phone\n"
        "Anna,anna@list.test,\n"
        "Nobody,,\n"
        'Two,"two\nlines@list.test",12\n'
        'Quoted,"quoted"@list.test,\n'
        "Wide,wide@list.test,0671112233,more,and more\n"
        "Partly,partly@list.test,12\n"
        'Open,"open@list.test,\n'
        "Never,never@list.test,\n"
    )

    said = await operator.refused("import", "clients", file)

    for words in (
        "line 3: refused: it has neither",
        "line 6: refused: not a row",
        "line 7: refused: it has 5 cells",
        "line 8: left out: '12' is no phone number",
        "line 9: refused: a quote is opened here and never closed",
        "3 made",
    ):
        assert words in said
    names = [row.name for row in await clients()]
    assert names == ["Anna", "Two", "Partly"]


async def test_a_table_without_any_address_is_refused_as_a_whole(
    operator, tmp_path
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text("name,city\nAnna,Lviv\n")

    assert 'call one "email"' in await operator.refused("import", "clients", file)


async def test_what_is_known_is_completed_and_not_overwritten(
    operator, clients, tmp_path
) -> None:
    await operator.take(sms(number="+380501112233"))

    async def correct(uow):
        client = await uow.session.scalar(select(Client))
        client.name, client.attributes = "Ганна Петрівна", {"city": "Kyiv"}

    await operator.do(correct)
    file = tmp_path / "clients.csv"
    file.write_text("name,phone,email,city,card\nHanna,0501112233,h@list.test,Lviv,7\n")

    assert "1 updated" in await operator.done("import", "clients", file)

    assert await clients() == [
        (
            "Ганна Петрівна",
            None,
            {"city": "Kyiv", "card": "7"},
            ["+380501112233", "h@list.test"],
        )
    ]


async def test_addresses_of_two_clients_are_not_joined(
    operator, clients, tmp_path
) -> None:
    file = tmp_path / "clients.csv"
    file.write_text(
        "name,email,phone\nAnna,anna@list.test,\nBohdan,,0671112233\n"
        "Both,anna@list.test,0671112233\n"
    )

    said = await operator.refused("import", "clients", file)

    assert "line 4: refused: its addresses are those of several clients" in said
    assert "Anna" in said
    assert len(await clients()) == 2


async def test_an_address_only_typed_into_a_form_goes_to_whom_the_list_names(
    operator, tmp_path
) -> None:
    await operator.take(
        InboundMessage(
            channel="webform",
            external_id="form-1",
            sender="stranger@client.test",
            sender_kind="email",
            also=(("phone", "+380501112233"),),
            text="I typed the number of somebody else",
        )
    )
    file = tmp_path / "clients.csv"
    file.write_text("name,phone\nHanna,0501112233\n")

    assert "1 made" in await operator.done("import", "clients", file)

    owners = await operator.look(
        "SELECT value, name FROM addresses JOIN clients ON clients.id = client_id "
        "ORDER BY value"
    )
    assert owners == [
        ("+380501112233", "Hanna"),
        ("stranger@client.test", "stranger@client.test"),
    ]
    kinds = await operator.look("SELECT kind FROM events ORDER BY seq DESC LIMIT 2")
    assert {row.kind for row in kinds} == {"client.created", "client.changed"}


CARDS = """\
BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D0=9A=D0=BE=D0=B2=D0=B0=D0=BB=D1=
=8C;=D0=86=D1=80=D0=B8=D0=BD=D0=B0
TEL;HOME;FAX:044 222 33 44
TEL;CELL;PREF:(050) 111-22-33
NOTE;ENCODING=QUOTED-PRINTABLE:first line=0D=0A=
second line
END:VCARD
begin:vcard
version:3.0
fn:Petro \\"Piter\\" Bondar\\, engineer
item1.email;type=INTERNET:petro@cards.test
item1.X-ABLabel:private
org:Svitlo\\; LLC;Sales
adr;type=work:;;1 Long
  Street;Lviv;;79000;Ukraine
photo;encoding=b:AAAA
 BBBB
end:vcard

BEGIN:VCARD
VERSION:4.0
FN:Marta
TEL;VALUE=uri;TYPE="voice,cell":tel:+380-67-333-44-55;ext=7
EMAIL;PREF=1:mailto:marta@cards.test
LANG;PREF=2:uk
LANG;PREF=1:en
END:VCARD
BEGIN:VCARD
FN:Nobody
END:VCARD
a stray line
BEGIN:VCARD
FN:Cut off
EMAIL:cut@cards.test
"""


async def test_vcards_of_every_version_are_read(operator, clients, tmp_path) -> None:
    file = tmp_path / "cards.vcf"
    file.write_text(CARDS.replace("\n", "\r\n"), newline="")

    said = await operator.refused("import", "clients", file)

    for words in (
        "line 30: refused: it has neither",
        "line 33: refused: this is outside",
        "line 34: refused: the card never ends",
        "3 made",
    ):
        assert words in said
    assert await clients() == [
        (
            "Ірина Коваль",
            None,
            {"fax": "044 222 33 44", "note": "first line\nsecond line"},
            ["+380501112233"],
        ),
        (
            'Petro "Piter" Bondar, engineer',
            None,
            {
                "organisation": "Svitlo; LLC, Sales",
                "address": "1 Long Street, Lviv, 79000, Ukraine",
            },
            ["petro@cards.test"],
        ),
        ("Marta", "en", {}, ["marta@cards.test", "+380673334455"]),
    ]


async def test_json_lines_are_taken_and_bad_ones_named(
    operator, clients, tmp_path
) -> None:
    file = tmp_path / "clients.jsonl"
    lines = [
        {"name": "Anna", "email": ["a@list.test", "b@list.test"], "card": 7},
        {"name": "N\0L", "email": "c@list.test"},
        {"name": "Odd", "addresses": [{"value": "x"}]},
    ]
    written = [json.dumps(line) for line in lines]
    file.write_text("\n".join([*written, "{", "[1]"]))

    said = await operator.refused("import", "clients", file)

    assert "1 made, 0 updated, 0 the same, 0 older than what is here, 4 refused" in said
    for number in (2, 3, 4, 5):
        assert f"line {number}: refused" in said
    assert await clients() == [
        ("Anna", None, {"card": 7}, ["a@list.test", "b@list.test"])
    ]


async def test_more_lines_than_one_unit_takes_are_all_accounted_for(
    operator, tmp_path
) -> None:
    file = tmp_path / "clients.csv"
    rows = [f"Client {number},c{number}@list.test" for number in range(1201)]
    rows.append("Client 0 again,c0@list.test")
    file.write_text("\n".join(["name,email", *rows]))

    said = await operator.done("import", "clients", file)

    assert "1,201 made, 0 updated, 1 the same" in said
    assert await operator.one("SELECT count(*) FROM clients") == 1201
    assert await operator.one("SELECT seq FROM log_head") == 1201


async def test_what_cannot_be_opened_is_said(operator, tmp_path) -> None:
    said = await operator.refused("import", "clients", tmp_path / "nowhere.csv")

    assert "cannot be read" in said


def shop_line(number="1001", **changes):
    """An order as the shop writes it."""
    return json.dumps(
        {
            "number": number,
            "client": {"email": "oksana@shop.test", "phone": "067 111 22 33"},
            "status": "shipped",
            "currency": "UAH",
            "lines": [{"name": "Lamp", "quantity": 1, "amount": 120_000}],
            "expected_at": "2026-05-20",
            "updated_at": "2026-05-14T08:00:00Z",
            **changes,
        }
    )


async def test_orders_come_over_once_and_in_silence(operator, tmp_path) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text(
        "\n".join(
            [
                shop_line(),
                shop_line("1002", status="lost"),
                shop_line("1003", client={}),
                shop_line("№ 1004", colour="red"),
                shop_line("№ 1005"),
                shop_line("1006", title="N\0L"),
                json.dumps({"status": "paid"}),
                "nonsense",
            ]
        )
    )

    first = await operator.refused("import", "orders", file)
    again = await operator.refused("import", "orders", file)

    assert "2 made, 0 updated, 0 the same" in first
    assert "0 made, 0 updated, 2 the same" in again
    for number in (2, 3, 4, 6, 7, 8):
        assert f"line {number}: refused" in first
    rows = await operator.look("SELECT number, status, total FROM orders ORDER BY id")
    assert rows == [("1001", "shipped", 120_000), ("1005", "shipped", 120_000)]
    # Clients know of their old orders: nobody is told of them anew.
    assert not await operator.one(
        "SELECT count(*) FROM due_rows WHERE kind = 'order.notice'"
    )


async def test_clients_are_told_of_orders_when_that_is_meant(
    operator, tmp_path
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text(shop_line())

    await operator.done("import", "orders", file, "--notify")

    assert await operator.one(
        "SELECT count(*) FROM due_rows WHERE kind = 'order.notice'"
    )


async def test_an_order_never_goes_back_to_an_older_state(operator, tmp_path) -> None:
    await operator.do(
        lambda uow: put_order(uow, "1001", order(minute=10**6), country="UA")
    )
    file = tmp_path / "orders.jsonl"
    file.write_text(shop_line())

    assert "1 older than what is here" in await operator.done("import", "orders", file)

    assert await operator.one("SELECT status FROM orders") == "placed"
