"""The hub over HTTP: the API, the pages, and the wiring in ``web/app.py``."""
