"""The words by which mail servers say whom a mail did not reach.

Tables only; ``prose.py`` decides what they mean, ``causes.py`` has those of the causes.
"""

import re

#: Who writes reports: the part before the at sign, or a name without an address.
FROM_SERVER = re.compile(
    r"""(?:mailer[-_.]?daemon|post[-_.]?master|mail[-_.]?delivery|mdaemon|bounces?|
    mailbot|mail-?system|mmdf|microsoftexchange\w*|email-bounces|mailmarshal|symantec\w*|
    imss|mail-?sweeper|"?system.administrator"?|
    (?:mail|e-?mail)[-_.]?(?:error|admin|gateway|server))\b.*""",
    re.IGNORECASE | re.VERBOSE,
)
#: What servers without such a name write above their reports, and hardly anybody else.
HEADLINE = re.compile(
    r"""\s*(?:undeliver|returned\s+(?:e-?)?mail|(?:e-?)?mail\s+delivery\s+(?:fail|problem|
    warning|status|error)|(?:e-?)?mail\s+(?:could\s+not\s+be|not)\s+delivered|
    delivery\s+(?:status\s+)?(?:fail|notification|report)|non-?delivery|failure\s+notice|
    недоставлен|лист\s+не\s+доставлено|unzustellbar)""",
    re.IGNORECASE | re.VERBOSE,
)
#: Announces those whom a mail did not reach.
ANNOUNCES = re.compile(
    r"""^(?:[^\n@\d]{0,200}\b(?:following|these|failed)\s+(?:\w+\s+){0,2}?(?:recipient|address|
    user|person|people|destination)|[^\n@\d]{0,200}\bnot\s+delivered\s+to\s*:)[^\n@]*$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
ABOUT_DELIVERY = re.compile(
    r"""undeliver|deliver\w*\s+(?:has\s+|have\s+)?(?:failure|failed|status|report|problem|error|
    delayed|incomplete|notification|attempt)|fail(?:ed|ure)\s+(?:\w+\s+)?(?:notice|deliver)|
    (?:mail|message|e-?mail|sending)\s+(?:was\s+)?(?:failure|failed|system\s+error|error\b|rejected|
    bounced|delayed|blocked)|returned\s+(?:mail|to\s+sender|message|e-?mail|because)|(?:could|can)\s?(?:not|n.t)\s+be\s+(?:sent|
    delivered)|(?:could\s+not|couldn.t|can.?not|can.t|was\s+unable\s+to|unable\s+to)\s+deliver|
    (?:was\s+not|wasn.t)\s+able\s+to\s+deliver|did\s+not\s+reach|has\s+been\s+postponed|
    non[\s-]?delivery|(?:not|wasn.t)\s+delivered|warning:\s+(?:message|could)|address\s+not\s+found|
    non\s+remis|non\s+(?:distribu|délivr)|unzustellbar|nicht\s+zugestellt|zustellung\s+fehl|
    не\s*(?:вдалося|вдалось|удалось|може|можливо|может|возможно)\s+(?:бути\s+|быть\s+)?доставит|
    не\s*(?:було\s+|был[ао]?\s+)?доставлен|недоставлен|no\s+(?:se\s+)?(?:ha\s+podido\s+|pudo\s+)?
    entreg|mancato\s+recapito|impossibile\s+(?:recapitare|consegnare)|niedostarczon|nie\s+(?:można|
    udało\s+się)\s+dostarczy|onbestelbaar|não\s+(?:foi\s+)?entreg|nedoručiteln|配信|送信できません|退信|投递失败""",
    re.IGNORECASE | re.VERBOSE,
)
DELAYED = re.compile(
    r"""delayed|temporar(?:y|ily)\s+(?:fail|defer)|will\s+(?:be\s+)?(?:re-?tr(?:y|ied)|
    keep\s+trying|continue\s+(?:trying|to\s+try))|do\s+not\s+need\s+to\s+re-?send|not\s+yet\s+been\s+
    delivered|has\s+been\s+postponed|attempts?\s+will\s+continue|has\s+not\s+been\s+
    delivered\s+after|warning\s+message|still\s+(?:being\s+)?(?:trying|attempt)|no\s+action\s+is\s+required""",
    re.IGNORECASE | re.VERBOSE,
)
GIVEN_UP = re.compile(
    r"""given\s+up|giving\s+up|gave\s+up|permanent|too\s+(?:long|old)|retry\s+time(?:out)?\s+(?:not|
    exceed)|could\s+not\s+be\s+delivered\s+(?:for|within)|will\s+not\s+(?:be\s+)?(?:retr|tr)""",
    re.IGNORECASE | re.VERBOSE,
)
ADDRESS = re.compile(r"<?([^\s<>()\"',;:@\[\]]{1,64}@[^\s<>()\"',;:@\[\]]{1,250}\w)>?")
#: An address that is not somebody's whom a mail was sent to.
NOT_A_CLIENT = re.compile(
    r"(?:mailer-daemon|postmaster|abuse|support|help(?:desk)?|admin(?:istrator)?|"
    r"webmaster|hostmaster)@.*|.*@(?:email\.amazonses|prod\.outlook)\..*|"
    # Names of machines; people have their mail at mail.ru and mail.com.
    r".*@(?:smtp|mx\d*|mail\d*)\.[^.]+\..*",
    re.IGNORECASE,
)
#: A line that is a recipient and nothing else, or begins with one.
NAMED = re.compile(
    r"""[ \t]*(?:(?:to|recipient(?:\s+address)?|final-recipient|rcpt\s+to|кому|одержувач|адресат|
    address|e-?mail)\s*:\s*(?:rfc822\s*;\s*)?|[-*•\d.)]+[ \t]+|'|")?(?:[^\n<>()@]{0,80}[ \t(<\[])?""",
    re.IGNORECASE | re.VERBOSE,
)
#: An address alone at the beginning of a line, with what is said of it behind it.
ALONE = re.compile(r"[ \t]*<[^\s<>]+>:")
#: What stands before an address that is not whom a mail was sent to.
OF_SENDER = re.compile(
    r"\b(?:(?<!generated\s)(?<!expanded\s)from|sender|reply-to|return-path|contact|by|von)\W{0,3}$",
    re.IGNORECASE,
)
#: Whom it was sent to before his server handed it on to somebody else.
HANDED_ON = re.compile(
    r"\((?:ultimately\s+)?(?:generated|expanded)\s+from:?\s+<?([^\s<>()@]{1,64}@[^\s<>()@]{1,250})>?\)",
    re.IGNORECASE,
)
#: The address stands in a head that a report repeats.
OF_HEAD = re.compile(r"\W*(?:to|cc|кому)\s*:\W*$", re.IGNORECASE)
#: Below it stands our own mail, or its head.
DIVIDER = re.compile(
    r"""^[ \t]*[-*_=]{2,}[^\n]{0,40}(?:original|unsent|returned\s+mail|old\s+message|below\s+this|
    copy\s+of|copie|kopie|оригінал|исходн)
    [^\n]*$""",
    re.IGNORECASE | re.MULTILINE | re.VERBOSE,
)
