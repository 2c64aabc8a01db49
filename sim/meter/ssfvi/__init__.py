"""The individual PV system (SSFVI, R3-05): panels, battery, inverter, home; its controller is a meter.

::

    terms.py    systems/*.toml as frozen values
    sun.py      what the panels could give
    home.py     what the home has switched on
    store.py    the battery, and the books of the whole system
    system.py   all of it as the supply of a meter, and as the plant that the meter tells of
    factory.py  build_ssfvi(): the system, its controller, and the wire between relay and system

There is no feeder, hence no loss and no totaliser: the physics is small and its own, so that this room needs
nothing of `sim.grid`. The controller is the meter of profile ``ssfvi``: the same DLMS server and the same STS
acceptance; a token brings days, not energy (`sim.meter.supply.availability` gives back what was not served).
"""

from sim.meter.ssfvi.model import SystemTerms, load_system
from sim.meter.ssfvi.system import Ssfvi, SsfviSystem, build_ssfvi

__all__ = ["Ssfvi", "SsfviSystem", "SystemTerms", "build_ssfvi", "load_system"]
