"""Class 70: the supply control switch."""

from collections.abc import Callable

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.disconnect import ControlState
from protocols.dlms.cosem.objects import AccessError, Invoker
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
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
        methods={
            1: invoker(live.requests.remote_disconnect, ControlState.DISCONNECTED),
            2: invoker(live.requests.remote_reconnect, ControlState.CONNECTED),
        },
    )
