"""Classes 70 and 71: supply control switch and limiter; and the policies of the protections.

The thresholds of the limiter count as the register that it watches does. No standard has an object for the
protections: one octet-string with an octet for each, in the order of `Protection`, and two registers; a
choice of ours [M].

Source: IEC 62056-6-2, Disconnect control, Limiter
"""

from collections.abc import Callable

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult, DataAccessResult
from protocols.dlms.cosem.disconnect import ControlMode, ControlState
from protocols.dlms.cosem.objects import AccessError, Invoker, Setter, constant
from protocols.dlms.obis import Obis
from protocols.field.events import EventCode
from protocols.sts.acceptance import TokenResult
from sim.meter.cosem.binding import (
    Bound,
    elements,
    getter,
    instant_us,
    number,
    octets,
    script_data,
    time_octets,
)
from sim.meter.cosem.registers import bind_register
from sim.meter.cosem.requests import LiveParts
from sim.meter.events.tamper_protections import Protection, RelayPolicy
from sim.meter.metering.metrology import WHOLE, Reading
from sim.meter.profile import ObjectTerms
from sim.meter.supply.limiter import OPEN_SWITCH, REGISTER_SCALER, EmergencyProfile, ScriptReference

# ------------------------------------------------------------ class 70


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
    live.requests.do(lambda: live.parts.switch.set_mode(ControlMode(mode)), EventCode.CONTROL_MODE_CHANGED)


# ------------------------------------------------------------ class 71

_UNITS_PER_W: int = 10**-REGISTER_SCALER
_POWER = Obis.from_string("1.0.1.7.0").to_bytes()


def bind_limiter(live: LiveParts, _row: ObjectTerms) -> Bound:
    """Thresholds in tenths of a watt, times in seconds, the emergency, and what is run at the limit."""
    limiter, zone = live.parts.limiter, live.profile.deviation_minutes

    def watts(read_w: int) -> Data:
        return axdr.double_long_unsigned(read_w * _UNITS_PER_W)

    def emergency() -> Data:
        profile = limiter.emergency
        return axdr.structure(
            axdr.long_unsigned(profile.group),
            axdr.octet_string(time_octets(profile.begin_us, zone)),
            axdr.double_long_unsigned(profile.duration_s),
        )

    return Bound(
        getters={
            2: constant(axdr.structure(axdr.long_unsigned(3), axdr.octet_string(_POWER), axdr.integer(2))),
            3: getter(lambda: watts(limiter.limit_active_w)),
            4: getter(lambda: watts(limiter.limit_w)),
            5: getter(lambda: watts(limiter.emergency_limit_w)),
            6: getter(lambda: axdr.double_long_unsigned(limiter.over_s)),
            7: getter(lambda: axdr.double_long_unsigned(limiter.rest_s)),
            8: getter(emergency),
            9: getter(lambda: axdr.array(*(axdr.long_unsigned(group) for group in limiter.groups))),
            10: getter(lambda: axdr.boolean(limiter.emergency_active)),
            11: getter(lambda: axdr.structure(script_data(limiter.over), script_data(limiter.under))),
        },
        setters=_setters(live),
    )


def _setters(live: LiveParts) -> dict[int, Setter]:
    limiter, zone, requests = live.parts.limiter, live.profile.deviation_minutes, live.requests

    def set_normal(value: Data) -> None:
        limit_w = _watts(value)

        def change() -> None:
            if limiter.set_limit(limit_w) is not TokenResult.ACCEPT:
                raise AccessError(DataAccessResult.OTHER_REASON)

        requests.do(change, EventCode.LIMITER_CHANGED)

    def set_emergency_limit(value: Data) -> None:
        limit_w = _watts(value)
        if limit_w > limiter.highest_limit_w:
            raise AccessError(DataAccessResult.OTHER_REASON)
        requests.put(limiter, EventCode.LIMITER_CHANGED, emergency_limit_w=limit_w)

    def set_time(attribute: str) -> Setter:
        def set_seconds(value: Data) -> None:
            seconds = number(value)
            if seconds < 1:
                raise AccessError(DataAccessResult.OTHER_REASON)
            requests.put(limiter, **{attribute: seconds})

        return set_seconds

    def set_profile(value: Data) -> None:
        group, begin, duration = elements(value, 3)
        profile = EmergencyProfile(number(group), instant_us(begin, zone), number(duration))
        requests.put(limiter, emergency=profile)

    def set_groups(value: Data) -> None:
        requests.put(limiter, groups=tuple(number(item) for item in elements(value)))

    def set_actions(value: Data) -> None:
        over, under = (_reference(item) for item in elements(value, 2))
        requests.put(limiter, over=over, under=under)

    return {
        4: set_normal,
        5: set_emergency_limit,
        6: set_time("over_s"),
        7: set_time("rest_s"),
        8: set_profile,
        9: set_groups,
        11: set_actions,
    }


def _watts(value: Data) -> int:
    return number(value) // _UNITS_PER_W


def _reference(value: Data) -> ScriptReference:
    table, selector = elements(value, 2)
    found = octets(table)
    if len(found) != len(OPEN_SWITCH[0]):
        raise AccessError(DataAccessResult.TYPE_UNMATCHED)
    return found, number(selector)


# ------------------------------------------------------------ policies of the protections

#: Octet -> policy.
POLICIES = (RelayPolicy.LOG, RelayPolicy.OPEN, RelayPolicy.OPEN_UNTIL_CLEARED)


def bind_protection_policies(live: LiveParts, _row: ObjectTerms) -> Bound:
    """A class 1 object: the policy of each protection, which can be set."""
    protections = live.parts.protections

    def read() -> Data:
        return axdr.octet_string(bytes(POLICIES.index(protections.terms.policy(kind)) for kind in Protection))

    def write(value: Data) -> None:
        chosen = octets(value)
        if len(chosen) != len(Protection) or max(chosen) >= len(POLICIES):
            raise AccessError(DataAccessResult.TYPE_UNMATCHED)
        relay = {kind: POLICIES[octet] for kind, octet in zip(Protection, chosen, strict=True)}
        _change(live, relay=relay)

    return Bound({2: getter(read)}, {2: write})


def bind_reverse_energy(live: LiveParts, row: ObjectTerms) -> Bound:
    """A class 3 object: energy (Wh) or window (s) of the significant reverse energy, which can be set."""
    name: str = row.options["of"]
    protections = live.parts.protections
    bound = bind_register(Reading(lambda: int(getattr(protections.terms, name)), WHOLE), row)
    return Bound(bound.getters, {2: lambda value: _change(live, **{name: number(value)})})


def _change(live: LiveParts, **values: object) -> None:
    def change() -> None:
        try:
            live.parts.protections.change(**values)
        except ValueError as error:
            raise AccessError(DataAccessResult.OTHER_REASON) from error

    live.requests.do(change)
