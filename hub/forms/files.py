"""What files may come with a form, told from their own bytes. Pure."""

from hub.contracts import FormDefinition, FormQuestion, InboundMessage
from hub.errors import InvalidError
from hub.files.media_types import sniff


def check(form: FormDefinition, message: InboundMessage, *, most_bytes: int) -> None:
    """Go on only with files of the kinds that their questions ask for.

    Args:
        form: The form as its sender saw it.
        message: What he sent.
        most_bytes: Of all files of a submission together.

    Raises:
        InvalidError: One is of another kind (``file_type``), or all of them are too
            large together.
    """
    if message.submission is None:
        return
    errors: dict[str, str] = {}
    total = 0
    files = zip(message.attachments, message.submission.files, strict=False)
    for attachment, name in files:
        total += len(attachment.content)
        question = form.question(name)
        if question is not None and not _fits(
            question, sniff(attachment.content, attachment.name)
        ):
            errors[name] = "file_type"
        if total > most_bytes:
            errors.setdefault(name, "files_too_large")
    if errors:
        raise InvalidError(f"form {form.name!r}", errors=errors)


def _fits(question: FormQuestion, media_type: str) -> bool:
    family = f"{media_type.partition('/')[0]}/*"
    return not question.file_types or bool(
        {media_type, family, "*/*"} & set(question.file_types)
    )
