"""The customer units of a served world as web pages: twelve keys, two lines, three lamps.

::

    panel.py    which meters are shown, and whose world they live in
    app.py      the pages as an ASGI application, for loopback only
    pages.py    plain HTML; every value is escaped there
    shown.py    what of a meter is seen: numbers, and words in the reader's language
    pace.py     a world that runs fast goes at its own pace while somebody types
    texts.py    the words, Spanish and English
    static/     style and script: no page fetches anything from elsewhere

A page can do what a person in front of the unit can do, and no more.
"""

from sim.meter.panel.panel import Panel, PanelMeter, panel_app

__all__ = ["Panel", "PanelMeter", "panel_app"]
