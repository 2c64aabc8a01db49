"""The operations that make tokens: what each checks, in which order, and what it then counts for."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from protocols.offline.schema import SLOTS
from protocols.sts.identity import KeyType, TokenIdentifier
from system.security_module import approval, granting, minting, policy
from system.security_module.api import Request
from system.security_module.contents import Client, Contents
from system.security_module.minting import Stamp
from system.security_module.policy import Meter, Wanted
from system.security_module.refusals import Refused, Words
from system.security_module.state import State
from system.security_module.vault import Vaults

_RANDOM_BYTES = 128


@dataclass(frozen=True, slots=True)
class Minted:
    """What an operation made, before it is recorded.

    Attributes:
        result: the answer.
        wanted: what it counts for, in limits.
        pan: MeterPAN, or None for class 1.
        tid: the TID used, or None.
        signers: operators who approved it.
        lease: what the journal keeps of a lease, or None.
    """

    result: dict[str, Any]
    wanted: Wanted
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
        vaults: where the keys are.
        forced_rnd: test hook, the random bits to use; None for real ones.
    """

    contents: Contents
    state: State
    vaults: Vaults
    forced_rnd: int | None = None
    _random: RandomNibbles = field(default_factory=RandomNibbles)

    def issue(self, client: Client, request: Request, now: datetime) -> Minted:
        """Carry out an issuing operation.

        Raises:
            Refused: with whatever stands against it.
        """
        minted = self._ISSUERS[request.operation](self, client, request, now)
        policy.check_limits(self.state, client, minted.wanted, now)
        return minted

    def _mint(self, client: Client, request: Request, now: datetime) -> Minted:
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
        units = minting.credit_units(args["subclass"], args["amount"])
        stamp = self._stamp(wanted, "credit", now)
        tokens.append(minting.credit(self.vaults, wanted, stamp, args["subclass"], args["amount"]))
        money = args["subclass"] in minting.CURRENCY_SUBCLASSES
        return Minted(
            self._result(tokens, wanted, units=units),
            Wanted(len(tokens), units, wanted.register, money),
            wanted.pan,
            stamp.tid,
            signers,
        )

    def _key_change(self, client: Client, request: Request, now: datetime) -> Minted:
        args = request.args
        present = policy.present_meter(self.contents, args["meter"], now)
        wanted = policy.target_meter(self.contents, present, args["target"])
        signers = self._require_approval(request, now)
        tokens = self._change(present, wanted, now, three_kct=args["three_kct"])
        counted = Wanted(len(tokens), 0, wanted.register)
        return Minted(self._result(tokens, wanted), counted, wanted.pan, None, signers)

    def _management(self, client: Client, request: Request, now: datetime) -> Minted:
        args = request.args
        if args["subclass"] not in minting.MANAGEMENT:
            known = ", ".join(map(str, minting.MANAGEMENT))
            raise Refused("bad-request", why=Words(f"subclass debe ser {known}", f"subclass must be {known}"))
        meter = policy.present_meter(self.contents, args["meter"], now)
        stamp = self._stamp(meter, "management", now)
        token = minting.management(self.vaults, meter, stamp, args["subclass"], args["value"])
        counted = Wanted(1, 0, meter.register)
        return Minted(self._result([token], meter), counted, meter.pan, stamp.tid)

    def _meter_test(self, client: Client, request: Request, now: datetime) -> Minted:
        args = request.args
        token = minting.meter_test(args["subclass"], args["control"], args["mfr_code"])
        return Minted({"tokens": [token], "test": self.contents.test_keys}, Wanted(1, 0, None))

    def _lease(self, client: Client, request: Request, now: datetime) -> Minted:
        granted = granting.grant(self.contents, self.state, self.vaults, client, request.args, now)
        return Minted(granted.result, Wanted(0, 0, None), lease=granted.out)

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

        Within one supply group and key type nobody needs to, for a client that has this right.
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
        return minting.key_change(self.vaults, present, wanted, three_kct=three_kct)

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

    _ISSUERS: ClassVar[dict[str, Callable[["Issuer", Client, Request, datetime], Minted]]] = {
        "mint": _mint,
        "key_change": _key_change,
        "management": _management,
        "meter_test": _meter_test,
        "lease": _lease,
    }
    """Operation -> what carries it out."""
