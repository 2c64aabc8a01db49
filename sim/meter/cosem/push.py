"""Class 40, version 1: what is pushed, where to and when.

Source: IEC 62056-6-2, Push setup
"""

from typing import Any

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import DataAccessResult
from protocols.dlms.cosem.objects import AccessError, Setter, constant
from protocols.dlms.cosem.push import MessageType, TransportService
from protocols.dlms.obis import Obis
from sim.meter.cosem.bound import Bound, getter
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.parsing import elements, number, octets
from sim.meter.profile import ObjectTerms, ProfileError
from sim.meter.push import PORTS, PushObject, PushTerms

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
        setters=_setters(live, name),
        methods={1: lambda _parameter: live.requests.push(name)},
    )


def _setters(live: LiveParts, name: bytes) -> dict[int, Setter]:
    def change(**values: Any) -> None:
        def act() -> bool:
            live.parts.push_setups.change(name, **values)
            return True

        live.requests.act(act)

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
