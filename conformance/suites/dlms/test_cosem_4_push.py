# ruff: noqa: D103 - the words of a case stand in its `case(...)`
"""Push operation: what a push setup lists is sent to its client; under a policy, protected as it says.

Source: DLMS UA 1001-6, 7.3.8 and table 31, by their public names; IEC 62056-6-2, Push setup (class_id
40)
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dlms_session import Dialogue, header, items, make_framing
from conformance.bench.object_list import ListedObject, listed, of_class, read_object_list
from conformance.bench.raw_apdu import hear
from conformance.bench.security import ASSOCIATION, activate, secured, setup_version
from i18n import Message
from protocols.dlms import axdr
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.access import TransportService
from protocols.dlms.errors import DecodeError
from protocols.dlms.framing import ApduReceived, Framing
from protocols.dlms.obis import Obis
from protocols.dlms.security import PROTECTED_TAGS, SecurityControl
from protocols.dlms.session.errors import AccessRefused
from protocols.dlms.xdlms.notification import DataNotification

# ---- Pushes as a bench sees them: a listener on the device's link, and the setups that send to it.

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
class PushListener:
    """Unasked APDUs that came over the link for one client, beside the traffic of a session."""

    framing: Framing
    apdus: list[bytes] = field(default_factory=list)

    def take(self, direction: str, data: bytes) -> None:
        """Traffic of the link."""
        if direction == "rx":
            events = self.framing.receive_data(data, 0.0)
            came = (event.apdu for event in events if isinstance(event, ApduReceived))
            self.apdus += [apdu for apdu in came if apdu[:1] in _UNASKED]


@contextmanager
def listening_for_pushes(bench: Bench, client_sap: int) -> Iterator[PushListener]:
    """A listener for `client_sap` on the link that is open."""
    framing = make_framing(bench.statement.link, client_sap)
    framing.connect(0.0)  # it sends nothing: what it has to say is never fetched
    link, listener = bench.link(), PushListener(framing)
    before, link.on_traffic = link.on_traffic, listener.take
    try:
        yield listener
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
        Message("no push over this link that the association may set off"),
    )


@contextmanager
def addressed(bench: Bench, dialogue: Dialogue, item: ListedObject, client_sap: int) -> Iterator[None]:
    """Inside, the setup pushes to `client_sap`.

    Raises:
        CaseNotApplicable: it pushes to another client, and that cannot be changed.
    """
    name = str(item.obis)
    before = dialogue.integer(PUSH_SETUP, name, CLIENT_SAP)
    if before != client_sap:
        if not item.writable(CLIENT_SAP):
            raise bench.not_applicable(
                Message("the push goes to client {before} and cannot be told otherwise", before=before),
            )
        dialogue.session.set(PUSH_SETUP, item.obis, CLIENT_SAP, axdr.integer(client_sap))
    try:
        yield
    finally:
        if before != client_sap:
            dialogue.session.set(PUSH_SETUP, item.obis, CLIENT_SAP, axdr.integer(before))


def listed_in(dialogue: Dialogue, item: ListedObject) -> list[Listed]:
    """Objects that the setup lists to be pushed."""
    found: list[Listed] = []
    for row in items(dialogue.get(PUSH_SETUP, str(item.obis), OBJECTS)):
        match [part.value for part in items(row)]:
            case [int(class_id), bytes(name), int(attribute), int(index), *_]:
                found.append((class_id, Obis.from_bytes(name), attribute, index))
    return found


def set_off(bench: Bench, dialogue: Dialogue, item: ListedObject, listener: PushListener) -> bytes | None:
    """Invoke push and wait, as long as the setup's random delay may last; the first APDU, None for none."""
    delay_s = dialogue.integer(PUSH_SETUP, str(item.obis), RANDOMISATION)
    listener.apdus.clear()
    dialogue.session.action(PUSH_SETUP, item.obis, PUSH, axdr.integer(0))
    bench.stimulus(Message("{obis} push", obis=item.obis))
    link, end_s = bench.link(), bench.clock.now_s() + delay_s
    while not listener.apdus:
        silent = not hear(bench, link)
        if silent and bench.clock.now_s() >= end_s:
            break
    said = listener.apdus[0].hex() if listener.apdus else ""
    bench.observe(Message("{octets} comes", octets=said) if said else Message("nothing comes"))
    return listener.apdus[0] if listener.apdus else None


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


# ---- Push operation: what a push setup lists is sent to its client; under a policy, protected as it says.

CLAUSE = pytest.mark.clause("dlms-yb", "7.3.8", level="shall")
_BOTH = int(SecurityControl.AUTHENTICATED_ENCRYPTED)
#: Policy "authenticated and encrypted" in versions 0 and 1 of the security setup.
_POLICIES = (3, 0x6C)


@case(
    id="dlms/7.3.8/unprotected",
    title=Message("Unprotected push"),
    stimulus=Message(
        "Read what a push setup lists, address it to the public client, and set it off by its method."
    ),
    requirement=Message(
        "A data-notification comes with the attributes listed, in their order, of their type and value."
    ),
)
@CLAUSE
@pytest.mark.needs("push", "association:public", "clock")
def test_unprotected(bench: Bench) -> None:
    sap = bench.association_section("public").client_sap
    for name in bench.statement.associations:
        with listed(bench, name) as (dialogue, objects):
            if not _may_push(objects):
                continue
            item = pushing(bench, dialogue, objects)
            with addressed(bench, dialogue, item, sap), listening_for_pushes(bench, sap) as listener:
                apdu = set_off(bench, dialogue, item, listener)
                bench.check(apdu is not None, Message("a notification comes"))
                bench.check(
                    apdu is not None and apdu[0] not in PROTECTED_TAGS,
                    Message("it goes unprotected"),
                )
                _check_body(bench, dialogue, item, apdu or b"")
            return
    raise bench.not_applicable(Message("no association may set a push off"))


@case(
    id="dlms/7.3.8/protected",
    title=Message("Push under a policy"),
    stimulus=Message(
        "On a spare device, activate the policy that authenticates and encrypts, address the "
        "push to the management client, and set it off."
    ),
    requirement=Message(
        "The notification comes authenticated and encrypted, opens with the keys, and brings what is listed."
    ),
)
@CLAUSE
@pytest.mark.needs("push", f"association:{ASSOCIATION}", "security-policy", "clock")
def test_protected(bench: Bench) -> None:
    sap = bench.association_section(ASSOCIATION).client_sap
    with bench.spare() as device, secured(device) as open_one:
        dialogue = open_one.dialogue
        policy = _POLICIES[min(setup_version(dialogue), 1)]
        bench.check(
            activate(open_one, policy) is ActionResult.SUCCESS,
            Message("the policy is activated"),
        )
        item = pushing(device, dialogue, read_object_list(dialogue))
        with addressed(device, dialogue, item, sap), listening_for_pushes(device, sap) as listener:
            apdu = set_off(device, dialogue, item, listener)
            bench.check(apdu is not None, Message("a notification comes"))
            found = header(apdu)
            bench.check(
                found is not None and found[0] & _BOTH == _BOTH,
                Message("it is authenticated and encrypted"),
            )
            opened = open_one.sealer.open(apdu)
            bench.check(bool(opened), Message("it opens with the keys"))
            _check_body(device, dialogue, item, opened or b"")


def _may_push(objects: tuple[ListedObject, ...]) -> bool:
    return any(item.class_id == 40 and item.callable(1) for item in objects)


def _check_body(bench: Bench, dialogue: Dialogue, item: ListedObject, apdu: bytes) -> None:
    """Each element is the attribute listed; what moves meanwhile is judged by its type alone."""
    try:
        notification = decode_apdu(apdu)
    except DecodeError as error:
        bench.observe(Message("it does not decode: {error}", error=error))
        notification = None
    bench.check(isinstance(notification, DataNotification), Message("it is a data-notification"))
    assert isinstance(notification, DataNotification)
    named = listed_in(dialogue, item)
    sent = items(notification.body)
    bench.check(len(sent) == len(named), Message("it brings {count} elements", count=len(named)))
    readings = zip(values_of(dialogue, named), values_of(dialogue, named), strict=True)
    for (class_id, name, index, _), value, (one, other) in zip(named, sent, readings, strict=True):
        if one is None or other is None:
            continue
        what = f"{class_id}/{name}:{index}"
        bench.check(value.tag is one.tag, Message("{what} is {name}", what=what, name=one.tag.name))
        if one == other:
            bench.check(value == one, Message("{what} has the value that is read", what=what))
