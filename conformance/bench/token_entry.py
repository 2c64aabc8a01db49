"""Token entry: keypad, local virtual carrier or DLMS gateway, and the standard's names for the answer."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import cast

from conformance.bench.device import DeviceBench
from conformance.bench.dlms_session import items
from conformance.bench.mint import KeyRegister, Mint, change_tokens, registers_left_behind
from conformance.bench.outcome import CaseInconclusive, CaseNotApplicable
from i18n import Message
from protocols.dlms.axdr import octet_string
from protocols.dlms.obis import Obis
from protocols.dlms.session.errors import ActionRefused
from protocols.sts.identity import MeterPrimaryAccountNumber
from protocols.sts.token import InitiateMeterTest, TransferCredit

# ---------------------------------------------------------------- answers

ACCEPTED = frozenset({"Accept", "1stKCT", "2ndKCT", "3rdKCT", "4thKCT"})
FORMAT = frozenset({"FormatError"})
AUTHENTICATION = frozenset({"CRCError", "MfrCodeError"})
VALIDATION = frozenset({"OldError", "UsedError", "KeyExpiredError", "DDTKError"})
EXECUTION = frozenset({"OverflowError", "KeyTypeError", "RangeError", "FunctionError"})
#: Not in the standard: the token was not looked at, after too many wrong ones.
LOCKED = frozenset({"LockOut"})

NAMES = ACCEPTED | FORMAT | AUTHENTICATION | VALIDATION | EXECUTION | LOCKED

#: status_code of the Token gateway (COSEM class 115, attribute 6) -> the results it may stand for.
GATEWAY_STATUS: dict[int, frozenset[str]] = {
    3: ACCEPTED,
    4: FORMAT,
    5: AUTHENTICATION,
    6: VALIDATION,
    7: EXECUTION | LOCKED,
}


@dataclass(frozen=True, slots=True)
class TokenAnswer:
    """The device's answer to one token.

    Args:
        said: in the device's own words.
        names: the standard's results that these may mean; one for a display, several for a coarse status,
            none where the words are unknown.
    """

    said: str
    names: frozenset[str]

    @property
    def accepted(self) -> bool:
        """True if the token was taken (a section of a key change counts)."""
        return bool(self.names) and self.names <= ACCEPTED

    @property
    def locked(self) -> bool:
        """True if the device did not look at the token, for it is locked."""
        return self.names == LOCKED

    @property
    def refused(self) -> bool:
        """True if the token was refused, for whatever reason."""
        return bool(self.names) and not self.names & ACCEPTED

    def may_be(self, *names: str) -> bool:
        """True if the answer is one of `names`, as far as it tells."""
        return bool(self.names & set(names))

    def words(self) -> Message:
        """For a step of the record."""
        known = "/".join(sorted(self.names)) or "?"
        return Message('the meter answers "{said}" ({known})', said=self.said, known=known)


def from_display(shown: str, result_names: Mapping[str, str]) -> TokenAnswer:
    """Understand a display: the standard's bare name, or a text that the target file explains.

    Longer texts are tried first, so that ``USED TOKEN`` is not taken for ``TOKEN``.
    """
    words = set(shown.replace(":", " ").split())
    bare = words & NAMES
    if bare:
        return TokenAnswer(shown, frozenset(bare))
    upper = shown.upper()
    for text in sorted(result_names, key=len, reverse=True):
        if text.upper() in upper:
            return TokenAnswer(shown, frozenset({result_names[text]}))
    return TokenAnswer(shown, frozenset())


def from_status(code: int, description: Iterable[str] = ()) -> TokenAnswer:
    """Understand a Token gateway's status code; where its description names a result that fits, that one."""
    coarse = GATEWAY_STATUS.get(code, frozenset())
    words = " ".join(description)
    named = coarse & set(words.split())
    return TokenAnswer(f"status_code {code} {words}".strip(), frozenset(named) or coarse)


# ---------------------------------------------------------------- channels

GATEWAY = "0.0.19.40.0"

CHANNEL_WORDS: dict[str, Message] = {
    "keypad": Message("keypad"),
    "carrier": Message("local carrier"),
    "gateway": Message("gateway"),
}


def usual_channel(bench: DeviceBench) -> str:
    """The keypad where there is one, else the carrier, else the gateway."""
    return next((way for way in ("keypad", "carrier") if bench.has(way)), "gateway")


def channels_of(bench: DeviceBench) -> tuple[str, ...]:
    """Every way that this target has, the usual one first."""
    statement = bench.statement
    by_gateway = "token-gateway" in statement.capabilities.present and "reader" in statement.associations
    stations = tuple(way for way in ("keypad", "carrier") if bench.has(way))
    return stations + (("gateway",) if by_gateway else ())


def enter_by(bench: DeviceBench, way: str, digits: str) -> TokenAnswer:
    """Enter a token by ``keypad``, ``carrier`` or ``gateway``; what the device says of it."""
    return _CHANNELS[way](bench, digits)


def _by_keypad(bench: DeviceBench, digits: str) -> TokenAnswer:
    return from_display(bench.keypad.enter(digits), _result_names(bench))


def _by_carrier(bench: DeviceBench, digits: str) -> TokenAnswer:
    return from_display(bench.carrier.enter(digits), _result_names(bench))


def _by_gateway(bench: DeviceBench, digits: str) -> TokenAnswer:
    with bench.associated("reader") as dialogue:
        with suppress(ActionRefused):  # some gateways refuse the call as well: the status says why
            dialogue.session.action(115, Obis.from_string(GATEWAY), 1, octet_string(digits.encode("ascii")))
        status = items(dialogue.get(115, GATEWAY, 6))[0]
        described = [item.value for item in items(dialogue.get(115, GATEWAY, 4))]
    words = [value.decode("ascii", "replace") for value in described if isinstance(value, bytes)]
    return from_status(int(status.value) if isinstance(status.value, int) else -1, words)


def _result_names(bench: DeviceBench) -> dict[str, str]:
    section = bench.statement.sts
    return section.result_names if section else {}


_CHANNELS: dict[str, Callable[[DeviceBench, str], TokenAnswer]] = {
    "keypad": _by_keypad,
    "carrier": _by_carrier,
    "gateway": _by_gateway,
}


# ---------------------------------------------------------------- entry

CREDIT = "0.0.19.10.0"

WH_PER_UNIT = 100
#: Control bit of a test token: display of the total register.
DISPLAY_TOTAL = 0x4
_RND = 5
#: Doublings of the wait for a device that locked after wrong tokens.
_PATIENCE = 12
#: Answers that show that the device holds the key, though it did not take the token.
_KEY_FITS = ("UsedError", "OldError", "DDTKError", "KeyExpiredError")
#: Doubling leaps before the bench gives up finding a fresh TID: more than a year of minutes.
_LEAPS = 20


class TokenEntry:
    """Everything about tokens that a case asks of the bench."""

    def __init__(self, bench: DeviceBench) -> None:
        self._bench = bench

    @property
    def mint(self) -> Mint:
        """The mint of the run: it lives as long as the rig, so that TIDs and a changed key are remembered."""
        made = self._bench.rig.memory.get("mint")
        if made is None:
            section = self._bench.statement.sts
            if section is None:
                raise CaseNotApplicable(Message("the target has no [sts] section"))
            made = self._bench.rig.memory["mint"] = Mint(section, self._bench.utc)
        return cast(Mint, made)

    def tid(self) -> int:
        """A TID that the device has not seen; finding the first one of a run takes a probe."""
        self.get_ready()
        return self.mint.tids.next()

    def credit(self, units: int, *, tid: int | None = None, register: KeyRegister | None = None) -> str:
        """A fresh credit token of `units` tenths of a kWh."""
        token = TransferCredit(0, _RND, self.tid() if tid is None else tid, units)
        return self.mint.token(token, register)

    def display_token(self) -> str:
        """A test token that shows the total register, and moves nothing."""
        drn = MeterPrimaryAccountNumber(self.mint.register.pan).decoder_reference_number
        return self.mint.token(InitiateMeterTest(DISPLAY_TOTAL, 0, drn.mfr_code_digits))

    def own_sections(self) -> list[str]:
        """The sections of a change to the very key that is in force: they change nothing."""
        return change_tokens(self.mint.register, self.mint.register)

    def enter(self, digits: str, way: str | None = None, *, patient: bool = True) -> TokenAnswer:
        """Enter a token by ``keypad``, ``carrier`` or ``gateway``; by default by the first of these.

        A device that is locked after wrong tokens is waited for, unless `patient` is false.
        """
        way = way or usual_channel(self._bench)
        answer = self._enter_once(digits, way)
        section = self._bench.statement.sts
        wait_s = section.lock_out.first_s if section and section.lock_out else 10.0
        for doubling in range(_PATIENCE if patient else 0):
            if not answer.locked:
                break
            self._bench.note(Message("locked: the bench waits"))
            self._bench.clock.wait(wait_s * 2**doubling)
            answer = self._enter_once(digits, way)
        return answer

    def _enter_once(self, digits: str, way: str) -> TokenAnswer:
        grouped = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
        words = CHANNEL_WORDS[way]
        self._bench.stimulus(Message("{words}: {grouped}", words=words, grouped=grouped))
        answer = enter_by(self._bench, way, digits)
        self._bench.observe(answer.words())
        return answer

    def must_accept(self, digits: str, way: str | None = None) -> TokenAnswer:
        """Enter a token that the case only needs as a preparation.

        Raises:
            CaseInconclusive: it was not accepted.
        """
        answer = self.enter(digits, way)
        if not answer.accepted:
            raise CaseInconclusive(Message('the preparation is not accepted: "{said}"', said=answer.said))
        return answer

    def expect(self, answer: TokenAnswer, *names: str) -> None:
        """Check that the answer is one of the standard's `names`.

        Raises:
            CaseFails: it is another.
            CaseInconclusive: the device's words are unknown to the target file.
        """
        if not answer.names:
            raise CaseInconclusive(
                Message(
                    'nobody knows what "{said}" means: declare it in [sts.result_names] of the target',
                    said=answer.said,
                )
            )
        wanted, seen = " / ".join(names), "/".join(sorted(answer.names))
        self._bench.check(
            answer.may_be(*names),
            Message("the result must be {wanted}; seen: {seen}", wanted=wanted, seen=seen),
        )

    def expect_accepted(self, answer: TokenAnswer) -> None:
        """Check that the token was taken."""
        if not answer.names:
            self.expect(answer, *sorted(ACCEPTED))  # raises: the words of the device are unknown
        self._bench.check(answer.accepted, Message("the token is accepted"))

    def expect_refused(self, answer: TokenAnswer) -> None:
        """Check that the token was refused; unknown words are read as a refusal."""
        self._bench.check(not answer.names & ACCEPTED, Message("the token is refused"))

    def due_wh(self, units: int) -> int:
        """Share of a token of `units` tenths of a kWh that reaches the token credit: others may have one."""
        section = self._bench.statement.sts
        share_percent = 100 if section is None else section.credit_share_percent
        return units * WH_PER_UNIT * share_percent // 100

    @contextmanager
    def credit_moves(self, units: int) -> Iterator[None]:
        """Inside, the credit must move by exactly `units` tenths of a kWh; 0 for not at all.

        Without a load station the device may be consuming: a fall of up to 0.1 kWh is then forgiven, and
        noted.
        """
        self.get_ready()  # the probe's own 0.1 kWh must not count
        before_wh = self.credit_wh()
        yield
        after_wh = self.credit_wh()
        if before_wh is None or after_wh is None:
            self._bench.note(Message("credit cannot be read by DLMS"))
            return
        moved_wh, due_wh = after_wh - before_wh, self.due_wh(units)
        slack_wh = 0 if self._bench.has("load") else WH_PER_UNIT
        self._bench.check(
            due_wh - slack_wh <= moved_wh <= due_wh,
            Message(
                "credit moves by {due_wh} Wh (it moved by {moved_wh} Wh)", due_wh=due_wh, moved_wh=moved_wh
            ),
        )

    def credit_wh(self) -> int | None:
        """The credit that the device says it has, Wh; None where it cannot be read by DLMS."""
        statement = self._bench.statement
        if "account" not in statement.capabilities.present or "reader" not in statement.associations:
            return None
        with self._bench.associated("reader") as dialogue:
            credit_wh = dialogue.integer(112, CREDIT, 2)
        self._bench.measure("credit", credit_wh, "Wh")
        self._bench.observe(Message("credit: {credit_wh} Wh", credit_wh=credit_wh))
        return credit_wh

    def follow_key(self, register: KeyRegister) -> None:
        """The device now works under `register`."""
        self.mint.register = register

    def get_ready(self) -> None:
        """Once a run: find where fresh TIDs begin, and the declared key if a run before left another."""
        if not self._bench.rig.memory.get("tid-probed"):
            self._probe()
            self._bench.rig.memory["tid-probed"] = True

    def _probe(self) -> None:
        """Find where fresh TIDs begin on a device that may have been tested a minute ago.

        From the device's present minute on; every refusal as old or used doubles the leap. After any refusal
        the bench goes on well beyond the first TID accepted, which may have been a gap between used ones.
        """
        tids = self.mint.tids
        for leap in range(_LEAPS):
            tid = tids.next()
            answer = self.enter(self.mint.token(TransferCredit(0, _RND, tid, 1)))
            if answer.accepted:
                tids.leap(256 if leap else 0)
                self._bench.note(Message("preparation: TIDs are fresh from {tid} on", tid=tid))
                return
            if answer.may_be("CRCError", "DDTKError", "KeyExpiredError") and self._key_left_behind(tid):
                return
            if not answer.may_be("UsedError", "OldError"):
                break
            tids.leap(1 << leap)
        raise CaseInconclusive(
            Message("the meter accepts no probe token of 0.1 kWh: check the [sts] section of the target")
        )

    def _key_left_behind(self, tid: int) -> bool:
        """Bring back a device that holds the key of a key-change case that was cut short; true if it did."""
        declared = self.mint.register
        for other in registers_left_behind(declared):
            probe = self.enter(self.credit(1, tid=tid, register=other))
            if probe.accepted or probe.may_be(*_KEY_FITS):
                break
        else:
            return False
        for digits in change_tokens(other, declared):
            self.must_accept(digits)
        self._bench.note(Message("preparation: the declared key was brought back"))
        self.mint.tids.leap(256)
        return True
