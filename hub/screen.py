"""What an agent's screen begins with: everything it shows, and the cursor of it."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from hub.attributes import definitions
from hub.attributes.views import AttributeView
from hub.calls.live import calls_ringing
from hub.collaboration import lists as tasks
from hub.collaboration.views import TaskView
from hub.conversations import quarantine
from hub.conversations.notices import NotificationView, notification_view
from hub.conversations.views import ConversationView, ItemView
from hub.lists import bulk, lists, saved_views
from hub.lists.bulk import BulkView
from hub.lists.lists import Counts
from hub.lists.saved_views import ListView
from hub.log import feed
from hub.notices import wishes
from hub.notices.rules import Wishes
from hub.queues.offered import OfferView
from hub.queues.offers import open_offers
from hub.queues.views import AgentView, QueueView, agent_views, queue_views
from hub.storage.tables import Notification
from hub.tags import tags
from hub.tags.views import TagView

#: Notifications that a screen begins with, the newest ones.
NOTIFICATIONS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One moment of the hub, as one agent sees it."""

    #: Events after it are what has happened since.
    cursor: int
    agents: list[AgentView]
    queues: list[QueueView]
    #: His own work and what nobody has, unresolved.
    conversations: list[ConversationView]
    counts: Counts
    #: Views that he keeps, and those that are shared; `GET /views/counts` counts them.
    views: list[ListView]
    #: Conversations under way in which somebody mentioned him.
    mentions: list[int]
    #: What he does to many conversations, while it is under way.
    bulk: BulkView | None
    #: What clients said that he has not read, by conversation.
    unread: dict[int, int]
    notifications: list[NotificationView]
    #: How he wants to be told.
    notices: Wishes
    #: What is offered to agents now.
    offers: list[OfferView]
    #: What he has to do himself, the first due first.
    tasks: list[TaskView]
    #: Deliveries that nobody could read and nobody has looked at.
    quarantine: int
    #: All tags, by name.
    tags: list[TagView]
    #: What is known of clients, in the order in which it is shown.
    attributes: list[AttributeView]
    #: Calls that ring now, or whose caller is asked for a message.
    ringing: list[ItemView]


async def screen(session: AsyncSession, account_id: int) -> Screen:
    """Read a screen; the session must see one and the same moment throughout."""
    conversations = await lists.for_screen(session, account_id)
    return Screen(
        cursor=await feed.head(session),
        agents=await agent_views(session),
        queues=await queue_views(session),
        conversations=conversations,
        counts=await lists.counts(session, account_id),
        views=await saved_views.views_of(session, account_id),
        mentions=await lists.mentions(session, account_id),
        bulk=await bulk.running(session, account_id),
        unread=await lists.unread(
            session,
            account_id,
            [one.id for one in conversations if one.assignee_id == account_id],
        ),
        notifications=await _notifications(session, account_id),
        notices=await wishes.of(session, account_id),
        offers=await open_offers(session),
        tasks=await tasks.on_screen(session, account_id),
        quarantine=await quarantine.waiting(session),
        tags=await tags.on_screen(session),
        attributes=await definitions.on_screen(session),
        ringing=await calls_ringing(session),
    )


async def _notifications(
    session: AsyncSession, account_id: int
) -> list[NotificationView]:
    rows = await session.scalars(
        select(Notification)
        .where(Notification.account_id == account_id)
        .order_by(Notification.at.desc(), Notification.id.desc())
        .limit(NOTIFICATIONS)
    )
    return [notification_view(row) for row in rows]
