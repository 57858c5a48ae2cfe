"""Plays the providers, so that a hub can be tried without any account.

Never in production: ``web/app.py`` mounts it in demonstrations only. From outside,
use ``build`` and what the ``Simulator`` offers::

    stand_in = simulator.build(url, sid, token, numbers=["+38…"], support="help@…")
    site.add_subapp(simulator.PREFIX, stand_in.app)
    async with stand_in.running():
        stand_in.mails.hub = ("127.0.0.1", 8025)  # where the hub takes mail in
        ...
"""

from channels.simulator.behaviour import Behaviour
from channels.simulator.stage import PERSONAS, PREFIX, Simulator, build
from channels.simulator.state import Persona

__all__ = ["PERSONAS", "PREFIX", "Behaviour", "Persona", "Simulator", "build"]
