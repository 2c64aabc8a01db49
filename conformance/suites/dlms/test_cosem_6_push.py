"""Push operation: what a push setup lists is sent to its client; under a policy, protected as it says.

Source: DLMS UA 1001-6, 7.3.8 and table 31, by their public names
"""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.attributes import listed
from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import Dialogue, items
from conformance.bench.object_list import ListedObject, read_object_list
from conformance.bench.pushes import addressed, listed_in, listening, pushing, set_off, values_of
from conformance.bench.secure import header
from conformance.bench.secured import ASSOCIATION, activate, secured, setup_version
from conformance.text import Text
from protocols.dlms.apdu import decode_apdu
from protocols.dlms.codes import ActionResult
from protocols.dlms.errors import DecodeError
from protocols.dlms.security import PROTECTED_TAGS, SecurityControl
from protocols.dlms.xdlms.notification import DataNotification

CLAUSE = pytest.mark.clause("dlms-yb", "7.3.8", level="shall")
_BOTH = int(SecurityControl.AUTHENTICATED_ENCRYPTED)
#: Policy "authenticated and encrypted" in versions 0 and 1 of the security setup.
_POLICIES = (3, 0x6C)


@case(
    id="dlms/7.3.8/unprotected",
    title=Text("Push sin protección", "Unprotected push"),
    stimulus=Text(
        "Leer lo que un objeto push enumera, dirigirlo al cliente público y dispararlo con su método.",
        "Read what a push setup lists, address it to the public client, and set it off by its method.",
    ),
    requirement=Text(
        "Llega una data-notification con los atributos enumerados, en su orden, con su tipo y su valor.",
        "A data-notification comes with the attributes listed, in their order, of their type and value.",
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
            with addressed(bench, dialogue, item, sap), listening(bench, sap) as ear:
                apdu = set_off(bench, dialogue, item, ear)
                bench.check(apdu is not None, "llega una notificación", "a notification comes")
                bench.check(
                    apdu is not None and apdu[0] not in PROTECTED_TAGS,
                    "va sin protección",
                    "it goes unprotected",
                )
                _check_body(bench, dialogue, item, apdu or b"")
            return
    raise bench.not_applicable(
        "ninguna asociación puede disparar un push", "no association may set a push off"
    )


@case(
    id="dlms/7.3.8/protected",
    title=Text("Push bajo política", "Push under a policy"),
    stimulus=Text(
        "En un dispositivo de repuesto, activar la política que autentica y cifra, dirigir el push al "
        "cliente de gestión y dispararlo.",
        "On a spare device, activate the policy that authenticates and encrypts, address the push to the "
        "management client, and set it off.",
    ),
    requirement=Text(
        "La notificación llega autenticada y cifrada, se abre con las claves y trae lo enumerado.",
        "The notification comes authenticated and encrypted, opens with the keys, and brings what is listed.",
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
            "la política se activa",
            "the policy is activated",
        )
        item = pushing(device, dialogue, read_object_list(dialogue))
        with addressed(device, dialogue, item, sap), listening(device, sap) as ear:
            apdu = set_off(device, dialogue, item, ear)
            bench.check(apdu is not None, "llega una notificación", "a notification comes")
            found = header(apdu)
            bench.check(
                found is not None and found[0] & _BOTH == _BOTH,
                "va autenticada y cifrada",
                "it is authenticated and encrypted",
            )
            opened = open_one.sealer.open(apdu)
            bench.check(bool(opened), "se abre con las claves", "it opens with the keys")
            _check_body(device, dialogue, item, opened or b"")


def _may_push(objects: tuple[ListedObject, ...]) -> bool:
    return any(item.class_id == 40 and item.callable(1) for item in objects)


def _check_body(bench: Bench, dialogue: Dialogue, item: ListedObject, apdu: bytes) -> None:
    """Each element is the attribute listed; what moves meanwhile is judged by its type alone."""
    try:
        notification = decode_apdu(apdu)
    except DecodeError as error:
        bench.observe(f"no se descifra: {error}", f"it does not decode: {error}")
        notification = None
    bench.check(
        isinstance(notification, DataNotification), "es una data-notification", "it is a data-notification"
    )
    assert isinstance(notification, DataNotification)
    named = listed_in(dialogue, item)
    sent = items(notification.body)
    bench.check(len(sent) == len(named), f"trae {len(named)} elementos", f"it brings {len(named)} elements")
    readings = zip(values_of(dialogue, named), values_of(dialogue, named), strict=True)
    for (class_id, name, index, _), value, (one, other) in zip(named, sent, readings, strict=True):
        if one is None or other is None:
            continue
        what = f"{class_id}/{name}:{index}"
        bench.check(value.tag is one.tag, f"{what} es {one.tag.name}", f"{what} is {one.tag.name}")
        if one == other:
            bench.check(value == one, f"{what} vale lo que se lee", f"{what} has the value that is read")
