"""A form that was edited while somebody had it open. Pure."""

from dataclasses import replace

from hub.contracts import FormDefinition, FormQuestion


def as_seen(form: FormDefinition, version: int) -> FormDefinition:
    """Give the form as its sender saw it, with what must be answered today.

    A question that he saw is the one that he saw: its words, its choices. One that is
    gone since is asked no more of anybody, but his answer to it is kept. One that is
    new stands among them, and if it must be answered, he is told.
    """
    seen = next((one for one in form.earlier if one.version == version), None)
    if seen is None:
        return form
    questions = [
        one if (was := seen.question(one.name)) is None else _today(was, one)
        for one in form.questions
    ]
    kept = {one.name for one in form.questions}
    questions += [
        replace(one, required=False) for one in seen.questions if one.name not in kept
    ]
    return replace(form, questions=tuple(questions))


def _today(was: FormQuestion, now: FormQuestion) -> FormQuestion:
    # What he chose from then is still an answer; what can be chosen today is one too.
    known = {one.value for one in was.choices}
    added = tuple(one for one in now.choices if one.value not in known)
    choices = was.choices + added if was.kind in {"choice", "choices"} else ()
    return replace(was, required=now.required, choices=choices)
