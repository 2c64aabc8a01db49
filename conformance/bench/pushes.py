"""Pushes as a bench sees them: an ear on the device's link for one client, and the setups that speak to it.

Source: IEC 62056-6-2, Push setup (class_id 40)
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from conformance.bench.attributes import of_class
from conformance.bench.bench import Bench
from conformance.bench.dialogue import Dialogue, items, make_framing
from conformance.bench.hearing import hear
from conformance.bench.object_list import ListedObject
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.push import TransportService
from protocols.dlms.framing import ApduReceived, Framing
from protocols.dlms.obis import Obis
from protocols.dlms.session_errors import AccessRefused

PUSH_SETUP = 40
OBJECTS, DESTINATION, RANDOMISATION, CLIENT_SAP, PUSH = 2, 3, 5, 9, 1
#: Framing of the bench's link -> transports whose pushes come over it.
_TRANSPORTS: Mapping[str, frozenset[TransportService]] = {
    "wrapper": frozenset({TransportService.TCP, TransportService.UDP}),
    "hdlc": frozenset({TransportService.HDLC}),
}

#: First octets of what comes unasked: plain, protected by itself, in a general form. The bench's own answers
#: have the tags of their services.
_UNASKED = frozenset(bytes((tag,)) for tag in (0x0F, 0xC2, 0xCA, 0xDB, 0xDC, 0xDD, 0xDF))

#: What stands in a push: class, logical name, attribute, element.
Listed = tuple[int, Obis, int, int]


@dataclass(slots=True)
class Ear:
    """What came over the link for one client, beside whatever a session does there."""

    framing: Framing
    apdus: list[bytes] = field(default_factory=list)

    def take(self, direction: str, data: bytes) -> None:
        """Traffic of the link."""
        if direction == "rx":
            events = self.framing.receive_data(data, 0.0)
            came = (event.apdu for event in events if isinstance(event, ApduReceived))
            self.apdus += [apdu for apdu in came if apdu[:1] in _UNASKED]


@contextmanager
def listening(bench: Bench, client_sap: int) -> Iterator[Ear]:
    """An ear for `client_sap` on the link that is open."""
    framing = make_framing(bench.statement.link, client_sap)
    framing.connect(0.0)  # it sends nothing: what it has to say is never fetched
    link, ear = bench.link(), Ear(framing)
    before, link.on_traffic = link.on_traffic, ear.take
    try:
        yield ear
    finally:
        link.on_traffic = before


def pushing(bench: Bench, dialogue: Dialogue, objects: Sequence[ListedObject]) -> ListedObject:
    """A push setup that this association may set off, and that speaks over the bench's link.

    Raises:
        CaseNotApplicable: there is none.
    """
    for item in of_class(tuple(objects), PUSH_SETUP):
        if item.version >= 1 and item.callable(PUSH) and item.readable(DESTINATION):
            transport = items(dialogue.get(PUSH_SETUP, str(item.obis), DESTINATION))[0].value
            if transport in _TRANSPORTS[bench.statement.link.framing]:
                return item
    raise bench.not_applicable(
        "ningún push por este enlace que la asociación pueda disparar",
        "no push over this link that the association may set off",
    )


@contextmanager
def addressed(bench: Bench, dialogue: Dialogue, item: ListedObject, client_sap: int) -> Iterator[None]:
    """Inside, the setup pushes to `client_sap`.

    Raises:
        CaseNotApplicable: it pushes to another client, and cannot be told otherwise.
    """
    name = str(item.obis)
    before = dialogue.integer(PUSH_SETUP, name, CLIENT_SAP)
    if before != client_sap:
        if not item.writable(CLIENT_SAP):
            raise bench.not_applicable(
                f"el push va al cliente {before} y no se deja cambiar",
                f"the push goes to client {before} and cannot be told otherwise",
            )
        dialogue.session.set(PUSH_SETUP, item.obis, CLIENT_SAP, axdr.integer(client_sap))
    try:
        yield
    finally:
        if before != client_sap:
            dialogue.session.set(PUSH_SETUP, item.obis, CLIENT_SAP, axdr.integer(before))


def listed_in(dialogue: Dialogue, item: ListedObject) -> list[Listed]:
    """What the setup says that it pushes."""
    found: list[Listed] = []
    for row in items(dialogue.get(PUSH_SETUP, str(item.obis), OBJECTS)):
        match [part.value for part in items(row)]:
            case [int(class_id), bytes(name), int(attribute), int(index), *_]:
                found.append((class_id, Obis.from_bytes(name), attribute, index))
    return found


def set_off(bench: Bench, dialogue: Dialogue, item: ListedObject, ear: Ear) -> bytes | None:
    """Invoke push and wait, as long as the setup's random delay may last; the first APDU, None for none."""
    delay_s = dialogue.integer(PUSH_SETUP, str(item.obis), RANDOMISATION)
    ear.apdus.clear()
    dialogue.session.action(PUSH_SETUP, item.obis, PUSH, axdr.integer(0))
    bench.stimulus(f"{item.obis} push", f"{item.obis} push")
    link, end_s = bench.link(), bench.clock.now_s() + delay_s
    while not ear.apdus:
        silent = not hear(bench, link)
        if silent and bench.clock.now_s() >= end_s:
            break
    said = ear.apdus[0].hex() if ear.apdus else ""
    bench.observe(f"llega {said}" if said else "no llega nada", f"{said} comes" if said else "nothing comes")
    return ear.apdus[0] if ear.apdus else None


def values_of(dialogue: Dialogue, listed: Sequence[Listed]) -> list[Data | None]:
    """The attributes as they are read one by one; None for what is not granted, or an element of one."""
    return [_value(dialogue, row) for row in listed]


def _value(dialogue: Dialogue, row: Listed) -> Data | None:
    class_id, name, attribute, index = row
    if index:
        return None
    try:
        return dialogue.session.get(class_id, name, attribute)
    except AccessRefused:
        return None
