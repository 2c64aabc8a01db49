"""Classes 21 and 65: register monitors and the parameter monitor.

Source: IEC 62056-6-2, Register monitor, Parameter monitor
"""

from collections.abc import Callable, Mapping

from protocols.dlms import axdr
from protocols.dlms.axdr import Data, DataTag
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError, CosemObject, Setter
from protocols.dlms.obis import Obis
from sim.meter.cosem.bound import TYPES, Bound, getter, time_octets
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import elements, must, number, octets
from sim.meter.limiter import ScriptReference
from sim.meter.monitors import RegisterMonitor, Watched
from sim.meter.profile import ObjectTerms, ProfileError


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
                    *(axdr.structure(_script(up), _script(down)) for up, down in item().actions)
                )
            ),
        },
        setters=_setters(live, name, tag),
    )


def _setters(live: LiveParts, name: bytes, tag: DataTag) -> dict[int, Setter]:
    def put(attribute: str, value: object) -> None:
        def act() -> bool:
            setattr(live.parts.monitors.items[name], attribute, value)
            return True

        live.requests.act(act)

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


def _script(reference: ScriptReference) -> Data:
    return axdr.structure(axdr.octet_string(reference[0]), axdr.long_unsigned(reference[1]))


def _reference(value: Data) -> ScriptReference:
    table, selector = elements(value, 2)
    return octets(table), number(selector)
