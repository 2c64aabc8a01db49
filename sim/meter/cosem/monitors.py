"""Classes 21, 40 and 65: register monitors, push setups (version 1), the parameter monitor.

Source: IEC 62056-6-2, Register monitor, Push setup, Parameter monitor
"""

from collections.abc import Callable, Mapping
from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.access import MessageType, TransportService
from protocols.dlms.cosem.objects import AccessError, CosemObject, Setter, constant
from protocols.dlms.obis import Obis
from sim.meter.communication.push import PORTS, PushObject, PushTerms
from sim.meter.cosem.binding import (
    TYPES,
    Bound,
    elements,
    getter,
    must,
    number,
    octets,
    script_data,
    time_octets,
)
from sim.meter.cosem.requests import LiveParts
from sim.meter.events.monitors import RegisterMonitor, Watched
from sim.meter.profile import ObjectTerms, ProfileError
from sim.meter.supply.limiter import ScriptReference

# ------------------------------------------------------------ classes 21 and 65


def bind_register_monitor(live: LiveParts, row: ObjectTerms) -> Bound:
    """Thresholds travel in the type that the row names, which is the type of what is watched.

    Raises:
        ProfileError: there is no such monitor.
    """
    name = Obis.from_string(row.obis).to_bytes()
    monitors = live.parts.monitors
    if name not in monitors.items:
        raise ProfileError(f"object {row.obis}: there is no register monitor of this name")
    make = TYPES[row.options["type"]]
    tag = make(0).tag

    def item() -> RegisterMonitor:
        return monitors.items[name]

    return Bound(
        getters={
            2: getter(lambda: axdr.array(*(make(threshold) for threshold in item().thresholds))),
            3: getter(lambda: _watched_data(item().watched)),
            4: getter(
                lambda: axdr.array(
                    *(axdr.structure(script_data(up), script_data(down)) for up, down in item().actions)
                )
            ),
        },
        setters=_monitor_setters(live, name, tag),
    )


def _monitor_setters(live: LiveParts, name: bytes, tag: DataTag) -> dict[int, Setter]:
    def put(attribute: str, value: object) -> None:
        live.requests.put(live.parts.monitors.items[name], **{attribute: value})

    def set_thresholds(value: Data) -> None:
        if any(item.tag is not tag for item in elements(value)):
            raise AccessError(DataAccessResult.TYPE_UNMATCHED)
        put("thresholds", tuple(number(item) for item in elements(value)))

    def set_actions(value: Data) -> None:
        pairs = [elements(item, 2) for item in elements(value)]
        put("actions", tuple((_reference(up), _reference(down)) for up, down in pairs))

    return {2: set_thresholds, 3: lambda value: put("watched", watched_of(value)), 4: set_actions}


def bind_parameter_monitor(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The last write, when, and the list, which the two methods change."""
    monitor, zone = live.parts.parameters, live.profile.deviation_minutes

    def changed() -> Data:
        last = monitor.last
        if last is None:
            return axdr.structure(*_elements((0, bytes(6), 0)), axdr.null())
        return axdr.structure(*_elements(last.watched), axdr.decode(last.value))

    def when() -> Data:
        return axdr.octet_string(time_octets(monitor.last.epoch_us if monitor.last else None, zone))

    return Bound(
        getters={
            2: getter(changed),
            3: getter(when),
            4: getter(lambda: axdr.array(*(_watched_data(item) for item in monitor.watched))),
        },
        methods={
            1: lambda value: must(live.requests.act(lambda: monitor.add(watched_of(value)))),
            2: lambda value: must(live.requests.act(lambda: monitor.delete(watched_of(value)))),
        },
    )


def noting_writes(live: LiveParts, item: CosemObject) -> CosemObject:
    """The same object, whose writes the parameter monitor hears of once they are done."""
    if not item.setters:
        return item
    setters: Mapping[int, Setter] = {
        index: _noted(live, (item.class_id, item.logical_name.to_bytes(), index), setter)
        for index, setter in item.setters.items()
    }
    return CosemObject(item.interface, item.logical_name, item.getters, setters, item.methods)


def _noted(live: LiveParts, watched: Watched, setter: Setter) -> Callable[[Data], None]:
    def write(value: Data) -> None:
        setter(value)
        live.requests.written(watched, axdr.encode(value))

    return write


def watched_of(value: Data | None) -> Watched:
    """Class, logical name and attribute, as a client wrote them.

    Raises:
        AccessError: they are not.
    """
    class_id, name, attribute = elements(value, 3)
    return number(class_id), Obis.from_bytes(octets(name)).to_bytes(), number(attribute)


def _elements(watched: Watched) -> tuple[Data, Data, Data]:
    class_id, name, attribute = watched
    return axdr.long_unsigned(class_id), axdr.octet_string(name), axdr.integer(attribute)


def _watched_data(watched: Watched) -> Data:
    return axdr.structure(*_elements(watched))


def _reference(value: Data) -> ScriptReference:
    table, selector = elements(value, 2)
    return octets(table), number(selector)


# ------------------------------------------------------------ class 40

#: Port -> logical name of its setup object.
_SETUP_OBJECTS = {"wrapper": "0.0.25.0.0", "hdlc": "0.0.22.0.0"}


def bind_push(live: LiveParts, row: ObjectTerms) -> Bound:
    """Everything can be set; method 1 pushes now.

    Raises:
        ProfileError: there is no such setup.
    """
    name = Obis.from_string(row.obis).to_bytes()
    setups = live.parts.push_setups
    if name not in setups.items:
        raise ProfileError(f"object {row.obis}: there is no push setup of this name")

    def terms() -> PushTerms:
        return setups.items[name]

    return Bound(
        getters={
            2: getter(lambda: axdr.array(*(_object(item) for item in terms().objects))),
            3: getter(lambda: _destination(terms())),
            4: getter(lambda: axdr.array(*(_edges(begin, end) for begin, end in terms().window))),
            5: getter(lambda: axdr.long_unsigned(terms().randomisation_s)),
            6: getter(lambda: axdr.unsigned(terms().retries)),
            7: getter(lambda: axdr.long_unsigned(terms().repetition_delay_s)),
            8: getter(lambda: _port(terms())),
            9: getter(lambda: axdr.integer(terms().client_sap)),
            10: constant(axdr.array()),
        },
        setters=_push_setters(live, name),
        methods={1: lambda _parameter: live.requests.push(name)},
    )


def _push_setters(live: LiveParts, name: bytes) -> dict[int, Setter]:
    def change(**values: Any) -> None:
        live.requests.do(lambda: live.parts.push_setups.change(name, **values))

    def set_destination(value: Data) -> None:
        transport, destination, message = elements(value, 3)
        way = TransportService(number(transport))
        if way not in PORTS or number(message) != MessageType.XDLMS_APDU:
            raise AccessError(DataAccessResult.OTHER_REASON)
        change(transport=way, destination=octets(destination))

    def set_window(value: Data) -> None:
        pairs = [elements(item, 2) for item in elements(value)]
        change(window=tuple((octets(begin), octets(end)) for begin, end in pairs))

    return {
        2: lambda value: change(objects=tuple(_parse(item) for item in elements(value))),
        3: set_destination,
        4: set_window,
        5: lambda value: change(randomisation_s=number(value)),
        6: lambda value: change(retries=number(value)),
        7: lambda value: change(repetition_delay_s=number(value)),
        9: lambda value: change(client_sap=number(value)),
    }


def _object(item: PushObject) -> Data:
    return axdr.structure(
        axdr.long_unsigned(item.class_id),
        axdr.octet_string(item.logical_name),
        axdr.integer(item.attribute),
        axdr.long_unsigned(item.data_index),
    )


def _parse(value: Data) -> PushObject:
    class_id, name, attribute, index = elements(value, 4)
    Obis.from_bytes(octets(name))
    return PushObject(number(class_id), octets(name), number(attribute), number(index))


def _destination(terms: PushTerms) -> Data:
    return axdr.structure(
        axdr.enum(terms.transport), axdr.octet_string(terms.destination), axdr.enum(terms.message)
    )


def _edges(begin: bytes, end: bytes) -> Data:
    return axdr.structure(axdr.octet_string(begin), axdr.octet_string(end))


def _port(terms: PushTerms) -> Data:
    return axdr.octet_string(Obis.from_string(_SETUP_OBJECTS[PORTS[terms.transport]]).to_bytes())
