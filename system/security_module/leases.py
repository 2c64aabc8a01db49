"""Leases for off-line terminals: which meters a terminal may mint for, and the signed message that says so.

A lease carries the decoder key of each meter, wrapped for one secure counter; never a vending key.
"""

import hashlib
import secrets
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
from protocols.sts.identity import KeyType
from system.security_module import policy
from system.security_module.key_stores import KeyStores
from system.security_module.policy import Meter
from system.security_module.refusals import Refused, Words
from system.security_module.sealed_contents import Client, Contents, KeyRegister
from system.security_module.state import LONGEST, State


@dataclass(frozen=True, slots=True)
class LeaseTerms:
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
class MeterToLease:
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
    key_stores: KeyStores, terms: LeaseTerms, meters: Sequence[MeterToLease], key: LeaseKey, ephemeral: bytes
) -> bytes:
    """The signed lease.

    Args:
        key_stores: where the vending keys are.
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
        leased = tuple(_leased(key_stores, wrap, place, wanted) for place, wanted in enumerate(meters))
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


def _leased(key_stores: KeyStores, wrap: KeyWrap, place: int, wanted: MeterToLease) -> LeasedMeter:
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
    sealed = wrap.wrap(place, identity, key_stores.decoder_key(meter).value)
    return LeasedMeter(sealed=sealed, **identity)


# ---------------- The operation `lease`

_EPHEMERAL_OCTETS = 32


@dataclass(frozen=True, slots=True)
class GrantedLease:
    """A lease that was made.

    Attributes:
        result: the answer.
        out: what the journal keeps of it: terminal, slot, until, and the meters as (MeterPAN, base date).
    """

    result: dict[str, Any]
    out: dict[str, Any]


def grant(
    contents: Contents,
    state: State,
    key_stores: KeyStores,
    client: Client,
    args: dict[str, Any],
    now: datetime,
) -> GrantedLease:
    """Make a lease.

    Args:
        contents: of the sealed file.
        state: of the journal.
        key_stores: where the keys are.
        client: who asks.
        args: of the request, checked.
        now: the module's time.

    Raises:
        Refused: with whatever stands against it.
    """
    if contents.lease_key is None:
        raise _refused("este módulo no tiene clave de arriendos", "this module has no key for leases")
    _check_terms(client, args, now)
    terms = _terms(contents, client, args, now)
    meters = [_wanted(contents, state, terms, config) for config in args["meters"]]
    pans = [(wanted.meter.pan, int(wanted.meter.register.base_date)) for wanted in meters]
    if len(set(pans)) != len(pans):
        raise _refused("un medidor aparece dos veces", "a meter stands in it twice")
    envelope = write_lease(
        key_stores, terms, meters, LeaseKey(contents.lease_key), secrets.token_bytes(_EPHEMERAL_OCTETS)
    )
    result = {"lease": envelope.decode("ascii"), "lease_id": str(terms.lease_id), "test": terms.test}
    out = {
        "terminal": str(terms.terminal_id),
        "slot": terms.slot,
        "until": terms.until.isoformat(),
        "meters": pans,
    }
    return GrantedLease(result, out)


def _check_terms(client: Client, args: dict[str, Any], now: datetime) -> None:
    if args["part"] > args["parts"]:
        raise _refused("part pasa de parts", "part is above parts")
    if not args["meters"]:
        raise _refused("no trae medidores", "it names no meters")
    if not max(now, args["not_before"]) < args["until"] <= now + LONGEST:
        raise _refused(
            f"debe terminar después de empezar, y dentro de {LONGEST.days} días",
            f"it must end after it begins, and within {LONGEST.days} days",
        )
    if client.tokens_per_day is not None or client.units_per_day is not None:
        # What is minted out there cannot be counted against a day here.
        limit = Words("este cliente tiene límites diarios", "this client has limits by the day")
        raise Refused("limit-exceeded", limit=limit)
    most = client.units_per_token
    if most is not None and args["units_max"] > most:
        limit = Words(f"{most} unidades por token", f"{most} units in a token")
        raise Refused("limit-exceeded", limit=limit)


def _terms(contents: Contents, client: Client, args: dict[str, Any], now: datetime) -> LeaseTerms:
    terminal = args["terminal"]
    return LeaseTerms(
        lease_id=lease_id_of(contents.store, client.name, args["message_id"]),
        terminal_id=UUID(terminal["id"]),
        agreement_public=bytes.fromhex(terminal["agreement_public"]),
        part=args["part"],
        parts=args["parts"],
        slot=args["slot"],
        allowed_c=args["allowed_c"],
        units_max=args["units_max"],
        not_before=args["not_before"],
        until=args["until"],
        made_at=now,
        test=contents.test_keys,
    )


def _wanted(contents: Contents, state: State, terms: LeaseTerms, config: dict[str, Any]) -> MeterToLease:
    """A meter, if it may be leased to this terminal."""
    meter = policy.present_meter(contents, config, terms.made_at)
    register = meter.register
    if policy.differs(meter, policy.target_meter(contents, meter, None)):
        raise Refused("key-change-needed")
    if register.key_type is KeyType.DDTK:
        why = Words("una clave por defecto no recibe crédito", "a default key takes no credit")
        raise Refused("key-change-rule", why=why)
    tid = policy.time_identifier(register, terms.made_at).tid
    policy.check_usable(register, "credit", terms.made_at, tid)
    _check_end(register, terms)
    base_date = int(register.base_date)
    holder = state.leases.holder(meter.pan, base_date, terms.slot, terms.made_at)
    if holder is not None and holder.terminal != str(terms.terminal_id):
        end = f"{holder.until:%Y-%m-%d %H:%M}Z"
        raise _refused(
            f"otro terminal tiene los minutos {terms.slot} del medidor {config['drn']} hasta {end}",
            f"another terminal has the minutes {terms.slot} of meter {config['drn']} until {end}",
        )
    return MeterToLease(config["drn"], meter, _tid_above(state, meter))


def _check_end(register: KeyRegister, terms: LeaseTerms) -> None:
    """Refuse a lease that outlives its key, or whose key has a limit that is counted here."""
    if register.vending_limit_units is not None:
        limit = Words("la clave tiene un límite de unidades", "the key has a limit of units")
        raise Refused("limit-exceeded", limit=limit)
    tid = policy.time_identifier(register, terms.until).tid
    try:
        policy.check_usable(register, "credit", terms.until, tid)
    except Refused:
        raise _refused(
            f"la clave del SGC {register.sgc} vence antes que él: pida un plazo más corto",
            f"the key of SGC {register.sgc} ends before it: ask for a shorter one",
        ) from None


def _tid_above(state: State, meter: Meter) -> int:
    """The last TID that this module may have given to a meter."""
    base_date = meter.register.base_date
    given = state.memory(meter.pan, base_date).recent
    return max(given[-1] if given else -1, state.floor_tid(base_date))


def _refused(es: str, en: str) -> Refused:
    return Refused("lease-refused", why=Words(es, en))
