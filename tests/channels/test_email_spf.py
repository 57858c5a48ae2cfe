"""SPF records are followed as RFC 7208 says, and no further."""

from datetime import timedelta
from ipaddress import ip_address

import pytest

from channels._checking import Names, NamesSilentError
from channels.base import Means
from channels.email.senders.spf import Sending, is_sent_by
from tests.channels.dns_stand import name_server

D = "client.com.ua"
FOUR, SIX = "93.184.216.9", "2606:2800:220:1::9"
ZONE = {
    (D, "MX"): ["10 mx.client.com.ua."],
    (f"mx.{D}", "A"): [FOUR],
    (f"mx.{D}", "AAAA"): [SIX],
    ("good.com.ua", "TXT"): ['"v=spf1 ip4:93.184.216.9 -all"'],
    ("bad.com.ua", "TXT"): ['"v=spf1 -all"'],
    ("loop.com.ua", "TXT"): ['"v=spf1 include:loop.com.ua -all"'],
    # Of "olena.p@client.com.ua" from the address above, the other way round.
    (f"9.216.184.93.in-addr.p.{D}", "A"): ["127.0.0.2"],
    (f"p.olena.{D}", "A"): ["127.0.0.2"],
}


async def sends(record, *, client=FOUR, sender=f"olena.p@{D}", silent=False):
    zone = ZONE | {(D, "TXT"): [f'"{one}"' for one in record.split("|")]}
    async with name_server(zone, silent=silent) as server:
        names = Names(
            Means(
                patience=timedelta(seconds=0.3 if silent else 3), name_servers=(server,)
            )
        )
        sending = Sending(client=ip_address(client), helo=f"mx.{D}", sender=sender)
        return await is_sent_by(names, sending)


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        ("v=spf1 ip4:93.184.216.9 -all", True),
        ("V=SPF1 IP4:93.184.216.0/24 -ALL", True),
        ("v=spf1 ip4:93.184.217.0/24 -all", False),
        ("v=spf1 -ip4:93.184.216.9 +all", False),
        ("v=spf1 ?all", False),
        ("v=spf1 +all", True),
        ("v=spf1", False),
        ("something else", False),
        ("v=spf1 all|v=spf1 a", False),
        ("v=spf10 all", False),
        (f"v=spf1 a:mx.{D} -all", True),
        (f"v=spf1 a:mx.{D}/16//48 -all", True),
        ("v=spf1 a -all", False),
        ("v=spf1 mx -all", True),
        ("v=spf1 mx:nowhere.com.ua -all", False),
        ("v=spf1 include:good.com.ua -all", True),
        ("v=spf1 include:bad.com.ua ip4:93.184.216.9", True),
        ("v=spf1 include:nowhere.com.ua +all", False),
        ("v=spf1 include:loop.com.ua +all", False),
        ("v=spf1 redirect=good.com.ua", True),
        ("v=spf1 redirect=good.com.ua -all", False),
        ("v=spf1 exists:%{ir}.%{v}.p.%{d} -all", True),
        ("v=spf1 exists:%{lr}.%{o} -all", True),
        ("v=spf1 exists:%{l1r-}.%{d2}.%{d} -all", False),
        ("v=spf1 ptr -all", False),
        ("v=spf1 unheard:of +all", False),
        ("v=spf1 ip4:nonsense +all", False),
        ("v=spf1 exp=why.%{d} unknown=x ip4:93.184.216.9", True),
    ],
)
async def test_each_term_means_what_it_says(record, passes) -> None:
    assert await sends(record) is passes


@pytest.mark.parametrize(
    ("record", "passes"),
    [
        ("v=spf1 ip6:2606:2800:220::/48 -all", True),
        ("v=spf1 ip6:2606:2800:221::/48 -all", False),
        ("v=spf1 ip4:93.184.216.9 -all", False),
        ("v=spf1 mx -all", True),
        ("v=spf1 mx/24//64 -all", True),
    ],
)
async def test_the_longer_addresses_are_known(record, passes) -> None:
    assert await sends(record, client=SIX) is passes


async def test_only_so_many_questions_are_asked() -> None:
    many = " ".join(f"a:h{number}.{D}" for number in range(9))

    assert await sends(f"v=spf1 {many} mx -all")
    assert not await sends(f"v=spf1 a:h9.{D} {many} mx -all")


async def test_a_stranger_s_name_cannot_pass_for_silence() -> None:
    long = "x" * 70

    assert not await sends("v=spf1 exists:%{l}.%{d} +all", sender=f"{long}@{D}")


async def test_silence_is_not_a_no() -> None:
    with pytest.raises(NamesSilentError):
        await sends("v=spf1 -all", silent=True)
