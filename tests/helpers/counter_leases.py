"""Leases of a test vending key without a module process, for whoever needs a secure counter that mints.

counter = SecureCounter.create(tmp_path / "counter", "frase", TERMINAL, cost=10)
counter.load_lease(lease_for(counter, [drn], now=NOW, allowed_c=5_000_000), MODULE_PUBLIC)
"""

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from protocols.offline.messages import Lease
from protocols.sts.identity import KeyType, luhn_digit
from protocols.sts.keys import DecoderKey, derive_decoder_key
from protocols.sts.testkeys import TEST_REGISTERS
from system.security_module import leases, policy
from system.security_module.key_stores import KeyStores
from system.security_module.leases import LeaseKey, LeaseTerms, MeterToLease
from system.security_module.policy import Meter
from system.security_module.sealed_contents import KeyRegister
from system.security_module.secure_counter import SecureCounter

MODULE_KEY = LeaseKey(bytes(range(32)))
MODULE_PUBLIC = MODULE_KEY.public


def drn_of(number: int) -> str:
    """The DRN, 11 digits, of the test meter of that number."""
    body = f"07{number:08d}"
    return f"{body}{luhn_digit(body)}"


DRNS = tuple(map(drn_of, (1, 2, 3)))


def register(number: int = 1, **other: Any) -> KeyRegister:
    """A register of the published test plan as the module keeps it."""
    plan = TEST_REGISTERS[number]
    fields = {
        "number": number,
        "sgc": plan.sgc,
        "krn": plan.krn,
        "key_type": KeyType.DUTK,
        "base_date": plan.base_date,
        "ken": plan.ken,
        "dkga": "04",
        "check_value": "000000",
        "key": plan.vending_key,
    }
    return KeyRegister(**{**fields, **other})


def meter_of(drn: str, key: KeyRegister | None = None, ti: int = 1, ea: str = "11") -> Meter:
    """A meter under a test key."""
    key = key or register()
    return Meter(policy.account_of(drn), ea, 2, ti, key.ken, key)


def decoder_key_of(drn: str, number: int = 1, ti: int = 1, ea: str = "11") -> DecoderKey:
    """The key that such a meter holds: to read its tokens back."""
    plan = TEST_REGISTERS[number]
    return derive_decoder_key(
        "04",
        ea,
        vending_key=plan.vending_key,
        pan=policy.account_of(drn).pan,
        sgc=plan.sgc,
        key_type=KeyType.DUTK,
        ti=ti,
        krn=plan.krn,
        base_date=plan.base_date,
    )


def lease_for(
    counter: SecureCounter,
    drns: Iterable[str] = DRNS,
    *,
    now: datetime,
    days: int = 14,
    allowed_c: int = 100_000_000,
    units_max: int = 10_000,
    slot: int = 3,
    tid_above: int = -1,
    key: LeaseKey = MODULE_KEY,
    number: int = 1,
    ti: int = 1,
    ea: str = "11",
    held: KeyRegister | None = None,
    key_stores: KeyStores | None = None,
    **terms: Any,
) -> bytes:
    """A signed lease for a counter, as the module makes it.

    Args:
        counter: whose it is.
        drns: the meters, under test register `number`.
        now: when it is made and begins; `not_before` and `until` may be given by name.
        days: until when.
        allowed_c, units_max, slot: of the lease.
        tid_above: of every meter.
        key: of the module that signs.
        number, ti, ea: of the meters.
        held: another register of theirs.
        key_stores: where its key is; left out, in memory.
        terms: other fields of `leasing.Terms`.
    """
    plain = {
        "lease_id": uuid4(),
        "terminal_id": counter.terminal_id,
        "agreement_public": counter.agreement_public,
        "part": 1,
        "parts": 1,
        "slot": slot,
        "allowed_c": allowed_c,
        "units_max": units_max,
        "not_before": now,
        "until": now + timedelta(days=days),
        "made_at": now,
        "test": True,
    }
    made = LeaseTerms(**{**plain, **terms})
    meters = [MeterToLease(drn, meter_of(drn, held or register(number), ti, ea), tid_above) for drn in drns]
    return leases.write_lease(key_stores or KeyStores(), made, meters, key, secrets.token_bytes(32))


def opened(envelope: bytes, key: LeaseKey = MODULE_KEY) -> Lease:
    """A lease that this module key signed."""
    return Lease.open(envelope, key.public)
