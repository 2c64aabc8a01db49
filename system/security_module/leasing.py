"""From a lease that is allowed to the signed message: decoder keys derived, wrapped for a counter, signed."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from protocols.offline.errors import OfflineError
from protocols.offline.messages import Lease, LeasedMeter
from protocols.offline.schema import METER, SLOTS
from protocols.offline.wrapping import KeyWrap
from system.security_module import minting
from system.security_module.policy import Meter
from system.security_module.refusals import Refused, Words
from system.security_module.vault import Vaults


@dataclass(frozen=True, slots=True)
class Terms:
    """A lease without its meters; see `protocols.offline.messages.Lease`.

    Attributes:
        agreement_public: of the counter, X25519.
    """

    lease_id: UUID
    terminal_id: UUID
    agreement_public: bytes
    part: int
    parts: int
    slot: int
    allowed_c: int
    units_max: int
    not_before: datetime
    until: datetime
    made_at: datetime
    test: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """A meter of a lease.

    Attributes:
        drn: as the caller names it.
        meter: with the key that it holds.
        tid_above: the last TID that may have been given to it, -1 for none.
    """

    drn: str
    meter: Meter
    tid_above: int


@dataclass(frozen=True, slots=True)
class LeaseKey:
    """The module's key for leases.

    Args:
        seed: Ed25519 private key, 32 octets.
    """

    seed: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """Its public half, 32 octets."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).public_key().public_bytes_raw()

    def sign(self, data: bytes) -> bytes:
        """The signature of data."""
        return Ed25519PrivateKey.from_private_bytes(self.seed).sign(data)


def write_lease(
    vaults: Vaults, terms: Terms, meters: Sequence[Wanted], key: LeaseKey, ephemeral: bytes
) -> bytes:
    """The signed lease.

    Args:
        vaults: where the vending keys are.
        terms: of the lease.
        meters: at most 100.
        key: the module's.
        ephemeral: 32 random octets, used for nothing else.

    Raises:
        Refused: ``token-failed`` for a meter whose key cannot be made or given out, ``lease-refused`` for
            terms or a public key that make no lease.
    """
    try:
        wrap = KeyWrap(terms.lease_id, ephemeral, terms.agreement_public, ephemeral=True)
        leased = tuple(_leased(vaults, wrap, place, wanted) for place, wanted in enumerate(meters))
        lease = Lease(
            lease_id=terms.lease_id,
            terminal_id=terms.terminal_id,
            part=terms.part,
            parts=terms.parts,
            slot=terms.slot,
            slots=SLOTS,
            allowed_c=terms.allowed_c,
            units_max=terms.units_max,
            not_before=terms.not_before,
            until=terms.until,
            made_at=terms.made_at,
            test=terms.test,
            ephemeral=wrap.ephemeral_public,
            meters=leased,
        )
        return lease.seal(key.public, key.sign)
    except OfflineError as error:
        raise Refused("lease-refused", why=Words(error.es, error.en)) from None


def lease_id_of(store: str, client: str, message_id: str) -> UUID:
    """The id of the lease that a client asked for under a message id: the same whenever it is asked."""
    digest = hashlib.sha256("\0".join(("lease", store, client, message_id)).encode("utf-8")).digest()
    return UUID(bytes=digest[:16], version=5)  # made of a name, though by another hash


def _leased(vaults: Vaults, wrap: KeyWrap, place: int, wanted: Wanted) -> LeasedMeter:
    meter, register = wanted.meter, wanted.meter.register
    identity: dict[str, Any] = {
        "drn": wanted.drn,
        "ea": meter.ea,
        "tct": meter.tct,
        "sgc": register.sgc,
        "krn": register.krn,
        "ti": meter.ti,
        "key_type": int(register.key_type),
        "ken": register.ken,
        "base_date": int(register.base_date),
        "tid_above": wanted.tid_above,
    }
    assert identity.keys() == METER.keys()  # noqa: S101 - the two ends must bind the same fields
    sealed = wrap.wrap(place, identity, minting.decoder_key(vaults, meter).value)
    return LeasedMeter(sealed=sealed, **identity)
