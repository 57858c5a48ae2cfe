"""Forms on web pages, a frame for other sites, and an endpoint for their servers."""

from channels.webform import parts as multipart
from channels.webform.answers import (
    HONEYPOT,
    LANGUAGE,
    PAGE,
    SUBMISSION_ID,
    TOKEN,
    Given,
    longest,
    plain,
)
from channels.webform.bodies import read_answers
from channels.webform.channel import Channel
from channels.webform.parts import Part
from channels.webform.settings import FormSettings, Settings
from channels.webform.versions import as_seen

__all__ = [
    "HONEYPOT",
    "LANGUAGE",
    "PAGE",
    "SUBMISSION_ID",
    "TOKEN",
    "Channel",
    "FormSettings",
    "Given",
    "Part",
    "Settings",
    "as_seen",
    "longest",
    "multipart",
    "plain",
    "read_answers",
]
