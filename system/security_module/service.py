"""The module without its sockets: a request and its client go in, an answer and journal records come out.

Nothing here waits or touches the disk. `Service.handle` changes the state at once and returns the records
that must be durable before the answer may leave (`system.security_module.server` sees to that).
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar

from protocols.sts.token import Decoded, decode_token
from system.security_module import issuing, policy
from system.security_module.api import OPERATIONS, VERSION, Request, canonical
from system.security_module.clock import ModuleClock, check_set_back
from system.security_module.issuing import IssuedTokens, Issuer
from system.security_module.journal import Record
from system.security_module.key_stores import KeyStores
from system.security_module.leases import LeaseKey
from system.security_module.policy import Meter
from system.security_module.refusals import Refused, Words
from system.security_module.sealed_contents import Client, Contents, KeyRegister
from system.security_module.state import RESULTS_KEPT_DAYS, State
from system.security_module.sts_sentences import sts_words

AUDITED = frozenset({"not-permitted", "approval-needed", "limit-exceeded", "clock"})
"""Codes of refusals that are journalled: someone tried what they may not."""

BURST = 10
"""Lines that one client may cause in one `WINDOW`."""

WINDOW = timedelta(minutes=1)


@dataclass(slots=True)
class _Count:
    since: datetime
    lines: int = 0
    left_out: int = 0


class RefusalLog:
    """Decides which refusals are journalled. It forgets with the process: a restart begins a new minute."""

    def __init__(self) -> None:
        self._counts: dict[str, _Count] = {}

    def admit(self, client: str, now: datetime) -> int | None:
        """Take note of one refusal of a client.

        Returns:
            None when it shall not be journalled, else how many were left out before it.
        """
        count = self._counts.setdefault(client, _Count(now))
        # A clock that was set back begins a new minute, too.
        if not timedelta(0) <= now - count.since < WINDOW:
            count.since, count.lines = now, 0
        if count.lines >= BURST:
            count.left_out += 1
            return None
        count.lines += 1
        left_out, count.left_out = count.left_out, 0
        return left_out


CANCELS_PER_DAY_MAX = 1000
"""Message ids that a client may close in a day before anything was asked under them: each is a record."""

_SHOWN = ("amount_units", "amount_1e5", "power_w", "register", "value", "token_index", "control_value")
"""Fields of a token that `verify` answers, where the token has them; key parts are not among them."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """Outcome of a request.

    Attributes:
        result: the answer, or the refusal.
        records: what must be durable before the answer leaves.
    """

    result: dict[str, Any] | Refused
    records: tuple[Record, ...] = ()


class Service:
    """Everything that the module knows and decides.

    Args:
        contents: of the sealed file.
        state: of the journal; changed here.
        clock: the module's own.
        key_stores: where the keys are.
    """

    def __init__(self, contents: Contents, state: State, clock: ModuleClock, key_stores: KeyStores) -> None:
        self.contents = contents
        self.state = state
        self.clock = clock
        self._key_stores = key_stores
        self._issuer = Issuer(contents, state, key_stores)
        self._refusals = RefusalLog()

    def handle(self, client: Client, request: Request) -> Outcome:
        """Carry out a request of a known client, or refuse it."""
        try:
            self._permit(client, request.operation)
            if OPERATIONS[request.operation].issues:
                return self._issue(client, request)
            return self._HANDLERS[request.operation](self, client, request)
        except Refused as refusal:
            return Outcome(refusal, self._audit(client, request, refusal))

    def status(self) -> dict[str, Any]:
        """Status for every client; of a key, its check value."""
        return {
            "version": VERSION,
            "store": self.contents.store,
            "test": self.contents.test_keys,
            "time": self.clock.now().isoformat(),
            "floor": None if self.state.floor is None else self.state.floor.isoformat(),
            "issued_tokens": self.state.issued_tokens,
            "operators": sorted(self.contents.operators),
            "lease_public": _lease_public(self.contents),
            "registers": [_register_status(register, self.state) for register in self.contents.registers],
        }

    def _audit(self, client: Client, request: Request, refusal: Refused) -> tuple[Record, ...]:
        """Records of a refusal: none, or a line that says how many before it were left out."""
        if refusal.code not in AUDITED:
            return ()
        left_out = self._refusals.admit(client.name, self.clock.now())
        if left_out is None:
            return ()
        return (self._note("refused", client, request, code=refusal.code, left_out=left_out),)

    def _permit(self, client: Client, operation: str) -> None:
        test_only = OPERATIONS[operation].test_only
        if not (self.contents.test_keys if test_only else client.may(operation)):
            raise Refused("not-permitted", what=operation)

    def _issue(self, client: Client, request: Request) -> Outcome:
        """An operation that mints: once a message id, whatever happens to the answer."""
        message_id, digest = request.args["message_id"], _digest(request)
        if (known := self.state.result(message_id)) is not None:
            if known.client != client.name or known.digest != digest:
                raise Refused("message-id-reused", message_id=message_id)
            return Outcome(known.result)
        if self.state.cancelled(client.name, message_id):
            raise Refused("message-cancelled", message_id=message_id)
        now = self._time(request)
        minted = self._issuer.issue(client, request, now)
        record = self._note("issued", client, request, **_issued(minted, digest))
        record["at"] = now.isoformat()
        self.state.apply(record)
        return Outcome(minted.result, (record,))

    def _time(self, request: Request) -> datetime:
        """The module's time; the caller's only in a module of test keys."""
        asked: datetime | None = request.args.get("time")
        if asked is not None:
            if not self.contents.test_keys:
                raise Refused("not-permitted", what=Words("con su propia hora", "its own time"))
            return asked
        now = self.clock.now()
        if not self.contents.test_keys:
            check_set_back(now, self.state.latest)
        return now

    def _verify(self, client: Client, request: Request) -> Outcome:
        meter = policy.present_meter(self.contents, request.args["meter"], self.clock.now())
        try:
            decoded = decode_token(request.args["token"], self._key_stores.decoder_key(meter))
        except ValueError as error:
            raise Refused("bad-request", why=sts_words(error)) from None
        answer = self._decoded(decoded, meter) if decoded.crc_ok else {}
        head = {"class": decoded.token_class, "crc_ok": bool(decoded.crc_ok)}
        return Outcome({**head, **answer, "test": self.contents.test_keys})

    def _decoded(self, decoded: Decoded, meter: Meter) -> dict[str, Any]:
        answer: dict[str, Any] = {"subclass": decoded.token_subclass, "name": decoded.name}
        for name in _SHOWN:
            if (value := getattr(decoded.token, name, None)) is not None:
                answer[name] = value
        if decoded.tid is not None:
            register = meter.register
            answer |= issuing.tid_to_json(decoded.tid, register.base_date)
            answer["key_expired"] = decoded.tid >> 16 > register.ken
            given = self.state.memory(meter.pan, register.base_date).recent
            answer["remembered"] = decoded.tid in given
        return answer

    def _fetch_result(self, client: Client, request: Request) -> Outcome:
        message_id = request.args["message_id"]
        known = self.state.result(message_id)
        if known is not None and known.client == client.name:
            return Outcome(known.result)
        if self.state.cancelled(client.name, message_id):
            raise Refused("message-cancelled", message_id=message_id)
        absent = Refused("result-not-found", message_id=message_id)
        if known is not None or not request.args["cancel_if_absent"]:
            raise absent  # of another client's id, nothing is said and nothing closed
        return self._cancel(client, request, absent)

    def _list_results(self, client: Client, request: Request) -> Outcome:
        """Message ids of this client that have a result: a restored book is compared with them."""
        args = request.args
        found = self.state.results_of(client.name, args["since"], args["after"] or "", args["limit"] + 1)
        listed = [
            {"message_id": name, "at": kept.at.isoformat(), "pan": kept.result.get("pan")}
            for name, kept in found[: args["limit"]]
        ]
        kept_days = {"kept_days": RESULTS_KEPT_DAYS, "test": self.contents.test_keys}
        return Outcome({"results": listed, "more": len(found) > len(listed), **kept_days})

    def _cancel(self, client: Client, request: Request, absent: Refused) -> Outcome:
        """Close an id for this client: its request may still be on its way, and must mint nothing then.

        Another client's request under the same id goes through: no client may stop another's sale.
        """
        now = self.clock.now()
        if self.state.cancels_of_day(client.name, now) >= CANCELS_PER_DAY_MAX:
            words = (
                f"{CANCELS_PER_DAY_MAX} anulaciones en un día",
                f"{CANCELS_PER_DAY_MAX} cancels in a day",
            )
            raise Refused("limit-exceeded", limit=Words(*words))
        record = self._note("cancelled", client, request)
        self.state.apply(record)
        return Outcome(absent, (record,))

    def _status(self, client: Client, request: Request) -> Outcome:
        return Outcome({**self.status(), "client": client.name})

    def _set_clock(self, client: Client, request: Request) -> Outcome:
        self.clock.fix(request.args["time"])
        return Outcome({"time": self.clock.now().isoformat(), "test": True})

    def _force_rnd(self, client: Client, request: Request) -> Outcome:
        self._issuer.forced_rnd = request.args["rnd"]
        return Outcome({"rnd": request.args["rnd"], "test": True})

    def _reset_tids(self, client: Client, request: Request) -> Outcome:
        drn = request.args["drn"]
        pan = None if drn is None else policy.account_of(drn).pan
        record = self._note("tids-forgotten", client, request, pan=pan)
        self.state.apply(record)
        return Outcome({"test": True}, (record,))

    def _note(self, kind: str, client: Client, request: Request, **more: Any) -> Record:
        return {
            "kind": kind,
            "at": self.clock.now().isoformat(),
            "client": client.name,
            "operation": request.operation,
            "message_id": request.args.get("message_id"),
            **more,
        }

    _HANDLERS: ClassVar[dict[str, Callable[["Service", Client, Request], Outcome]]] = {
        "status": _status,
        "verify": _verify,
        "fetch_result": _fetch_result,
        "list_results": _list_results,
        "set_clock": _set_clock,
        "force_rnd": _force_rnd,
        "reset_tids": _reset_tids,
    }
    """Operation that mints nothing -> what carries it out."""


def _digest(request: Request) -> str:
    """Digest of an operation and its arguments without their signatures: a message id stands for it."""
    args = {name: value for name, value in request.raw_args.items() if name != "approval"}
    return hashlib.sha256(canonical([request.operation, args])).hexdigest()[:32]


def _issued(minted: IssuedTokens, digest: str) -> dict[str, Any]:
    wanted, tid = minted.wanted, minted.tid
    return {
        "digest": digest,
        "pan": minted.pan,
        "base": None if tid is None else int(tid.base_date),
        "tid": None if tid is None else tid.tid,
        "register": None if wanted.register is None else wanted.register.number,
        "tokens": wanted.tokens,
        "units": wanted.units,
        "signers": list(minted.signers),
        "result": minted.result,
        **({} if minted.lease is None else {"lease": minted.lease}),
    }


def _lease_public(contents: Contents) -> str | None:
    """By which key terminals know this module's leases, 64 hexadecimal digits."""
    return None if contents.lease_key is None else LeaseKey(contents.lease_key).public.hex()


def _register_status(register: KeyRegister, state: State) -> dict[str, Any]:
    return {
        "register": register.number,
        "sgc": register.sgc,
        "krn": register.krn,
        "key_type": int(register.key_type),
        "base_date": int(register.base_date),
        "ken": register.ken,
        "dkga": register.dkga,
        "check_value": register.check_value,
        "operations": list(register.operations),
        "in_token": register.token_label is not None,
        "units": state.register_units(register.number),
    }
