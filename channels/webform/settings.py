"""Forms as the settings say them: what a hub begins with, before anybody edits them."""

from typing import Annotated, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    model_validator,
)

from channels.webform.answers import RESERVED
from hub.contracts import FormChoice, FormDefinition, FormQuestion, Wording

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,59}$")]
Kind = Literal[
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
]
Line = Annotated[str, StringConstraints(min_length=1)]
#: In the form's own language, or in several by their codes.
Said = Line | dict[Literal["uk", "en"], Line]


class ChoiceSettings(BaseModel):
    """What can be chosen, where it has a word in several languages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    value: Line
    label: Said


class FieldSettings(BaseModel):
    """One question."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Name
    label: Said
    kind: Kind = "text"
    required: bool = False
    help: Said | None = None
    #: What can be chosen, for ``choice`` and ``choices`` only.
    choices: tuple[Line | ChoiceSettings, ...] = ()
    #: In characters; by kind when it is not set.
    max_length: int | None = Field(None, ge=1)
    max_files: int = Field(5, ge=1)
    max_file_bytes: int = Field(10_000_000, ge=1)
    #: Media types, as ``image/*``; none: any.
    file_types: tuple[str, ...] = ()
    #: What a ``hidden`` one always says.
    value: str = ""

    @model_validator(mode="after")
    def _can_be_answered(self) -> Self:
        if self.name in RESERVED:
            msg = f"{self.name} is a name of ours; choose another"
            raise ValueError(msg)
        if (self.kind in {"choice", "choices"}) != bool(self.choices):
            msg = "a field of the kind choice has choices, and no other does"
            raise ValueError(msg)
        return self


class FormSettings(BaseModel):
    """One form."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    title: Said
    #: In the order of the page. The answer to ``name``, if there is one, is taken as
    #: the client's name.
    fields: tuple[FieldSettings, ...]
    intro: Said | None = None
    #: What the sender reads afterwards.
    thanks: Said = "Thank you. We will answer soon."
    redirect: str = ""
    #: The conversation's subject, as ``Return of {order}``.
    subject: str = ""
    #: The form's own language, for texts that are in no other.
    locale: Literal["uk", "en"] = "en"
    #: Send a mail with a link to the case to who gives a mail address.
    confirms: bool = False
    #: Sites that may submit it from a browser, as in ``https://shop.example``.
    origins: tuple[
        Annotated[str, StringConstraints(pattern=r"^(https?://[^/\s]+|\*)$")], ...
    ] = ()

    @model_validator(mode="after")
    def _is_usable(self) -> Self:
        names = [field.name for field in self.fields]
        if len(set(names)) != len(names):
            msg = "two fields have the same name"
            raise ValueError(msg)
        if not any(field.kind in {"email", "phone"} for field in self.fields):
            msg = "ask for an email or a phone, or nobody can be answered"
            raise ValueError(msg)
        return self

    def definition(self, name: str) -> FormDefinition:
        """Give the form as the hub keeps it."""
        return FormDefinition(
            name=name,
            title=self._said(self.title),
            intro=self._said(self.intro),
            thanks=self._said(self.thanks),
            redirect=self.redirect,
            subject=self.subject,
            locale=self.locale,
            confirms=self.confirms,
            origins=self.origins,
            questions=tuple(self._question(one) for one in self.fields),
        )

    def _question(self, one: FieldSettings) -> FormQuestion:
        return FormQuestion(
            name=one.name,
            kind=one.kind,
            label=self._said(one.label),
            help=self._said(one.help),
            required=one.required,
            choices=tuple(self._choice(each) for each in one.choices),
            max_length=one.max_length,
            max_files=one.max_files,
            max_file_bytes=one.max_file_bytes,
            file_types=one.file_types,
            value=one.value,
        )

    def _choice(self, one: str | ChoiceSettings) -> FormChoice:
        if isinstance(one, str):
            return FormChoice(value=one, label={self.locale: one})
        return FormChoice(value=one.value, label=self._said(one.label))

    def _said(self, said: Said | None) -> Wording:
        if said is None:
            return {}
        if isinstance(said, str):
            return {self.locale: said}
        return {str(code): text for code, text in said.items()}


class Settings(BaseModel):
    """The section ``[channels.webform]``."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    #: What a site's server sends as ``X-Form-Key``. Pages show it to everybody, so it
    #: only keeps strangers' scripts out that do not look at the page.
    key: SecretStr = Field(min_length=8)
    #: Forms to begin with. Each is put into the database once, by its name; from then
    #: on it is changed in the workspace.
    forms: dict[Name, FormSettings] = Field(default_factory=dict)
    #: How long a page of ours may stay open before it is sent, in hours. Later its
    #: sender is asked to press the button again; what he typed stays.
    token_hours: float = Field(7 * 24, gt=0)
    #: Links in one submission; one with more is set aside as spam. Who sends a form
    #: faster than ``fastest`` may have one.
    spam_links: int = Field(5, ge=0)
    #: Seconds that a person needs for a form, at the least.
    fastest: float = Field(3, ge=0)
    #: A submission with one of these is set aside as spam; in any case of letters.
    spam_words: tuple[Line, ...] = ()
