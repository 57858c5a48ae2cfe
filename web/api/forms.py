"""Web forms: what they ask, and what came in by them."""

from typing import Annotated, Any, Literal

from pydantic import Field

from hub.access.rights import Right
from hub.contracts import FormChoice, FormDefinition, FormQuestion
from hub.forms import definitions, forms
from hub.forms.views import FormView
from web.api import cursors
from web.api.call import Call
from web.api.cursors import Page
from web.api.requests import Body
from web.api.routing import Cursor, Limit, Routes

routes = Routes(tag="forms")

_Name = Annotated[
    str,
    Field(
        pattern=r"^[a-z][a-z0-9_-]{0,59}$",
        description="Small Latin letters, digits, - and _.",
    ),
]
_Label = Annotated[str, Field(max_length=definitions.LONGEST_WORDS)]
_Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class WordingIn(Body):
    """A text in each language; one that is missing falls back to the form's own."""

    uk: _Label | None = None
    en: _Label | None = None

    def texts(self) -> dict[str, str]:
        """Give what is there, by language."""
        given = {"uk": self.uk, "en": self.en}
        return {
            code: text.strip() for code, text in given.items() if text and text.strip()
        }


class FormChoiceIn(Body):
    """One answer that can be chosen."""

    value: Annotated[str, Field(min_length=1, max_length=definitions.LONGEST_LABEL)]
    label: WordingIn = WordingIn()


class QuestionIn(Body):
    """One question."""

    name: _Name
    kind: Literal[
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
    label: WordingIn
    help: WordingIn = WordingIn()
    required: bool = False
    choices: Annotated[
        list[FormChoiceIn],
        Field(max_length=definitions.MOST_CHOICES, default_factory=list),
    ]
    max_length: Annotated[int, Field(ge=1, le=definitions.LONGEST_ANSWER)] | None = None
    max_files: Annotated[int, Field(ge=1, le=100)] = 5
    max_file_bytes: Annotated[int, Field(ge=1, le=2**40)] = 10_000_000
    file_types: Annotated[
        list[Annotated[str, Field(max_length=200)]],
        Field(
            max_length=40,
            default_factory=list,
            description="As image/* or application/pdf; none: any.",
        ),
    ]
    value: Annotated[
        str,
        Field(
            max_length=definitions.LONGEST_WORDS,
            description="What a hidden question says; {page}: the page with the form.",
        ),
    ] = ""


class FormPut(Body):
    """A whole form, as it is to be."""

    title: WordingIn
    intro: WordingIn = WordingIn()
    thanks: WordingIn = WordingIn()
    locale: Annotated[
        Literal["uk", "en"],
        Field(description="The language that every text has."),
    ] = "en"
    redirect: Annotated[str, Field(max_length=2000)] = ""
    subject: Annotated[
        str,
        Field(
            max_length=300, description="As “Return of {order}”, by names of questions."
        ),
    ] = ""
    queue_id: Annotated[int, Field(ge=1, le=2**63 - 1)] | None = None
    confirms: Annotated[
        bool, Field(description="Mail a link to the case to who gives an address.")
    ] = False
    origins: Annotated[
        list[Annotated[str, Field(max_length=300)]],
        Field(
            max_length=definitions.MOST_ORIGINS,
            default_factory=list,
            description="Sites that may show and send it; * for any.",
        ),
    ]
    active: bool = True
    questions: Annotated[list[QuestionIn], Field(min_length=1, max_length=200)]


class FormIn(FormPut):
    """A new form."""

    name: _Name


class FormChange(FormPut):
    """A form as it is to be, by who saw ``version`` of it."""

    version: _Version


@routes.get("/forms", right=Right.FORMS)
async def index(
    call: Call, cursor: Cursor = None, limit: Limit = None
) -> Page[FormView]:
    """List the forms, the oldest first."""
    size = call.limit(limit)
    after = cursors.decode(cursor, int)[0] if cursor else None
    async with call.read() as session:
        rows = await forms.page(session, limit=size + 1, after=after)
    return cursors.page(rows, size, lambda row: (row.id,))


@routes.post("/forms", right=Right.FORMS, status=201, idempotent=True)
async def create(call: Call, body: FormIn) -> FormView:
    """Make a form; it is at `/forms/<name>` at once, unless it is not active."""
    return await call.run(
        lambda uow: forms.create(
            uow, _definition(body, body.name), settings=call.settings.forms
        )
    )


@routes.get("/forms/{form_id}", right=Right.FORMS)
async def show(call: Call, form_id: int) -> FormView:
    """Show a form."""
    async with call.read() as session:
        return await forms.show(session, form_id)


@routes.put("/forms/{form_id}", right=Right.FORMS)
async def change(call: Call, form_id: int, body: FormChange) -> FormView:
    """Change a form; who has it open still answers what he sees.

    If it is not at `version` any more, somebody changed it meanwhile: 409
    `stale_update`, and `form` in the answer is the form as it stands. Its name stays.
    """
    return await call.run(
        lambda uow: forms.change(
            uow,
            form_id,
            # The name is not changed: other people's pages say it.
            _definition(body, "form", version=body.version),
            settings=call.settings.forms,
        )
    )


@routes.delete("/forms/{form_id}", right=Right.FORMS)
async def remove(call: Call, form_id: int) -> None:
    """Remove a form by which nothing came in yet; any other is archived instead."""
    await call.run(lambda uow: forms.remove(uow, form_id))


def _definition(body: FormPut, name: str, *, version: int = 1) -> FormDefinition:
    return FormDefinition(
        name=name,
        version=version,
        title=body.title.texts(),
        intro=body.intro.texts(),
        thanks=body.thanks.texts(),
        locale=body.locale,
        redirect=body.redirect.strip(),
        subject=body.subject,
        queue_id=body.queue_id,
        confirms=body.confirms,
        origins=tuple(dict.fromkeys(one.rstrip("/") for one in body.origins)),
        active=body.active,
        questions=tuple(_question(one) for one in body.questions),
    )


def _question(one: QuestionIn) -> FormQuestion:
    said: dict[str, Any] = one.model_dump(
        include={
            "name",
            "kind",
            "required",
            "max_length",
            "max_files",
            "max_file_bytes",
            "value",
        }
    )
    return FormQuestion(
        **said,
        label=one.label.texts(),
        help=one.help.texts(),
        choices=tuple(
            FormChoice(value=each.value, label=each.label.texts())
            for each in one.choices
        ),
        file_types=tuple(dict.fromkeys(one.file_types)),
    )
