"""Individual PV system (SSFVI, R3-05): panels, battery, inverter, home; its controller is a meter.

::

    model.py   systems/*.toml as frozen values; what the panels could give, what the home has switched on
    system.py  battery and accounting, the system as supply and plant of a meter; build_ssfvi() joins both

There is no feeder, hence no loss and no totaliser: the physics is small and its own, so that this room needs
nothing of `sim.grid`. The controller is the meter of profile ``ssfvi``: the same DLMS server and the same STS
acceptance; a token brings days, not energy (`sim.meter.supply.availability` gives back what was not served).
"""

from sim.meter.ssfvi.model import SystemTerms, load_system
from sim.meter.ssfvi.system import Ssfvi, SsfviSystem, build_ssfvi

__all__ = ["Ssfvi", "SsfviSystem", "SystemTerms", "build_ssfvi", "load_system"]
