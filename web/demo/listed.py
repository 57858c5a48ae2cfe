"""The views that people of the demo company keep. Pure."""

from hub.lists.filters import Group, dump, where
from hub.lists.saved_views import ViewGiven

_OPEN = where("state", "in", ("open",))

LONG_WAIT = ViewGiven(
    name="Чекають понад дві години",
    icon="clock",
    shared=True,
    filter=dump(Group("all", (_OPEN, where("waiting", "over", 120)))),
    sort="urgency",
)
MATTERS = ViewGiven(
    name="Важливе без агента",
    icon="flag",
    shared=True,
    filter=dump(
        Group(
            "all",
            (
                _OPEN,
                where("assignee", "in", ("nobody",)),
                Group(
                    "any",
                    (
                        where("priority", "in", ("high", "urgent")),
                        where("due", "within", 60),
                    ),
                ),
            ),
        )
    ),
    sort="urgency",
)
OWN_BY_SMS = ViewGiven(
    name="Мої, останнє було SMS",
    icon="sms",
    shared=False,
    filter=dump(
        Group(
            "all",
            (
                where("assignee", "in", ("me",)),
                where("channel", "in", ("sms",)),
                where("state", "not_in", ("resolved",)),
            ),
        )
    ),
    sort="newest",
)
