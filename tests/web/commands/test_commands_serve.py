"""What keeps a hub from starting is said in words, all of it, before anything runs."""

import socket

import pytest
from aiohttp import web

from config import Settings
from web.serving import StartError, running


async def test_all_that_is_wrong_with_the_settings_is_said_at_once(operator) -> None:
    result = await operator.run(
        "serve",
        ROZMOVA_PORT="many",
        ROZMOVA_NONSENSE="1",
        ROZMOVA_CHANNELS__SMS__TPYO="hush",
        ROZMOVA_CHANNELS__PIGEON__LOFT="1",
    )

    said = result.output
    assert result.exit_code == 1
    assert "port (ROZMOVA_PORT)" in said
    assert "nonsense (ROZMOVA_NONSENSE): there is no such setting" in said
    assert "channels.sms.tpyo: there is no such setting" in said
    assert "channels.sms.account_sid" in said
    assert "channels.pigeon: no such channel" in said
    assert "hush" not in said


async def test_a_port_that_is_taken_is_named_before_anything_is_begun() -> None:
    """A hub of the demonstration listens beside it too, and would complain of that."""
    app, begun = web.Application(), []
    app.on_startup.append(begun.append)

    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(StartError, match=f":{port} is taken by another program"):
            async with running(app, Settings(port=port)):
                pass

    assert begun == []
