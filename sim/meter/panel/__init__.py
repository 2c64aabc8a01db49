"""Panel: the customer units of a served world as web pages: twelve keys, two lines, three lamps.

::

    panel.py  the meters that are shown, their world, and the ASGI application, for loopback only
    pages.py  plain HTML and its words, Spanish and English; every value is escaped there
    static/   style and script: no page fetches anything from elsewhere

A page can do what a person in front of the unit can do, and no more.
"""

from sim.meter.panel.panel import Panel, PanelMeter, panel_app

__all__ = ["Panel", "PanelMeter", "panel_app"]
