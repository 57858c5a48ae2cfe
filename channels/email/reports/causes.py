"""What a server's refusal comes down to, for a person who cannot read SMTP.

Servers say one thing in a hundred wordings, and often under a number that means
another. So the words are looked at first, in an order in which the more telling ones
win, and the number only where the words tell nothing.
"""

import re
from collections.abc import Mapping

from hub.contracts import HARD_CAUSES

#: It was tried for so long that nobody tries any more.
TOO_LATE = "too_late"

#: The words say no, and not why.
_NO_REASON = "refused"


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE | re.VERBOSE)


_WORDS = (
    (
        "virus",
        _words(
            r"(?<!for\s)(?<!for\sall\s)\bvirus|malware|\binfected|\bBANNED:|trojan|вірус|вирус"
        ),
    ),
    (
        "blocked",
        _words(
            r"""black\s?-?list|block\s?-?list|\b(?:dns|r)bl\b|spam(?:haus|cop|rats)|barracuda|sorbs
            |blocked\s+(?:using|by|for\s+abuse|due)|reputation|client\s+host\s+rejected(?!:\s*cannot\s+find)
            |messages\s+from\s+\S+\s+weren.t\s+sent|traffic\s+not\s+accepted\s+from
            |user\s+complaints|ip\s+(?:address\s+)?[\[\d.:a-f\]]*\s*(?:is|has\s+been|was)?\s*
            (?:blocked|banned|denied|listed)|(?:host|server|network|sender|domain|ip)\s+(?:is\s+|
            has\s+been\s+)?(?:blocked|banned|listed)|(?<!not\s)\blisted\s+(?:at|on|by|in)\s|banned\s+sending
            |requires\s+confirmation|bad\s+sender\s+ip|dynamic\s+ips?\b
            |access\s+from\s+ip|traffic\s+from\s+your|high\s+volume\s+of\s+unwanted"""
        ),
    ),
    (
        "unauthenticated",
        _words(
            r"""\bdmarc\b|\bspf\b|\bdkim\b|unauthenticated|sender\s+policy\s+framework
            |reverse\s+(?:dns|lookup|hostname)|\bptr\b|cannot\s+find\s+your\s+(?:reverse\s+)?
            hostname|helo\s+command\s+rejected|call-?(?:out|back)\s|
            sender\s+(?:id\s+)?(?:authentication|verif\w+)\s+(?:fail|req)
            |authentication\s+(?:checks?|results?)\s+fail|not\s+pass\s+authentication
            |required\s+authentication\s+level"""
        ),
    ),
    (
        "too_fast",
        _words(
            r"""rate\s+(?:limit|control|exceed)|at\s+a\s+rate|too\s+many\s+(?:connections|
            messages(?!\s+on\s+the)|recipients|e-?mails|concurrent|sessions|simultaneous)|throttl|too\s+(?:fast
            |quickly|frequently|often)|(?:daily|hourly|sending|message)\s+(?:user\s+)?(?:sending\s+
            )?(?:limit|quota)\s+(?:has\s+been\s+)?(?:exceed|reached)|connection\s+rate"""
        ),
    ),
    (
        # It is our address that it does not like, whatever it says of it.
        "refused",
        _words(
            r"""(?:sender(?:.?s)?|return-?\s?path|mail\s+from|envelope\s+from)\s+(?:e-?mail\s+)?
            (?:address\s+|domain\s+)?(?:<?\S+@\S+\s+|\S+\s+){0,3}?(?:was\s+|is\s+|has\s+been\s+)?
            (?:rejected|refused|denied|invalid|unknown|does\s+not\s+exist|doesn.t\s+exist|(?:could\s+|can)?
            not\s+(?:found|exist|be\s+(?:found|resolved)|valid|accepted)|must\s+exist|has\s+no\s+mx)
            |(?:invalid|unknown|unroutable|unresolvable|user\s+in)\s+(?:\S+\s+)?sender|from:\s+domain|
            (?:user|recipient|account)\s+(?:\S+\s+)?(?:is\s+)?(?:not|only)\s+accepting|is\s+protected\s+by"""
        ),
    ),
    (
        "mailbox_full",
        _words(
            r"""(?:mail\s?box|mail\s?folder|inbox|account|quota|storage|user|maildir|mail\s?drop)(?:[^.]|\.(?=\S)){0,40}
            (?:\bis\s+(?:almost\s+)?full|\bfull\b|exceed|over\s?quota|over\s+(?:its|the|his)\s+
            (?:quota|limit|size))|over\s?-?quota|quota\s+(?:exceed|violation|full)|exceed\w*\s+
            (?:\S+\s+){0,4}(?:quota|storage)|too\s+many\s+messages\s+on\s+the|too\s+much\s+mail\s+data|
            space\s+has\s+been\s+used|out\s+of\s+(?:storage|space)|disk\s+quota
            |(?:not\s+enough|insufficient)\s+(?:storage\s+)?(?:space|quota)\s+(?:in|for)\s+(?:the\s+)?
            (?:mailbox|user|recipient)|mailfull|full\s+mailbox|bo[iî]te\s+(?:\S+\s+){0,3}pleine
            |postfach\s+(?:\S+\s+){0,3}voll|buzón\s+(?:\S+\s+){0,3}lleno|casella\s+(?:\S+\s+){0,3}piena
            |скрин\S+\s+(?:\S+\s+){0,2}(?:переповнен|повн)|ящик\s+(?:\S+\s+){0,2}(?:переполнен|
            переповнен)|перевищено\s+квот|превышен\w*\s+квот|skrzynka\s+(?:\S+\s+){0,2}pełna
            |(?:mailbox|postvak)\s+(?:\S+\s+){0,2}vol\b|schránka\s+(?:\S+\s+){0,2}plná|caixa\s+(?:\S+\s+){0,3}cheia"""
        ),
    ),
    (
        "too_large",
        _words(
            r"""(?:message|mail|size|attachment|letter)(?:[^.]|\.(?=\S)){0,40}(?:too\s+(?:big|large|long)|
            exceeds?\b|over\s+the\s+(?:size\s+)?limit)|(?:maximum|fixed|administrative)\s+
            (?:message\s+|allowed\s+)?(?:size|limit)\b|size\s+limit|too\s+(?:big|large)\b
            |завелик|слишком\s+больш"""
        ),
    ),
    (
        "relaying",
        _words(
            r"""relay\w*\s+(?:access\s+)?(?:is\s+)?(?:denied|not\s+(?:permitted|allowed)|prohibited|
            disabled)|(?:unable|not\s+permitted|not\s+allowed|refus\w+|cannot)\s+to\s+relay|not\s+relay
            |unauthorized\s+relay|rcpthosts|not\s+a\s+gateway"""
        ),
    ),
    (
        "domain_unknown",
        _words(
            r"""no\s+such\s+(?:domain|host)|name\s+or\s+service\s+not\s+known|domain\s+(?:must\s+exist|is\s+not\s+
            reachable|mentioned\s+(?:\S+\s+){0,5}unknown|may\s+not\s+exist)|(?:host|domain)(?:\s+(?:or\s+domain\s+)?name)?\s+(?:was\s+|
            is\s+|does\s+|could\s+|can)?(?:not\s+(?:found|exist|be\s+(?:found|resolved))|unknown|invalid
            |not\s+be\s+found)|(?:host|domain)\s+(?:\S+\s+){0,2}(?:not\s+found|(?:does\s+not|doesn.t)\s+
            exist|(?:could\s+not|couldn.t|wasn.t|can.?not)\s+be\s+found)|(?:invalid|unknown|
            unroutable|unrouteable|unresolvable|bad)\s+(?:mail\s+)?(?:domain|host)|nxdomain
            |couldn.t\s+find\s+any\s+host|non-?existent\s+(?:host|domain)|name\s+service\s+error
            |lowest\s+numbered\s+mx|illegal\s+host|no\s+(?:a\s+or\s+)?mx\s+(?:record|found)
            |dns\s+(?:error|lookup|query|server)\b[^\n]{0,60}(?:no\s+such|not\s+found|fail|non-?exist|
            does\s+not)|домен\w*\s+(?:\S+\s+){0,2}(?:не\s+(?:існує|знайден|существует|найден))"""
        ),
    ),
    (
        "moved",
        _words(
            r"""has\s+moved|address\s+(?:has\s+)?changed|new\s+(?:e-?mail\s+)?address\s+(?:is|:)|no\s+
            forwarding|user\s+(?:has\s+)?moved|mailbox\s+(?:has\s+)?(?:been\s+)?moved|please\s+use\s+(?:the
            \s+)?new\s+address|has\s+been\s+replaced\s+by"""
        ),
    ),
    (
        "mailbox_disabled",
        _words(
            r"""archived\s+recipient|suspend\s+the\s+service|domain\s+(?:\S+\s+)?is\s+(?:currently\s+)?suspended|
            (?:mail\s?box|account|user|recipient|address|e-?mail)\b(?:[^.]|\.(?=\S)){0,60}(?:\bdisabled|
            suspended|deactivated|inactive|not\s+active|\blocked\b|\bfrozen|closed|expired|dormant|on\s
            hold\s+by|terminated|discontinued|has\s+been\s+blocked|is\s+blocked|вимкнен|відключен|
            отключ[её]н|заблокован|заблокирован)|(?:disabled|suspended|inactive|
            deactivated|closed|expired|locked)\s+(?:mail\s?box|account|user|recipient)
            |(?:скриньк|ящик|обліков|учетн|уч[её]тн|аккаунт)\S*\s+(?:\S+\s+){0,3}(?:вимкнен|відключен|
            отключ[её]н|заблокован|заблокирован)"""
        ),
    ),
    (
        "bad_address",
        _words(
            r"""malformed|(?:bad|illegal|invalid)\s+(?:\S+\s+){0,2}(?:syntax|format)|syntax\s+error
            |syntactically|not\s+rfc-?\s?[25]?\d*\s*(?:compliant\s+)?address|address\s+format"""
        ),
    ),
    (
        "mailbox_unknown",
        _words(
            r"""(?:unknown|no\s+such|invalid|non[\s-]?existent|bad|illegal|unrecognized)[\s_]+
            (?:local\s+)?(?:e-?mail\s+)?(?:user|recipient|address|mail\s?box|account|person|addressee|
            local|alias|destination|rcpt|e-mail|virtual)|(?:user|recipient|address|mail\s?box|account|
            addressee|alias|person)\b(?:[^.]|\.(?=\S)){0,80}?(?:unknown|not\s+(?:found|known|valid|exist|listed|
            recognized|here|available|our\s+customer|a\s+valid)|(?:does|do|did)(?:\s+not|n.t)\s+exist|
            invalid|unavailable|no\s+longer|couldn.t\s+be\s+found|could\s+not\s+be\s+found|
            wasn.t\s+found|undeliverable|nonexist|non-exist|doesn.t\s+have\s+an?)|user\s?unknown
            |unroute?able\s+address|bad(?:rcpt|recipient)to\b|validrcptto|missing\s+home\s+directory|
            no\s+valid\s+recipients?\b(?!\s+from)|mailbox\s+unavaiable|recipients?\s+(?:was|were)\s+undeliverable|
            not\s+(?:an?\s+)?(?:active|local)\s+address|recipient\s+(?:is\s+)?not\s+(?:local|ok)\b|
            addresses\s+were\s+unknown|utente\s+(?:sconosciuto|simile)|in\s+name\s+directory|<\S+>\s+not\s+found|
            adresse\s+nicht\s+gefunden|no\s+mail\s?box\b|recip(?:ient)?\s?not\s?found|RecipNotFound
            |doesn.t\s+have\s+(?:an?\s+)?\S+\s+account|no\s+(?:\S+\s+)?account\s+(?:here|by|with)
            |(?:can.?t|can\s?not|could\s+not|couldn.t|unable\s+to)\s+(?:find|verify|open)\s+(?:the\s+|
            your\s+|this\s+|his\s+)?(?:recipient|address|user|mailbox|alias)|not\s+(?:present|
            listed)\s+in\s+(?:the\s+)?(?:\S+\s+){0,2}(?:directory|name\s+&\s+address)
            |(?:does\s+not|doesn.t|didn.t)\s+(?:seem\s+to\s+)?exist|nobody\s+(?:here|by)|not\s+a\s+(?:valid|known)\s+(?:user|
            mailbox|recipient|address)|no\s+(?:such\s+)?one\s+(?:here|by|at\s+this)\s|no\s+longer\s+(?:valid|available|exists?
            |employed|works|at\s+this|in\s+use)|not\s+our\s+customer
            |адрес\w*\s+(?:\S+\s+){0,3}не\s+(?:існує|знайдено|существует|найден)|такого\s+(?:користувача|
            пользователя|адрес\w*)|(?:користувач|пользовател|ящик|скриньк)\S*\s+(?:\S+\s+){0,3}не\s+
            (?:існує|знайдено|зареєстрован|существует|найден|зарегистрирован)
            |empfänger\S*\s+(?:\S+\s+){0,3}(?:unbekannt|nicht\s+gefunden|existiert)|existiert\s+nicht
            |n.existe\s+(?:pas|plus)|destinataire\s+inconnu|no\s+existe|non\s+esiste|sconosciuto|não\s+existe
            |nie\s+istnieje|bestaat\s+niet|usu[aá]rio\s+(?:desconoc|desconhec)ido
            |adresse\s+(?:\S+\s+){0,4}(?:inconnue|invalide)|utilisateur\s+inconnu|benutzer\s+(?:\S+\s+)
            {0,2}unbekannt|unbekannter\s+(?:empfänger|benutzer)|neznámý\s+(?:uživatel|adresát|příjemce)
            |onbekende\s+(?:gebruiker|ontvanger)|użytkownik\s+nieznany|\#5\.1\.0\s+address\s+rejected"""
        ),
    ),
    (
        "takes_no_mail",
        _words(
            r"""mail\s+receiving\s+disabled|
            (?:does\s+not|doesn.t|do\s+not|not)\s+accept(?:ing)?\s+(?:any\s+|incoming\s+)?(?:(?:e-?)?mail\b
            (?!\s+(?:from|with)\b)|network\s+messages|messages\s+from\s+the)|null\s?mx
            |no\s+mail\s+(?:is\s+)?accepted|mail\s+(?:is\s+)?not\s+accepted\s+(?:here|at)|\b521\b"""
        ),
    ),
    (
        TOO_LATE,
        _words(
            r"""message\s+expired|retry\s+time\s*(?:out|not\s+reached)|too\s+(?:old|long\s+in)|gave\s+up
            |giv(?:ing|en)\s+up|unable\s+to\s+deliver\s+in|delivery\s+time\s+expired|lifetime|has\s+been\s+
            (?:in|on)\s+the\s+queue|queue\s?time|could\s+not\s+be\s+delivered\s+(?:for|within)|timeout\s+
            exceeded|after\s+\d+\s+(?:hours|days|tries)|not\s+delivered\s+(?:for|within)"""
        ),
    ),
    (
        "unreachable",
        _words(
            r"""connect(?:ion)?\s+(?:\S+\s+){0,4}(?:timed?\s*-?out|refused|reset|lost|dropped|closed|failed)
            |timed?\s?-?out|no\s+route\s+to|unreachable|(?:could\s+not|couldn.t|can\s?not|unable\s+to|
            failed\s+to)\s+connect|routing\s+loop|hop\s+count|too\s+many\s+hops|mail\s+loop|loops?\s+back
            |hops?\s+exceed|did\s+not\s+respond|not\s+respond(?:ing)?|no\s+answer\s+from|lost\s+connection|host\s+(?:is\s+)?
            down|message\s+loop|alternate\s+port|wasn.t\s+able\s+to\s+establish"""
        ),
    ),
    (
        "server_trouble",
        _words(
            r"""internal\s+(?:\S+\s+)?error|insufficient\s+(?:system\s+|disk\s+)|system\s+(?:error|full|
            resources)|disk\s+(?:is\s+)?full|no\s+space|mailer\s+error|local\s+(?:error|configuration|
            problem)|configuration\s+error|out\s+of\s+memory|low\s+on\s+(?:disk|space)|service\s+(?:not\s+
            available|(?:is\s+|currently\s+)?unavailable)|temporar(?:y|ily)\s+(?:\S+\s+)?(?:failure|lookup|
            system|server|local|unavailable)|unexpected\s+(?:error|failure)|server\s+(?:is\s+)?(?:busy|
            error|too\s+busy)|alias\s+loop|can.?t\s+create\s+output|pipe\s+to|unknown\s+mailer"""
        ),
    ),
    (
        "spam",
        _words(
            r"""\bspam|unsolicited|\bjunk|(?:bulk|commercial)\s+(?:e-?mail|mail)|\bUBE\b|\bUCE\b|phish
            |suspicious|спам|likely\s+unwanted"""
        ),
    ),
    (
        "content",
        _words(
            r"""media\s+error|not\s+(?:mime|rfc)\S*[\s-]+compliant|does\s+not\s+(?:comply|conform)|
            multiple\s+(?:\S+\s+){0,3}(?:from|subject|to)|(?:bare|bad|missing|invalid|duplicate)\s+
            (?:lf|header|from:|date|message-id)|attachment|potential\s+security\s+issue|content\s+(?:is\s+)?(?:rejected|refused|not|
            filter|restriction)|8-?bit|smtputf8|message\s+(?:format|content)"""
        ),
    ),
    (
        _NO_REASON,
        _words(
            r"""polic(?:y|ies)|denied|reject|refus|prohibit|not\s+(?:authori[sz]ed|permitted|allowed|
            accepted|acceptable)|permission|restricted|administrative|on\s+hold|disallow|forbidden|
            not\s+accept(?:ing)?\b|did\s+not\s+like|\bblocked\b|відхилен|отклон"""
        ),
    ),
)
#: Microsoft's way to say that nobody has that address; others' rules say it by 5.7.1.
_NOT_IN_DIRECTORY = _words(r"recipient\s+address\s+rejected:\s+access\s+denied")
_NOT_NOW = _words(r"temporar|try\s+(?:again\s+)?later|\bbusy\b|\bunavailable")
_REJECTED = _words(
    r"(?:recipient|address|user|mailbox)\s+(?:is\s+)?rejected\b(?!\s*:|\s+by)"
)
#: Too common in what a server writes around the words that matter.
_ONLY_IN_ITS_WORDS = frozenset(
    {"refused", "content", "server_trouble", "spam", "too_large"}
)
#: RFC 3463 by subject and detail, whatever the class.
_NUMBERS = {
    "1.1": "mailbox_unknown",
    "1.2": "domain_unknown",
    "1.3": "bad_address",
    "1.6": "moved",
    "1.7": "bad_address",
    "1.8": "refused",
    "1.10": "takes_no_mail",
    "2.1": "mailbox_disabled",
    "2.2": "mailbox_full",
    "2.3": "too_large",
    "3.2": "takes_no_mail",
    "3.4": "too_large",
    "4.4": "domain_unknown",
    "4.7": TOO_LATE,
    "7.20": "unauthenticated",
    "7.21": "unauthenticated",
    "7.22": "unauthenticated",
    "7.23": "unauthenticated",
    "7.24": "unauthenticated",
    "7.25": "unauthenticated",
    "7.26": "unauthenticated",
    "7.27": "unauthenticated",
    "7.28": "too_fast",
}
_SUBJECTS = {
    "3": "server_trouble",
    "4": "unreachable",
    "5": "server_trouble",
    "6": "content",
    "7": "refused",
}
#: SMTP answers that say more than "no".
_CODES = {
    "421": "server_trouble",
    "450": "server_trouble",
    "451": "server_trouble",
    "452": "server_trouble",
    "521": "takes_no_mail",
    "552": "mailbox_full",
    "556": "takes_no_mail",
}


def cause_of(
    words: str,
    *,
    status: str = "",
    code: str = "",
    around: str = "",
    is_over: bool = True,
    is_exact: bool = False,
) -> str:
    """Name the cause of a refusal; empty where nobody could tell.

    Args:
        words: What the server said to whoever handed the mail over.
        status: RFC 3463, such as ``5.1.1``.
        code: The SMTP answer, such as ``550``.
        around: What stands around the words in a report written for people.
        is_over: The server tries no more, so that it may be too late.
        is_exact: The number is the server's own, and the words are not.
    """
    words = _without_names(words)
    if status == "5.4.1" and _NOT_IN_DIRECTORY.search(words):
        return "mailbox_unknown"
    known = [one for one in _WORDS if is_over or one[0] != TOO_LATE]
    told = next((cause for cause, one in known if one.search(words)), "")
    if told in HARD_CAUSES and _NOT_NOW.search(words) and "4" in {status[:1], code[:1]}:
        return "server_trouble"
    exact = _by_number(status, _NUMBERS)
    is_better = told == _NO_REASON and (exact not in HARD_CAUSES or _is_plain_no(words))
    if exact and (is_exact or not told or is_better):
        return exact
    told = told or _by_number(status, _SUBJECTS)
    if told:
        return _not_for_ever(told, status, code)
    around = _without_names(around)
    for cause, pattern in known:
        if cause not in _ONLY_IN_ITS_WORDS and pattern.search(around):
            return _not_for_ever(cause, status, code)
    return _CODES.get(code, "")


def _is_plain_no(words: str) -> bool:
    """Tell whether a recipient is rejected without a word of rules or wishes."""
    return bool(_REJECTED.search(words))


def _without_names(words: str) -> str:
    """Leave out what is in the names of people and hosts, which may be words too."""
    words = re.sub(r"\bhost\s+\S+\s+said:", "", " ".join(words.split()))
    return re.sub(r"[^\s<>()@]+@[^\s<>()@,;:]+", "a@b", words)


def _by_number(status: str, causes: Mapping[str, str]) -> str:
    kind, _, detail = status.partition(".")
    told = causes.get(detail) or causes.get(detail.partition(".")[0], "")
    return _not_for_ever(told, status, "") if kind in {"4", "5"} else ""


def _not_for_ever(cause: str, status: str, code: str) -> str:
    """A server that says "not now" does not say "never"."""
    if cause == "takes_no_mail" and (status[:1] == "4" or code[:1] == "4"):
        return "server_trouble"
    if cause == "domain_unknown" and status[:1] == "4":
        # The name could not be looked up today.
        return "unreachable"
    return cause
