"""Clock: the time that the meter shows, and everything that it does by it.

::

    device_clock.py    the clock, with drift; local time and daylight saving
    date_patterns.py   dates and times with "any" in them
    schedules.py       scripts, single action schedules, the schedule
    scheduler.py       every job that is due, behind one alarm
    scheduled_jobs.py  the jobs: demand periods, captures, scripts, the calendar
"""
