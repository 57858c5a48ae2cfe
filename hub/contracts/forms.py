"""Forms on web pages: what they ask, and what somebody answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """One answered question of a form."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormConsent:
    """Something that the sender of a form agreed to."""

    #: The question's name.
    name: str
    #: The words that he read.
    wording: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FormSubmission:
    """Which form a message came by, and what is to be done with it."""

    form: str
    version: int
    queue_id: int | None = None
    #: The order that it is about, as the client wrote it, or "".
    order_number: str = ""
    consents: tuple[FormConsent, ...] = ()
    #: The question that each attachment answers, in their order.
    files: tuple[str, ...] = ()
    #: The client is told by mail that it arrived.
    confirms: bool = False


#: A text by language (``uk``, ``en``). A language that is missing falls back to the
#: form's own.
Wording = Mapping[str, str]


#: What a question may ask for.
QUESTION_KINDS = (
    "text",
    "textarea",
    "choice",
    "choices",
    "date",
    "phone",
    "email",
    "order",
    "number",
    "files",
    "consent",
    "hidden",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormChoice:
    """One answer that can be chosen."""

    value: str
    label: Wording


@dataclass(frozen=True, slots=True, kw_only=True)
class FormQuestion:
    """One question of a form."""

    #: Unique within the form. The answer to ``name`` is taken as the client's name.
    name: str
    #: One of ``QUESTION_KINDS``.
    kind: str
    #: What is asked; for a consent, the words that are agreed to.
    label: Wording
    help: Wording = field(default_factory=dict)
    required: bool = False
    #: For ``choice`` and ``choices``.
    choices: tuple[FormChoice, ...] = ()
    #: In characters; None: as long as its kind usually is.
    max_length: int | None = None
    #: For ``files``: how many, how large each (bytes), and which media types
    #: (``image/*``, ``application/pdf``); no type: any.
    max_files: int = 5
    max_file_bytes: int = 10_000_000
    file_types: tuple[str, ...] = ()
    #: For ``hidden``: what it always says. ``{page}`` is the page that holds the form.
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormDefinition:
    """One version of a form, as the hub keeps it and the channel reads answers by it."""

    name: str
    title: Wording
    questions: tuple[FormQuestion, ...]
    version: int = 1
    #: The language that every text has; the others fall back to it.
    locale: str = "en"
    intro: Wording = field(default_factory=dict)
    #: What the sender reads afterwards.
    thanks: Wording = field(default_factory=dict)
    #: Where he is led afterwards instead, by http or https.
    redirect: str = ""
    #: The subject of the conversation: ``Return of {order}``; the title without it.
    subject: str = ""
    queue_id: int | None = None
    confirms: bool = False
    #: Sites that may show and send it: ``https://shop.example``, or ``*`` for any.
    origins: tuple[str, ...] = ()
    active: bool = True
    #: Versions that people may still have open, the newest first.
    earlier: tuple["FormDefinition", ...] = ()

    def question(self, name: str) -> FormQuestion | None:
        """Give the question of this name."""
        return next((one for one in self.questions if one.name == name), None)


def worded(text: Wording, locale: str, fallback: str) -> str:
    """Give a text in a language, else in the fallback one, else in any; "" if none."""
    return text.get(locale) or text.get(fallback) or next(iter(text.values()), "")
