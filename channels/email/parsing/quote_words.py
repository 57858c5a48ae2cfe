"""The words by which programs of many languages say "this is quoted".

Tables only; ``replies.py`` decides what they mean. Each language stands here as its mail
programs write it, not as a dictionary would.
"""

import re

#: Marks of direction that Hebrew and Arabic programs put around a line and a name.
MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069"
_MARKS_OR_BLANKS = rf"[\s{MARKS}]*"
#: "On <day> <person> wrote:", as programs of many languages end it.
_VERBS = r"""(?:\b(?:wrote|writes|schrieb|geschreven|schreef|skrev|skrifaði|kirjoitti|
    a\s+écrit|écrit|escribió|escreveu|escrigué|ha\s+scritto|scritto|
    пише|пишуть|писал[аи]?|писав|писала|написав(?:\(ла\)|ла)?|написала|
    написал(?:\([аa]\)|[аи])?|пишет|напісаў|написао(?:/ла)?|написала|
    napisał(?:\(a\)|a)?|pisze|píše|schreibt|napsal(?:\(a\)|a)?|napísal(?:\(a\)|a)?|
    napisao(?:/la)?(?:\s+je)?|je\s+napisal[ao]?|írta|
    a\s+scris|yazd\u0131|yazm\u0131ş|ha\s+escrit|rašė|rakstīja|kirjutas|написа|έγραψε|כתב|כתבה|viết)
    |写道|寫道|のメール|がきました|さんは書きました|작성)"""
VERB = re.compile(_VERBS, re.IGNORECASE | re.VERBOSE)
WROTE = re.compile(
    rf"""{_VERBS}(?:\s?\([^()\n]{{1,60}}\))?[^\n\w]{{0,20}}[:\uff1a]?\s*$
    |<?[^\s<>]+@[^\s<>]+>{_MARKS_OR_BLANKS}[:\uff1a]{_MARKS_OR_BLANKS}$""",
    re.IGNORECASE | re.VERBOSE,
)
#: "Support schrieb am 30.11.2026, 09:15:" and "Am 30.11.2026 um 09:15 schrieb Support:",
#: told by both the day and the hour, which a person hardly says of who wrote what.
DAY = re.compile(r"\d{1,2}[./-]\s?\d{1,2}[./-]\s?(?:20)?\d\d|\b(?:19|20)\d\d\b")
_HOUR = r"\b\d{1,2}[:.]\d\d\b"
HOUR = re.compile(_HOUR)
ENDS_WITH_HOUR = re.compile(rf"{_HOUR}(?:[:.]\d\d\b)?[^\n:\d]{{0,12}}[:\uff1a]\s*$")
ENDS_WITH_WRITER = re.compile(
    rf"""{_VERBS}(?:\s+(?-i:[\"'\u201e\u201c\u00ab(<]?[^\W\d_a-zа-яіїєґё])[^\s,!?:]{{0,40}}){{1,4}}
    \s*[:\uff1a]\s*$""",
    re.IGNORECASE | re.VERBOSE,
)
#: "-----Original Message-----" and its like.
ORIGINAL = re.compile(
    rf"""^[\s>*_]*-{{2,}}[\s*]*(?:(?:[^\W\d_]+[\s.]+){{0,3}}(?:message|nachricht|mensaje|
    messaggio|mensagem|bericht|wiadomość|сообщение|повідомлення|лист|письмо|zpráva|správa|meddelelse|
    meddelande|melding|besked|viesti|mesaj|mesajul|üzenet|poruka|съобщение|original|e-?mail)
    (?:\s+(?:[^\W\d_]['\u2019])?[^\W\d_]+){{0,3}}|原始邮件|原始郵件|转发邮件|元のメッセージ|
    原始邮件信息|원본\s?메[시세]지|(?=[^\n]*(?:\d[:.]\d\d|@))[^\n]{{1,300}}{_VERBS}
    |(?<=----)[^\n]{{1,100}}{_VERBS}(?=\s*----))[\s*]*-{{2,}}[\s*]*$""",
    re.IGNORECASE | re.VERBOSE,
)
FORWARDED = re.compile(
    r"^[\s>*]*(?:begin forwarded message|початок переадресованого|начало переадресованного"
    r"|anfang der weitergeleiteten|début du message)\b.*:",
    re.IGNORECASE,
)
_NAMES_OF_FIELDS = r"""
    from|sent|date|to|cc|subject|reply-to|importance|
    від|від\s+кого|надіслано|дата|кому|до|копія|тема|
    от|от\s+кого|отправлено|копия|отправитель|получатель|
    von|gesendet(?:\s+am)?|datum|an|betreff|
    de|envoyé(?:\s+le)?|à|objet|enviad[oa](?:\s+e[lm])?|para|asunto|assunto|data|fecha|
    da|inviato|risposta|a|oggetto|
    van|verzonden|aan|onderwerp|
    od|wysłano|wysłane|do|temat|odesláno|komu|předmět|predmet|odoslané|dátum|
    från|skickat|till|ämne|fra|sendt|til|emne|lähettäjä|lähetetty|vastaanottaja|aihe|
    gönderen|kimden|gönderildi|kime|konu|tarih|feladó|küldve|elküldve|címzett|tárgy|dátum|
    de\s+la|trimis|către|subiect|šalje|poslano|prima|изпратено|относно|
    από|στάλθηκε|προς|θέμα|
    보낸\s?사람|보낸\s?날짜|받는\s?사람|제목|참조|
    发件人|发送时间|收件人|主题|抄送|差出人|送信日時|宛先|件名|寄件者|日期|收件者|主旨"""
FIELD = re.compile(
    rf"^[\s>]*\*{{0,2}}(?:{_NAMES_OF_FIELDS})\s*\*{{0,2}}\s*[:\uff1a]\*{{0,2}}\s*\S?",
    re.IGNORECASE | re.VERBOSE,
)
#: What an old mail is about; hardly anything but its head says so.
TITLE = re.compile(
    r"""^[\s>]*\*{0,2}(?:subject|тема|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|
    předmět|predmet|ämne|emne|aihe|konu|tárgy|subiect|относно|θέμα|제목|主题|件名|主旨)
    \s*\*{0,2}\s*[:\uff1a]""",
    re.IGNORECASE | re.VERBOSE,
)
#: What such a line must name: "Sent from Kyiv yesterday" is somebody's own sentence.
_GADGETS = r"""(?:i[\s-]?(?:phon|pad|pod|os)\w*|mac\b|macbook|apple|android|galaxy|samsung|huawei|
    honor|xiaomi|redmi|poco|mi\s\w+|nokia|sony|xperia|lg\b|htc|pixel|oneplus|oppo|vivo|realme|
    motorola|moto\b|lenovo|meizu|tecno|blackberry|kindle|watch\b|windows|outlook|
    mail\b|gmail|e-?mail|hotmail|bluemail|computer|laptop|desktop|wireless|chromebook|yahoo|
    aol|proton|zoho|spark|edison|gmx|web\.de|thunderbird|k-9|airmail|nine\b|i\.ua|ukr\.?net|
    укр\.?нет|яндекс|yandex|phone|handy|tablet|ta\u0431лет|планшет|смартфон|телефон|мобильн|
    мобільн|пристро|устройств|mobile|móvil|celular|telefon|téléphone|telef\w+|dispositivo|
    appareil|ger[äa]t|urządz\w+|device)"""
_SENT_FROM = rf"""(?:
    sent\s+from\s+my\s(?=.*{_GADGETS})|
    (?:sent|send|written|posted)\s+(?:from|with|via|using|by)\s(?=.*{_GADGETS})|
    (?:get|download|отримати|завантажити|скачать|pobierz|télécharg\S+|obten\w+|obtenga|scarica|
    baix\w+|hämta|hent|stáhn\w+|nabav\w+)\s+outlook\s+(?:for|для|für|pour|para|per|dla|pro|för|til|på)\s|
    outlook\s+f\S+\s+\w+\s+(?:herunterladen|beziehen|downloaden)|
    (?:надіслано|відправлено)\s+(?:з|зі|із|від|через|за\s+допомогою)\s(?=.*{_GADGETS})|
    отправлено\s+(?:с|со|из|через|от)\s(?=.*{_GADGETS})|
    изпратено\s+от\s(?=.*{_GADGETS})|послато\s+са\s(?=.*{_GADGETS})|
    von\s+meinem\s.*gesendet|(?:gesendet|verschickt|geschrieben)\s+(?:von|mit|über)\s(?=.*{_GADGETS})|
    envoyé\s+(?:de|depuis|à\s+partir\s+d[eu'\u2019]|avec|via)\s?(?=.*{_GADGETS})|
    enviado\s+(?:desde|do|de|pelo|a\s+partir\s+do|con|com)\s(?=.*{_GADGETS})|
    inviato\s+d(?:a|al|alla|all['\u2019])\s?(?=.*{_GADGETS})|
    (?:verzonden|verstuurd)\s+(?:met|vanaf|vanuit|via|van)\s(?=.*{_GADGETS})|
    (?:wysłan[eoy]|wiadomość\s+wysłana)\s+(?:z|ze|za\s+pomocą)\s(?=.*{_GADGETS})|
    (?:odesláno|odoslané|poslané|posláno)\s+z[oe]?\s(?=.*{_GADGETS})|
    skickat\s+från\s(?=.*{_GADGETS})|sendt\s+fra\s(?=.*{_GADGETS})|lähetetty\s(?=.*{_GADGETS})|
    trimis\s+(?:de\s+pe|din|de\s+la)\s(?=.*{_GADGETS})|elküldve\s(?=.*{_GADGETS})|
    poslano\s+(?:s|sa|iz)\s(?=.*{_GADGETS})|(?=.*{_GADGETS}).*(?:gönderildi|から送信|보냄)|
    (?:发自|發自|從|从)我的.*(?:{_GADGETS}|手机|手機|平板))"""
DEVICE = re.compile(
    rf"""^\s*[*_\[]*{_SENT_FROM}[^!?\n]{{0,80}}$""", re.IGNORECASE | re.VERBOSE
)
#: Says that the answers stand between the quoted lines.
INSIDE = re.compile(
    r"""\b(?:inline|in-line|(?:see|my|answers?|comments?|replies)\s+(?:\w+\s+)?below|
    (?:marked|written|highlighted|answers?|comments?|replies)\s+(?:\w+\s+)?in\s+(?:\w+\s+)?
    (?:red|blue|green|bold|capitals|caps)|
    нижче|ниже|червоним|красным|зеленим|синім|жирним|зел[её]ным|синим|жирным|
    [ув]\s+текст[іе]|по\s+тексту|siehe\s+unten|im\s+text|(?:rot|blau|grün)\s+markiert|
    ci-dessous|dans\s+le\s+texte|en\s+el\s+texto|más\s+abajo|nel\s+testo|qui\s+sotto|
    poniżej|w\s+tekście|na\s+czerwono|hieronder|in\s+de\s+tekst|abaixo|no\s+texto|
    níže|v\s+textu|červeně)\b""",
    re.IGNORECASE | re.VERBOSE,
)
#: "On <day> ... wrote:" behind words on the same line, which are somebody's own.
BEHIND_WORDS = re.compile(
    r"""(?<=[\w.!?,;:)])[\s-]+On\s+(?=(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*,|(?:jan|feb|mar|apr|may|
    jun|jul|aug|sep|oct|nov|dec)[a-z]*\s+\d|\d{1,2}[\s./-])""",
    re.IGNORECASE | re.VERBOSE,
)
#: How a line that tells who wrote an old mail begins.
OPENS = re.compile(
    r"""\W*(?:on|am|le|el|il|op|den|på|dnia|w\s+dniu|em|a|pe|în|dne|на|у|\d|
    mon|tue|wed|thu|fri|sat|sun|пн|вт|ср|чт|пт|с\u0431|нд|вс|понед|вівт|серед|четв|п.ятн|
    су\u0431от|неділ|втор|сред|пятн|су\u0431\u0431от|воскр|пон|уто|нед|
    в[иы]\s+писали|ти\s+писа)""",
    re.IGNORECASE | re.VERBOSE,
)
