"""Class 64: the security setup; and the invocation counter that clients read before they cipher.

0.0.43.1.0 holds the highest counter that the meter took under the present key: a client goes on above it.

Source: IEC 62056-6-2, Security setup versions 0 and 1; OBIS 0.0.43.1.e
"""

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.codes import ActionResult
from protocols.dlms.cosem.access import SecuritySetupV1
from protocols.dlms.cosem.objects import AccessError, constant
from protocols.dlms.cosem.security_setup import SetupParts, security_setup_v1
from protocols.dlms.errors import DlmsError
from protocols.dlms.obis import Obis
from sim.meter.clock.device_clock import from_epoch_us
from sim.meter.cosem.binding import Bound, getter
from sim.meter.cosem.requests import LiveParts
from sim.meter.profile import ObjectTerms, ProfileError


def bind_security_setup(live: LiveParts, row: ObjectTerms) -> Bound:
    """Policy, suite, titles; activate a stronger policy, take new keys; of the version that the suite has."""
    security = live.parts.security
    if security.setup_version > 0:
        return _setup_v1(live, row)

    def activate(parameter: Data | None) -> None:
        policy = None if parameter is None else parameter.value
        if not isinstance(policy, int):
            raise AccessError(ActionResult.TYPE_UNMATCHED)
        try:
            security.activate_policy(policy)
        except DlmsError as error:
            raise AccessError(ActionResult.READ_WRITE_DENIED) from error

    def transfer(parameter: Data | None) -> None:
        security.transfer_keys(key_transfers(parameter))

    return Bound(
        getters={
            2: getter(lambda: axdr.enum(security.policy)),
            3: getter(lambda: axdr.enum(int(security.suite))),
            4: getter(lambda: axdr.octet_string(security.last_client_title)),
            5: constant(axdr.octet_string(security.system_title)),
        },
        methods={1: activate, 2: transfer},
    )


def _setup_v1(live: LiveParts, row: ObjectTerms) -> Bound:
    """Version 1, with the certificates and the key pairs that the security keeps."""
    security = live.parts.security
    if security.certificates is None:
        raise ProfileError(f"object {row.obis}: the security of this meter keeps no certificates")
    made = security_setup_v1(
        SetupParts(
            security=security,
            store=security.certificates,
            random_octets=live.requests.random_octets,
            now=lambda: from_epoch_us(live.parts.clock.epoch_us),
        ),
        Obis.from_string(row.obis),
    )
    return Bound(getters=made.getters, methods=made.methods, interface=SecuritySetupV1)


def key_transfers(parameter: Data | None) -> list[tuple[int, bytes]]:
    """Pairs of key-id and wrapped key.

    Raises:
        AccessError: the parameter is not an array of such pairs.
    """
    elements = () if parameter is None else parameter.value
    pairs: list[tuple[int, bytes]] = []
    for element in elements if isinstance(elements, tuple) else ():
        match element.value:
            case (Data(value=int(key_id)), Data(value=bytes(wrapped))):
                pairs.append((key_id, wrapped))
            case _:
                raise AccessError(ActionResult.TYPE_UNMATCHED)
    if not pairs:
        raise AccessError(ActionResult.TYPE_UNMATCHED)
    return pairs


def bind_invocation_counter(live: LiveParts, _row: ObjectTerms) -> Bound:
    """The highest counter that was taken from a client."""
    security = live.parts.security
    return Bound(getters={2: getter(lambda: axdr.double_long_unsigned(security.last_received))})
