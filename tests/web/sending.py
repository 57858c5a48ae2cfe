"""What is sent by a form and what became of it, for tests."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from config.settings import FormSettings
from hub.forms import forms
from hub.forms.definitions import load
from hub.storage.tables import (
    Form,
)
from hub.storage.unit import UnitOfWork

GOOD = {
    "name": "Oksana",
    "email": "oksana@mail.example",
    "topic": "Delivery",
    "question": "Where is it?",
}

LIMITS = FormSettings(
    max_file_bytes=2000,
    max_total_bytes=3000,
    per_place=60,
    suspicious_per_place=5,
    window=timedelta(minutes=10),
)


async def edit(db, *questions, keep=None, **changes):
    """Change the form ``ask`` as a manager would."""

    async def work(uow: UnitOfWork):
        row = await uow.session.scalar(select(Form).where(Form.name == "ask"))
        now = load(row.definition, name=row.name, version=row.version)
        kept = [one for one in now.questions if keep is None or one.name in keep]
        form = replace(now, questions=(*kept, *questions), **changes)
        return await forms.change(uow, row.id, form, settings=FormSettings())

    return await db.run(work)
