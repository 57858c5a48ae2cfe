"""Who else a message went to, and where its author wants the answer. Pure.

From tells whose message it is; Reply-To does not, because anybody can write anything
there. So an answer goes to another address by itself only within the same house
(``same_domain``), and never by that alone where strangers share a domain.
"""

from typing import Any

from hub.contracts import InboundMessage

#: People of one message that are kept; a mail to thousands is a mailing.
MOST = 100
#: Domains that anybody has an address at: one of them vouches for nobody.
PUBLIC = frozenset(
    """aol.com bigmir.net fastmail.com free.fr gmail.com gmx.de gmx.net googlemail.com
    hotmail.com i.ua icloud.com inbox.lv interia.pl laposte.net libero.it live.com mail.com
    mail.ru mailbox.org mail.de me.com meta.ua msn.com o2.pl online.ua onet.pl orange.fr
    outlook.com pm.me proton.me protonmail.com seznam.cz t-online.de tutanota.com ukr.net
    web.de wp.pl yahoo.com yandex.com yandex.ru yandex.ua zoho.com""".split()
)


def told(message: InboundMessage) -> dict[str, Any]:
    """Give what the timeline keeps of it: ``also_to``, ``cc``, ``reply_to``."""
    data: dict[str, Any] = {}
    if message.to:
        data["also_to"] = [_person(one) for one in message.to[:MOST]]
    if message.cc:
        data["cc"] = [_person(one) for one in message.cc[:MOST]]
    if message.reply_to is not None:
        data["reply_to"] = _person(message.reply_to) | {
            "same_domain": same_house(message.sender, message.reply_to[1])
        }
    return data


def same_house(one: str, other: str) -> bool:
    """Tell whether two mail addresses are of one house, so one may speak for the other."""
    domain = _domain(one)
    return bool(domain) and domain == _domain(other) and domain not in PUBLIC


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().rstrip(".").lower()


def _person(one: tuple[str, str]) -> dict[str, Any]:
    return {"name": one[0], "address": one[1]}
