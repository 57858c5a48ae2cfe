"""Which conversations a call is about: a view's name, or a saved view's id, and less of it."""

from datetime import UTC

from sqlalchemy.ext.asyncio import AsyncSession

from hub.access.rights import Right
from hub.errors import InvalidError
from hub.lists import saved_views
from hub.lists.filters import Eyes, FilterLimits, Group
from hub.lists.saved_views import ViewRules
from hub.lists.standing_views import standing_view
from web.api.call import Call


def eyes(call: Call) -> Eyes:
    """Say who looks, and when."""
    return Eyes(account_id=call.account.id, now=call.db.clock().astimezone(UTC))


def limits(call: Call) -> FilterLimits:
    """Say how large a filter may be."""
    lists = call.settings.lists
    return FilterLimits(most=lists.max_conditions, depth=lists.max_depth)


def rules(call: Call) -> ViewRules:
    """Say what views must keep to, and what the caller may do to them."""
    return ViewRules(
        account_id=call.account.id,
        may_share=call.may(Right.VIEWS),
        most=call.settings.lists.max_views,
        limits=limits(call),
    )


async def view_named(call: Call, session: AsyncSession, name: str) -> Group:
    """Give the filter of a view by its name or id.

    Raises:
        InvalidError: There is no view of that name.
        NotFoundError: There is none with that id, or it is another's own.
    """
    if name.isascii() and name.isdigit() and len(name) < 19:  # noqa: PLR2004 - of an id
        view = await saved_views.access_view(session, int(name), call.account.id)
        return saved_views.filter_of(view, limits(call))
    found = standing_view(name, at_risk=call.settings.lists.at_risk)
    if found is None:
        raise InvalidError("view", errors={"view": "there is no view of that name"})
    return found
