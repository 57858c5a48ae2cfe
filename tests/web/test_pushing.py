"""The hub is not sent to places of its own network by a browser's word."""

import pytest

from hub.errors import InvalidError
from web.pushing import public


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/1",
        "https://127.0.0.1/1",
        "https://2130706433/1",
        "https://[::1]/1",
        "https://169.254.169.254/latest",
        "https://localhost/1",
        "https://push.example.com:8443/1",
        "https://user:word@push.example.com/1",
        "file:///etc/passwd",
        "https://push.example.com/" + "x" * 3000,
    ],
)
def test_no_push_service_within(endpoint) -> None:
    with pytest.raises(InvalidError):
        public(endpoint)


def test_a_push_service_without() -> None:
    public("https://push.example.com/wpush/v2/abc")
