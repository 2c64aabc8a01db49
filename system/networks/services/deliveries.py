"""A token of another platform goes to a meter of ours (R4-03), under the caller's id."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from system.config.clock import business_now, security_now
from system.config.transactions import lock_row, write_transaction
from system.head_end import api as head_end
from system.head_end.api import ENDED
from system.networks.api_keys import KeyHolder
from system.networks.errors import KeyReused, NetworkRefused
from system.networks.models import NetworkDelivery
from system.networks.services.sales import fingerprint
from system.networks.webhooks.events import delivery_data, delivery_events, queue_event
from system.registry.models import Device, DeviceIdentifier, DeviceKind, IdentifierKind
from system.vending.api import TokenState, local_token_states

DIGITS = 20


@dataclass(frozen=True, slots=True)
class ForeignToken:
    """Token of another platform, handed in by a network.

    Args:
        id: the idempotency key.
        meter: DRN or serial.
        token: its 20 digits.
    """

    id: uuid.UUID
    meter: str
    token: str

    def fingerprint(self) -> str:
        """Digest of the request, which the same id must have again."""
        return fingerprint("delivery", self.meter, self.token)


def deliver_foreign_token(holder: KeyHolder, foreign: ForeignToken) -> NetworkDelivery:
    """Order the delivery. The same again is the same order.

    Raises:
        KeyReused: the id was used for something else.
        NetworkRefused: no such meter, no token, or the head-end does not take it.
    """
    known = _known_delivery(holder, foreign)
    if known is not None:
        return known
    if len(foreign.token) != DIGITS or not (foreign.token.isascii() and foreign.token.isdigit()):
        raise NetworkRefused("Un token tiene 20 dígitos.")
    device = find_meter(holder, foreign.meter)
    with write_transaction():
        lock_row(holder.network)
        known = _known_delivery(holder, foreign)
        if known is not None:
            return known
        row = NetworkDelivery(
            id=foreign.id,
            provider_id=holder.network.provider_id,
            network=holder.network,
            key=holder.key,
            device=device,
            meter=foreign.meter,
            fingerprint=foreign.fingerprint(),
            asked_at=security_now(),
        )
        row.save(force_insert=True)
        try:
            head_end.deliver_tokens(holder.agent, device, foreign.id, [foreign.token])
        except head_end.UnableToOrder as error:
            raise NetworkRefused(str(error)) from error
    return row


def delivery_states(row: NetworkDelivery) -> Sequence[TokenState]:
    """State of each token."""
    return local_token_states(row.pk)


def end_delivery(row: NetworkDelivery) -> bool:
    """Record the end of a delivery and queue its events, once; True where that was done now."""
    states = delivery_states(row)
    if not states or any(state.state not in ENDED for state in states):
        return False
    with write_transaction():
        open_ones = NetworkDelivery.objects.filter(pk=row.pk, ended_at__isnull=True)
        if not open_ones.update(ended_at=security_now()):
            return False
        for event in delivery_events(states):
            queue_event(row.network, event, row.pk, delivery_data(row.pk, row.meter, states))
    return True


def find_meter(holder: KeyHolder, number: str) -> Device:
    """A meter of the provider by DRN, else by serial.

    Raises:
        NetworkRefused: there is none, or more than one.
    """
    by_drn = DeviceIdentifier.objects.of(holder.agent).at(business_now())
    found = by_drn.filter(kind=IdentifierKind.DRN, value=number).select_related("device").first()
    if found is not None:
        device: Device = found.device
        return device
    meters = Device.objects.of(holder.agent).filter(kind__in=[DeviceKind.METER, DeviceKind.SSFVI])
    by_serial: list[Device] = list(meters.filter(serial=number)[:2])
    if len(by_serial) != 1:
        raise NetworkRefused("Ningún medidor de este prestador tiene ese número.")
    return by_serial[0]


def _known_delivery(holder: KeyHolder, foreign: ForeignToken) -> NetworkDelivery | None:
    row: NetworkDelivery | None = NetworkDelivery.objects.filter(pk=foreign.id).first()
    if row is not None and (row.network_id, row.fingerprint) != (holder.network.pk, foreign.fingerprint()):
        raise KeyReused
    return row
