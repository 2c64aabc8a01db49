"""The lease: how long, how much and for which meters a terminal may mint; signed by the security module."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from uuid import UUID

from protocols.offline.envelope import PUBLIC_OCTETS
from protocols.offline.kinds import Flag, Identifier, Instant, Integer, Kind, Many, Octets, Record
from protocols.offline.messages.base import Inner, Message, Part
from protocols.offline.schema import LEASE_METERS_MAX, LEASES_MAX, METER, MONEY_C, SLOTS, UNITS

SEALED_OCTETS = range(24, 33)
"""A decoder key of 8 to 16 octets with its tag of 16."""


@dataclass(frozen=True, slots=True)
class LeasedMeter(Part):
    """A meter that the terminal may mint for, with its wrapped decoder key.

    Attributes:
        drn: as the office names it: 11, 13 or 18 digits.
        ea: encryption algorithm, "07" or "11".
        tct: token carrier type.
        sgc, krn, ti, key_type, ken: of the key that the meter holds.
        base_date: from which its TIDs count, 1993, 2014 or 2035.
        tid_above: the module gave it this TID and perhaps those before; the terminal takes later ones only.
        sealed: the decoder key, see `protocols.offline.wrapping`.
    """

    FIELDS: ClassVar[Mapping[str, Kind]] = {**METER, "sealed": Octets(SEALED_OCTETS[0], SEALED_OCTETS[-1])}

    drn: str
    ea: str
    tct: int
    sgc: str
    krn: int
    ti: int
    key_type: int
    ken: int
    base_date: int
    tid_above: int
    sealed: bytes

    def identity(self) -> dict[str, Any]:
        """The fields that the wrapped key is bound to: all but itself."""
        fields: dict[str, Any] = Record(METER).write(self)
        return fields


@dataclass(frozen=True, slots=True)
class Lease(Message):
    """What a secure counter mints under.

    Attributes:
        lease_id: made by the module.
        terminal_id: whose it is.
        part, parts: which of how many that were asked for together, from 1.
        slot, slots: the terminal takes minutes whose TID modulo `slots` is `slot`.
        allowed_c: how much money it may have sold in its whole life, centavos: limit and deposits together.
        units_max: the most units (0.1 kWh) in one token.
        not_before, until: from when and before when it mints; UTC.
        made_at: by the module's clock: of two leases the later one holds.
        test: minted under published test keys.
        ephemeral: X25519 public key that the decoder keys are wrapped with.
        meters: at most 100.
    """

    KIND: ClassVar[str] = "lease"
    FIELDS: ClassVar[Mapping[str, Kind]] = {
        "lease_id": Identifier(),
        "terminal_id": Identifier(),
        "part": Integer(1, LEASES_MAX),
        "parts": Integer(1, LEASES_MAX),
        "slot": Integer(1, SLOTS - 1),
        "slots": Integer(SLOTS, SLOTS),
        "allowed_c": MONEY_C,
        "units_max": UNITS,
        "not_before": Instant(),
        "until": Instant(),
        "made_at": Instant(),
        "test": Flag(),
        "ephemeral": Octets(PUBLIC_OCTETS, PUBLIC_OCTETS),
        "meters": Many(Inner(LeasedMeter), most=LEASE_METERS_MAX, least=1),
    }

    lease_id: UUID
    terminal_id: UUID
    part: int
    parts: int
    slot: int
    slots: int
    allowed_c: int
    units_max: int
    not_before: datetime
    until: datetime
    made_at: datetime
    test: bool
    ephemeral: bytes
    meters: tuple[LeasedMeter, ...]
