"""Issue of tokens: the checks of each operation in their order, then type, key and TID of each token."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from protocols.offline.schema import SLOTS
from protocols.sts.amounts import decode_amount, encode_amount
from protocols.sts.errors import StsValueError
from protocols.sts.identity import BaseDate, KeyType, TokenIdentifier
from protocols.sts.keys import DecoderKey
from protocols.sts.token import (
    ClearCredit,
    ClearTamperCondition,
    InitiateMeterTest,
    ReadExtendedToken,
    SetExtendedToken,
    SetMaximumPhasePowerUnbalanceLimit,
    SetMaximumPowerLimit,
    SetTariffRate,
    SetWaterMeterFactor,
    Token,
    TransferCredit,
    TransferCurrencyCredit,
    encode_token,
    key_change_tokens,
    token_name,
)
from system.security_module import approval, leases, policy
from system.security_module.api import Request
from system.security_module.key_stores import KeyStores
from system.security_module.policy import Meter, RequestedUnits
from system.security_module.refusals import Refused, Words
from system.security_module.sealed_contents import Client, Contents
from system.security_module.state import State
from system.security_module.sts_sentences import sts_words

# ---------------- Tokens

CURRENCY_SUBCLASSES = range(4, 8)
_KEY_SECTIONS = (3, 4, 8, 9)
_EXTENDED_VALUE_BITS = 10
_SHORT_MFR_CODE_MAX = 99


@dataclass(frozen=True, slots=True)
class Stamp:
    """TID and random bits of a token."""

    tid: TokenIdentifier
    rnd: int


Maker = Callable[[int, int, int], Token]
"""(rnd, tid, value) -> token."""


def _clear_tamper(rnd: int, tid: int, value: int) -> Token:
    if value:
        raise StsValueError("clearing the tamper condition takes no value")
    return ClearTamperCondition(rnd, tid)


def _extended(rnd: int, tid: int, value: int) -> Token:
    return SetExtendedToken(rnd, tid, value >> _EXTENDED_VALUE_BITS, value & (1 << _EXTENDED_VALUE_BITS) - 1)


MANAGEMENT: dict[int, Maker] = {
    0: SetMaximumPowerLimit,
    1: ClearCredit,
    2: SetTariffRate,
    5: _clear_tamper,
    6: SetMaximumPhasePowerUnbalanceLimit,
    7: SetWaterMeterFactor,
    10: _extended,
}
"""Class 2, subclass -> maker of the token; the sections of a key are made by `key_change` alone."""


def _short_form(control: int, mfr_code: int) -> Token:
    # The field holds 255, a code of two digits does not.
    if mfr_code > _SHORT_MFR_CODE_MAX:
        raise StsValueError("a manufacturer code above 99 takes subclass 1")
    return InitiateMeterTest(control, mfr_code, 2)


METER_TESTS: dict[int, Callable[[int, int], Token]] = {
    0: _short_form,
    1: lambda control, mfr_code: InitiateMeterTest(control, mfr_code, 4),
    2: ReadExtendedToken,
}
"""Class 1, subclass -> maker of the token."""


def credit_units(subclass: int, amount: int) -> int:
    """Return the token units that a credit token will carry, rounded as it is coded; 0 for one in currency.

    Raises:
        Refused: ``token-failed``, for an amount that no token holds.
    """
    if subclass in CURRENCY_SUBCLASSES:
        return 0
    try:
        return decode_amount(encode_amount(amount))
    except StsValueError as error:
        raise Refused("token-failed", why=sts_words(error)) from None


def credit(key_stores: KeyStores, meter: Meter, stamp: Stamp, subclass: int, amount: int) -> dict[str, Any]:
    """Return a credit token (class 0) as the API answers it.

    Raises:
        Refused: ``token-failed``.
    """

    def make() -> Token:
        if subclass in CURRENCY_SUBCLASSES:
            return TransferCurrencyCredit(subclass, stamp.tid.tid, amount)
        return TransferCredit(subclass, stamp.rnd, stamp.tid.tid, amount)

    return _stamped(make, key_stores.decoder_key(meter), stamp)


def management(
    key_stores: KeyStores, meter: Meter, stamp: Stamp, subclass: int, value: int
) -> dict[str, Any]:
    """Return a management token (class 2) as the API answers it.

    Raises:
        Refused: ``token-failed``.
    """
    maker = MANAGEMENT[subclass]
    return _stamped(lambda: maker(stamp.rnd, stamp.tid.tid, value), key_stores.decoder_key(meter), stamp)


def meter_test(subclass: int, control: int, mfr_code: int) -> dict[str, Any]:
    """Return a token of class 1, which no key protects.

    Raises:
        Refused: ``token-failed``.
    """
    return _answer(lambda: METER_TESTS[subclass](control, mfr_code), None)


def key_change(
    key_stores: KeyStores, present: Meter, wanted: Meter, *, three_kct: bool
) -> list[dict[str, Any]]:
    """Return the tokens that take a meter from its present key to the wanted one, first section first.

    Args:
        key_stores: where the vending keys are.
        present: the meter before.
        wanted: the meter after.
        three_kct: also tell an EA07 meter its supply group, in a third token.

    Raises:
        Refused: ``token-failed``.
    """
    old, new = key_stores.decoder_key(present), key_stores.decoder_key(wanted)
    register = wanted.register
    wide = len(new.value) == 16
    try:
        digits = key_change_tokens(
            new,
            old,
            ken=register.ken,
            krn=register.krn,
            ti=wanted.ti,
            key_type=register.key_type,
            rollover=register.base_date != present.register.base_date,
            sgc=register.sgc if wide or three_kct else None,
        )
    except StsValueError as error:
        raise Refused("token-failed", why=sts_words(error)) from None
    return [
        {"digits": token, "class": 2, "subclass": subclass, "name": token_name(2, subclass)}
        for token, subclass in zip(digits, _KEY_SECTIONS, strict=False)
    ]


def tid_to_json(tid: int, base_date: BaseDate) -> dict[str, Any]:
    """The TID and the minute that it names."""
    return _identifier_to_json(TokenIdentifier(tid, base_date))


def _identifier_to_json(identifier: TokenIdentifier) -> dict[str, Any]:
    return {
        "tid": identifier.tid,
        "time": identifier.instant.isoformat(),
        "base_date": int(identifier.base_date),
    }


def _stamped(make: Callable[[], Token], key: DecoderKey, stamp: Stamp) -> dict[str, Any]:
    return {**_answer(make, key), **_identifier_to_json(stamp.tid)}


def _answer(make: Callable[[], Token], key: DecoderKey | None) -> dict[str, Any]:
    try:
        token = make()
        digits = encode_token(token, key)
    except StsValueError as error:
        raise Refused("token-failed", why=sts_words(error)) from None
    token_class, subclass = token.token_class, token.token_subclass
    return {
        "digits": digits,
        "class": token_class,
        "subclass": subclass,
        "name": token_name(token_class, subclass),
    }


# ---------------- Operations

_RANDOM_BYTES = 128


@dataclass(frozen=True, slots=True)
class IssuedTokens:
    """Tokens of an operation, before they are recorded.

    Attributes:
        result: the answer.
        wanted: what it counts for, in limits.
        pan: MeterPAN, or None for class 1.
        tid: the TID used, or None.
        signers: operators who approved it.
        lease: what the journal keeps of a lease, or None.
    """

    result: dict[str, Any]
    wanted: RequestedUnits
    pan: str | None = None
    tid: TokenIdentifier | None = None
    signers: tuple[str, ...] = ()
    lease: dict[str, Any] | None = None


class RandomNibbles:
    """Four random bits at a time, asked of the kernel by the hundred: each question costs a system call."""

    __slots__ = ("_left",)

    def __init__(self) -> None:
        self._left = b""

    def next(self) -> int:
        """The next four bits."""
        if not self._left:
            self._left = secrets.token_bytes(_RANDOM_BYTES)
        nibble, self._left = self._left[0] & 15, self._left[1:]
        return nibble


@dataclass(slots=True)
class Issuer:
    """Mints what is allowed; reads the state and leaves changing it to the caller.

    Attributes:
        contents: of the sealed file.
        state: of the journal.
        key_stores: where the keys are.
        forced_rnd: test hook, the random bits to use; None for real ones.
    """

    contents: Contents
    state: State
    key_stores: KeyStores
    forced_rnd: int | None = None
    _random: RandomNibbles = field(default_factory=RandomNibbles)

    def issue(self, client: Client, request: Request, now: datetime) -> IssuedTokens:
        """Carry out an issuing operation.

        Raises:
            Refused: with whatever stands against it.
        """
        minted = self._ISSUERS[request.operation](self, client, request, now)
        policy.check_limits(self.state, client, minted.wanted, now)
        return minted

    def _mint(self, client: Client, request: Request, now: datetime) -> IssuedTokens:
        args = request.args
        signers = self._free_issue(client, request, now)
        present = policy.present_meter(self.contents, args["meter"], now)
        wanted = policy.target_meter(self.contents, present, args["target"])
        tokens = []
        if policy.differs(present, wanted):
            if not args["allow_key_change"]:
                raise Refused("key-change-needed")
            signers = signers or self._automatic_change(client, request, present, wanted, now)
            tokens = self._change(present, wanted, now, three_kct=args["three_kct"])
        if wanted.register.key_type is KeyType.DDTK:
            why = Words("una clave por defecto no recibe crédito", "a default key takes no credit")
            raise Refused("key-change-rule", why=why)
        units = credit_units(args["subclass"], args["amount"])
        stamp = self._stamp(wanted, "credit", now)
        tokens.append(credit(self.key_stores, wanted, stamp, args["subclass"], args["amount"]))
        money = args["subclass"] in CURRENCY_SUBCLASSES
        return IssuedTokens(
            self._result(tokens, wanted, units=units),
            RequestedUnits(len(tokens), units, wanted.register, money),
            wanted.pan,
            stamp.tid,
            signers,
        )

    def _key_change(self, client: Client, request: Request, now: datetime) -> IssuedTokens:
        args = request.args
        present = policy.present_meter(self.contents, args["meter"], now)
        wanted = policy.target_meter(self.contents, present, args["target"])
        signers = self._require_approval(request, now)
        tokens = self._change(present, wanted, now, three_kct=args["three_kct"])
        counted = RequestedUnits(len(tokens), 0, wanted.register)
        return IssuedTokens(self._result(tokens, wanted), counted, wanted.pan, None, signers)

    def _management(self, client: Client, request: Request, now: datetime) -> IssuedTokens:
        args = request.args
        if args["subclass"] not in MANAGEMENT:
            known = ", ".join(map(str, MANAGEMENT))
            raise Refused("bad-request", why=Words(f"subclass debe ser {known}", f"subclass must be {known}"))
        meter = policy.present_meter(self.contents, args["meter"], now)
        stamp = self._stamp(meter, "management", now)
        token = management(self.key_stores, meter, stamp, args["subclass"], args["value"])
        counted = RequestedUnits(1, 0, meter.register)
        return IssuedTokens(self._result([token], meter), counted, meter.pan, stamp.tid)

    def _meter_test(self, client: Client, request: Request, now: datetime) -> IssuedTokens:
        args = request.args
        token = meter_test(args["subclass"], args["control"], args["mfr_code"])
        return IssuedTokens({"tokens": [token], "test": self.contents.test_keys}, RequestedUnits(1, 0, None))

    def _lease(self, client: Client, request: Request, now: datetime) -> IssuedTokens:
        granted = leases.grant(self.contents, self.state, self.key_stores, client, request.args, now)
        return IssuedTokens(granted.result, RequestedUnits(0, 0, None), lease=granted.out)

    def _free_issue(self, client: Client, request: Request, now: datetime) -> tuple[str, ...]:
        if not request.args["free_issue"]:
            return ()
        if not client.may("free-issue"):
            raise Refused("not-permitted", what=Words("crédito gratuito", "free issue"))
        return self._require_approval(request, now)

    def _automatic_change(
        self, client: Client, request: Request, present: Meter, wanted: Meter, now: datetime
    ) -> tuple[str, ...]:
        """The operators who let a sale change the key.

        Within one supply group and key type none are needed, for a client that has this right.
        """
        old, new = present.register, wanted.register
        within = (old.sgc, old.key_type) == (new.sgc, new.key_type)
        if within and client.may("automatic-key-change"):
            return ()
        return self._require_approval(request, now)

    def _require_approval(self, request: Request, now: datetime) -> tuple[str, ...]:
        signable = approval.Signable(self.contents.store, request.operation, request.raw_args)
        return approval.require(self.contents, signable, request.args["approval"], now)

    def _change(
        self, present: Meter, wanted: Meter, now: datetime, *, three_kct: bool
    ) -> list[dict[str, Any]]:
        policy.check_key_change(present, wanted)
        tid = policy.time_identifier(wanted.register, now).tid
        policy.check_usable(wanted.register, "key-change", now, tid)
        return key_change(self.key_stores, present, wanted, three_kct=three_kct)

    def _stamp(self, meter: Meter, use: str, now: datetime) -> Stamp:
        """A TID that this meter was never given, if the key may be used."""
        register = meter.register
        instant = policy.time_identifier(register, now)
        floor = self.state.floor_tid(register.base_date)
        # While a terminal may be minting for it, only the minutes of the on-line seller.
        leased = self.state.leases.any_out(meter.pan, int(register.base_date), now)
        memory = self.state.memory(meter.pan, register.base_date)
        tid = memory.next_free(instant, floor, SLOTS if leased else 1)
        if tid is None:
            raise Refused("tid-window")
        policy.check_usable(register, use, now, tid)
        rnd = self._random.next() if self.forced_rnd is None else self.forced_rnd
        return Stamp(TokenIdentifier(tid, register.base_date), rnd)

    def _result(self, tokens: list[dict[str, Any]], meter: Meter, **more: Any) -> dict[str, Any]:
        register = meter.register
        key = {
            "sgc": register.sgc,
            "krn": register.krn,
            "key_type": int(register.key_type),
            "ken": register.ken,
            "ti": meter.ti,
            "check_value": register.check_value,
        }
        return {"tokens": tokens, "key": key, "pan": meter.pan, **more, "test": self.contents.test_keys}

    _ISSUERS: ClassVar[dict[str, Callable[["Issuer", Client, Request, datetime], IssuedTokens]]] = {
        "mint": _mint,
        "key_change": _key_change,
        "management": _management,
        "meter_test": _meter_test,
        "lease": _lease,
    }
    """Operation -> what carries it out."""
