"""Events: what is logged, what raises it, and what is done about it without being asked.

::

    event_log.py           a ring for each kind of event, and counters
    tamper_protections.py  covers and magnet; the six protections of Figure 7
    monitors.py            register monitors, the parameter monitor
    automation.py          runs monitors and pushes
"""
