"""What a run has to say of itself, as plain data with language-free keys; units are last in every name.

Map of the room::

    energy.py      energy balance, service, losses, planted theft beside what the totaliser finds
    registers.py   every register beside the integral of what truly flowed
    readings.py    what the meters captured beside what the concentrators have of it
    people.py      tokens, customers, the key-change campaign
    whole.py       all of it, over every site
"""

from sim.scenarios.summary.whole import summarise

__all__ = ["summarise"]
