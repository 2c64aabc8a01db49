"""Security setup version 1, bound: policy, key transfer, key agreement, key pairs and certificates.

For devices of suites 1 and 2. A device of suite 0 binds version 0 to its `DeviceSecurity` directly.

Source: IEC 62056-6-2, Security setup version 1
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.access import SecuritySetupV1
from protocols.dlms.cosem.objects import AccessError, CosemObject, constant
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from protocols.dlms.security import DeviceSecurity, KeyId
from protocols.dlms.security.agreement import ephemeral_unified, key_data, opened_key_data
from protocols.dlms.security.certificates import (
    Certificate,
    CertificateEntity,
    CertificateStore,
    CertificateType,
)
from protocols.dlms.security.ecdsa import KeyPair, curve_of

# Octets beyond a coordinate that take the bias of a random scalar away. Source: FIPS 186-4, B.4.1
_EXTRA_OCTETS = 8


@dataclass(frozen=True, slots=True)
class SetupParts:
    """Parts behind a security setup.

    Args:
        security: keys, policy, titles.
        store: key pairs and certificates.
        random_octets: gives so many random octets.
        now: the device's time, with a zone.
    """

    security: DeviceSecurity
    store: CertificateStore
    random_octets: Callable[[int], bytes]
    now: Callable[[], datetime]


def security_setup_v1(parts: SetupParts, logical_name: Obis) -> CosemObject:
    """The object."""
    security, store = parts.security, parts.store
    return CosemObject(
        SecuritySetupV1,
        logical_name,
        getters={
            2: lambda _selection: axdr.enum(security.policy),
            3: constant(axdr.enum(int(security.suite))),
            4: lambda _selection: axdr.octet_string(security.last_client_title),
            5: constant(axdr.octet_string(security.system_title)),
            6: lambda _selection: axdr.array(*(_row(item) for item in store.held)),
        },
        methods={
            1: lambda parameter: _activate(parts, parameter),
            2: lambda parameter: security.transfer_keys(_pairs(parameter)),
            3: lambda parameter: _agree(parts, parameter),
            4: lambda parameter: _generate(parts, parameter),
            5: lambda parameter: axdr.octet_string(store.request(_kind(parameter))),
            6: lambda parameter: _import(parts, parameter),
            7: lambda parameter: axdr.octet_string(_found(store, parameter).to_bytes()),
            8: lambda parameter: store.remove(_found(store, parameter)),
        },
    )


def _activate(parts: SetupParts, parameter: Data | None) -> None:
    try:
        parts.security.activate_policy(_integer(parameter))
    except DlmsError as error:
        raise AccessError(ActionResult.READ_WRITE_DENIED) from error


def _agree(parts: SetupParts, parameter: Data | None) -> Data:
    """Agree one key after the other by C(2e, 0s); all signatures are judged before any key is taken."""
    security, suite = parts.security, parts.security.suite
    client_key, signer = _signing_keys(parts)
    theirs = [
        (KeyId(key_id), opened_key_data(suite, KeyId(key_id), data, client_key))
        for key_id, data in _pairs(parameter)
    ]
    answers, agreed = [], []
    for key_id, ephemeral in theirs:
        own = KeyPair.from_scalar(suite, parts.random_octets(curve_of(suite).octets + _EXTRA_OCTETS))
        title_u, title_v = security.last_client_title, security.system_title
        agreed.append((key_id, ephemeral_unified(own, ephemeral, title_u, title_v, key_id)))
        answers.append(axdr.structure(axdr.enum(key_id), axdr.octet_string(key_data(key_id, own, signer))))
    for key_id, key in agreed:
        security.take_agreed_key(key_id, key)
    return axdr.array(*answers)


def _signing_keys(parts: SetupParts) -> tuple[bytes, KeyPair]:
    """The client's public signing key and one's own pair: of certificates, else those of the factory."""
    security, store = parts.security, parts.store
    certificate = store.by_entity(
        CertificateEntity.CLIENT, CertificateType.DIGITAL_SIGNATURE, security.last_client_title
    )
    _, _, own, client = security.agreement
    client_key = client if certificate is None else certificate.public_key
    signer = store.pair(CertificateType.DIGITAL_SIGNATURE) or own
    if client_key is None or signer is None:
        raise AccessError(ActionResult.OBJECT_UNAVAILABLE)
    return client_key, signer


def _generate(parts: SetupParts, parameter: Data | None) -> None:
    octets = curve_of(parts.security.suite).octets + _EXTRA_OCTETS
    parts.store.generate_key_pair(_kind(parameter), parts.random_octets(octets))


def _import(parts: SetupParts, parameter: Data | None) -> None:
    if parameter is None or not isinstance(parameter.value, bytes):
        raise AccessError(ActionResult.TYPE_UNMATCHED)
    parts.store.take(parameter.value, parts.now())


def _found(store: CertificateStore, parameter: Data | None) -> Certificate:
    """The certificate that {enum 0 entity 1 serial, what identifies it} names."""
    choice: object = None
    identification: object = None
    match None if parameter is None else parameter.value:
        case (Data(value=int(choice)), Data(value=tuple(parts))):
            identification = tuple(part.value for part in parts)
    match choice, identification:
        case 0, (int(entity), int(kind), bytes(title)):
            found = store.by_entity(CertificateEntity(entity), CertificateType(kind), title)
        case 1, (bytes(serial), bytes(issuer)):
            found = store.by_serial(serial, issuer)
        case _:
            raise AccessError(ActionResult.TYPE_UNMATCHED)
    if found is None:
        raise AccessError(ActionResult.OBJECT_UNDEFINED)
    return found


def _row(item: Certificate) -> Data:
    subject = item.parsed.subject.public_bytes()
    return axdr.structure(
        axdr.enum(item.entity),
        axdr.enum(item.type),
        axdr.octet_string(item.serial),
        axdr.octet_string(item.issuer),
        axdr.octet_string(subject),
        axdr.octet_string(b""),
    )


def _kind(parameter: Data | None) -> CertificateType:
    kind = _integer(parameter)
    if kind not in (CertificateType.DIGITAL_SIGNATURE, CertificateType.KEY_AGREEMENT, CertificateType.TLS):
        raise AccessError(ActionResult.TYPE_UNMATCHED)
    return CertificateType(kind)


def _integer(parameter: Data | None) -> int:
    if parameter is None or not isinstance(parameter.value, int):
        raise AccessError(ActionResult.TYPE_UNMATCHED)
    return parameter.value


def _pairs(parameter: Data | None) -> list[tuple[int, bytes]]:
    """Pairs of key-id and octets."""
    elements = None if parameter is None else parameter.value
    found: list[tuple[int, bytes]] = []
    for element in elements if isinstance(elements, tuple) else ():
        match element.value:
            case (Data(value=int(key_id)), Data(value=bytes(octets))):
                found.append((key_id, octets))
            case _:
                raise AccessError(ActionResult.TYPE_UNMATCHED)
    if not found:
        raise AccessError(ActionResult.TYPE_UNMATCHED)
    return found
