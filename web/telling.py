"""What the hub does by itself about its agents: tell them, offer work, mind presence."""

from collections.abc import Mapping
from functools import partial

from channels.base import Adapter
from config import Settings
from hub.conversations import notices
from hub.delivery.staff_mail import STAFF_MAIL, send_staff_mail
from hub.notices import digest, following, pushing, wishes
from hub.notices.following import FollowRules
from hub.notices.pushing import PushRules
from hub.queues import dispatch, offers, presence, requests, wrapping
from hub.storage.database import Database
from hub.storage.jobs import Job
from hub.storage.timers import Handler


def agent_timers(settings: Settings) -> dict[str, Handler]:
    """Name the handlers of what is due about agents."""
    queues = settings.queues
    rules = digest.DigestRules(
        company=settings.company, base_url=settings.base_url, zone=settings.timezone
    )
    return {
        requests.ROUTE: partial(dispatch.route, offer_again=queues.offer_again),
        presence.AWAY: partial(presence.fall_silent, settings=queues),
        wrapping.WRAP: wrapping.wrap_up,
        wrapping.WRAP_OVER: wrapping.wrap_over,
        presence.TAKE_BACK: offers.take_back,
        offers.OFFER_OVER: offers.run_out,
        following.RISK: following.risk,
        following.RETURN: following.give_back,
        wishes.DIGEST: partial(digest.tell, digest=rules),
    }


def agent_jobs(
    db: Database, adapters: Mapping[str, Adapter], settings: Settings, push: PushRules
) -> dict[str, Job]:
    """Name the handlers of what leaves the hub for its agents."""
    return {
        notices.PUSH: partial(pushing.push, db, rules=push),
        STAFF_MAIL: partial(
            send_staff_mail,
            db,
            transports={name: one for name, one in adapters.items() if one.reaches},
            settings=settings.delivery,
            company=settings.company,
        ),
    }


def follow_rules(settings: Settings) -> FollowRules:
    """Give what following the log for notices needs of the settings."""
    queues = settings.queues
    return FollowRules(
        risk_share=settings.notices.risk_share,
        return_after=queues.return_after if queues.returns else None,
    )
