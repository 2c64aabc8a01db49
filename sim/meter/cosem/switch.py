"""Class 70: the supply control switch."""

from collections.abc import Callable

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.disconnect import ControlMode, ControlState
from protocols.dlms.cosem.objects import AccessError, Invoker
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import number
from sim.meter.events import EventCode
from sim.meter.profile import ObjectTerms


def bind_switch(live: LiveParts, _row: ObjectTerms) -> Bound:
    """State and mode; remote disconnect and reconnect, which succeed too where nothing is left to do."""
    switch = live.parts.switch

    def invoker(request: Callable[[], bool], wanted: ControlState) -> Invoker:
        def invoke(_parameter: Data | None) -> None:
            if not request() and switch.control_state is not wanted:
                raise AccessError(ActionResult.TEMPORARY_FAILURE)

        return invoke

    return Bound(
        getters={
            2: getter(lambda: axdr.boolean(switch.output_state)),
            3: getter(lambda: axdr.enum(switch.control_state)),
            4: getter(lambda: axdr.enum(switch.mode)),
        },
        setters={4: lambda value: _set_mode(live, value)},
        methods={
            1: invoker(live.requests.remote_disconnect, ControlState.DISCONNECTED),
            2: invoker(live.requests.remote_reconnect, ControlState.CONNECTED),
        },
    )


def _set_mode(live: LiveParts, value: Data) -> None:
    mode = number(value)
    if mode not in list(ControlMode):
        raise AccessError(DataAccessResult.OTHER_REASON)

    def change() -> bool:
        live.parts.switch.set_mode(ControlMode(mode))
        return True

    live.requests.act(change, EventCode.CONTROL_MODE_CHANGED)
