"""STS procedures that token cases share.

Key changes and the way back from them, reading the key register by DLMS, tokens that must be refused,
and entry into a cut of the supply at each write of the device's memory.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from conformance.bench.bench import Bench
from conformance.bench.dlms_session import items
from conformance.bench.mint import KeyRegister, change_tokens, raw_token
from conformance.bench.token_entry import TokenAnswer
from i18n import Message
from protocols.dlms.axdr import Data
from protocols.dlms.obis import Obis
from protocols.sts.crc import currency_token_crc, token_crc
from protocols.sts.errors import StsError
from protocols.sts.token import Token, decode_token
from protocols.sts.token.key_change import join_key_parts
from protocols.sts.token.management import KeySection

# ---------------------------------------------------------------- key register

STS_ATTRIBUTES = 116
_CURRENT_ASSOCIATION = "0.0.40.0.0"
_PAN, _EA, _SGC, _TI, _KRN, _KEY_TYPE, _KEN = 2, 5, 6, 7, 8, 9, 10


@dataclass(frozen=True, slots=True)
class KeyRegisterSeen:
    """Identity and key register as a device shows them."""

    pan: str
    ea: int
    sgc: int
    ti: int
    krn: int
    key_type: int
    ken: int

    def __str__(self) -> str:
        return (
            f"MeterPAN {self.pan}, EA {self.ea:02d}, SGC {self.sgc}, TI {self.ti}, KRN {self.krn}, "
            f"KT {self.key_type}, KEN {self.ken}"
        )

    def expect(self, bench: Bench, register: KeyRegister) -> None:
        """Check that it says just this register.

        Raises:
            CaseFails: it says another.
        """
        wanted = of_register(register)
        bench.check(
            self == wanted,
            Message("the register must be {wanted}; read: {value}", wanted=wanted, value=self),
        )


def of_register(register: KeyRegister) -> KeyRegisterSeen:
    """Key register that a device under `register` must show."""
    return KeyRegisterSeen(
        register.pan,
        int(register.section.ea),
        int(register.sgc),
        register.ti,
        register.krn,
        int(register.key_type),
        register.ken,
    )


def read_key_register(bench: Bench) -> KeyRegisterSeen:
    """Read the register through the reader association.

    Raises:
        CaseNotApplicable: the device shows no object of class 116.
    """
    with bench.associated("reader") as dialogue:
        name = bench.rig.memory.get("class-116") or _find_sts_attributes(
            bench, dialogue.get(15, _CURRENT_ASSOCIATION, 2)
        )
        bench.rig.memory["class-116"] = name
        iin, drn, check = (int(_number_of(part)) for part in items(dialogue.get(STS_ATTRIBUTES, name, _PAN)))
        numbers = [dialogue.integer(STS_ATTRIBUTES, name, n) for n in (_EA, _SGC, _TI, _KRN, _KEY_TYPE, _KEN)]
    drn_digits = 11 if iin else 13
    pan = f"{iin:0{17 - drn_digits}d}{drn:0{drn_digits}d}{check}"
    seen = KeyRegisterSeen(pan, *numbers)
    bench.observe(Message("register read: {seen}", seen=seen))
    return seen


def _find_sts_attributes(bench: Bench, object_list: Data) -> str:
    """The logical name of the object of class 116."""
    for row in items(object_list):
        class_id, _version, name, *_rights = items(row)
        if class_id.value == STS_ATTRIBUTES and isinstance(name.value, bytes):
            return str(Obis.from_bytes(name.value))
    raise bench.not_applicable(Message("no object of class 116"))


def _number_of(data: Data) -> int:
    return data.value if isinstance(data.value, int) else -1


# ---------------------------------------------------------------- key changes

#: What a section that does not complete its set answers, in the order in which `change_tokens` gives them.
SECTION_NAMES = ("1stKCT", "2ndKCT", "3rdKCT", "4thKCT")

Sections = dict[str, str]


def sections(old: KeyRegister, new: KeyRegister) -> Sections:
    """The set that leads from `old` to `new`: name of each section -> its digits."""
    return dict(zip(SECTION_NAMES, change_tokens(old, new), strict=False))


def hybrid(old: KeyRegister, one: KeyRegister, other: KeyRegister) -> KeyRegister:
    """The register of a device that took the second section of a change to `other` into one to `one`.

    Args:
        old: under whose key both sets are enciphered.
        one: where the first set leads.
        other: where the other set leads.
    """
    key, taken = old.key(), sections(old, one) | {"2ndKCT": sections(old, other)["2ndKCT"]}
    read = [decode_token(digits, key).token for digits in taken.values()]
    found = {section.token_subclass: section for section in read if isinstance(section, KeySection)}
    return one.varied(joined=join_key_parts(found, key.ea))


class KeyChanges:
    """A case that changes keys: made by `key_changes`, which leads the device back."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._declared = bench.tokens.mint.register
        self._possible: list[KeyRegister] = []
        self._touched = False
        self._held: list[str] = []

    @property
    def present(self) -> KeyRegister:
        """The register that the device must be under now."""
        return self._bench.tokens.mint.register

    def may_leave_under(self, *registers: KeyRegister) -> None:
        """A device that is wrong may now be under one of these: the way back tries them, too."""
        self._possible.extend(registers)

    def enter(self, found: Sections, name: str) -> TokenAnswer:
        """Enter one section of a set."""
        self._touched = True
        answer = self._bench.tokens.enter(found[name])
        if answer.may_be("Accept"):
            self._held.clear()
        elif answer.accepted:
            self._held = [held for held in self._held if held != name] + [name]
        return answer

    def collect(self, found: Sections, names: Iterable[str]) -> None:
        """Enter these sections, none of which completes its set: each must answer with its own name."""
        for name in names:
            self._bench.tokens.expect(self.enter(found, name), name)

    def change(self, new: KeyRegister, order: Iterable[str] | None = None) -> None:
        """Enter a whole set: every section but the last answers with its name, the last one is accepted.

        Args:
            new: where it leads; the mint follows.
            order: names of the sections; by default the first one first.
        """
        found = sections(self.present, new)
        self.may_leave_under(new)
        *waiting, last = list(order) if order is not None else list(found)
        self.collect(found, waiting)
        self._bench.tokens.expect(self.enter(found, last), "Accept")
        self._bench.tokens.follow_key(new)

    def restore_declared_key(self) -> None:
        """Lead the device to the declared register; a partial set that it holds goes on the way.

        Of the sections that it may hold, the one entered last comes first: it shows a device that another set
        begins. Those that it cannot hold come last, or they could make a whole set with foreign ones.
        """
        if not self._touched:
            return
        tokens = self._bench.tokens
        self._bench.note(Message("the declared key is brought back"))
        for register in dict.fromkeys((self.present, *reversed(self._possible))):
            found = sections(register, self._declared)
            order = dict.fromkeys(name for name in (*reversed(self._held), *found) if name in found)
            answers = [tokens.enter(found[name]) for name in order]
            if answers[-1].may_be("Accept"):
                break
        tokens.follow_key(self._declared)


@contextmanager
def key_changes(bench: Bench) -> Iterator[KeyChanges]:
    """Inside, the case may change keys; afterwards the declared one is in force, whatever happened."""
    bench.tokens.get_ready()  # on a device under a key of the case's own the probe would be lost
    changes = KeyChanges(bench)
    try:
        yield changes
    finally:
        changes.restore_declared_key()


def expect_key(bench: Bench, live: KeyRegister, *dead: KeyRegister, tid: int | None = None) -> None:
    """Check that only the key of `live` works: under the `dead` ones tokens are CRCError.

    Args:
        bench: of the case.
        live: the register that must be in force.
        dead: those that must not.
        tid: fresh under the device's base date; by default the next one of the mint.
    """
    tokens = bench.tokens
    fresh = tokens.tid() if tid is None else tid
    with tokens.credit_moves(0):
        for register in dead:
            tokens.expect(tokens.enter(tokens.credit(1, tid=fresh, register=register)), "CRCError")
    with tokens.credit_moves(1):
        tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=fresh, register=live)))


# ---------------------------------------------------------------- refused tokens

Checksum = Callable[[int, int], int]

#: The two checksums by name: of every token, and of credit in currency.
PLAIN_CRC: Checksum = token_crc
CRC_C: Checksum = currency_token_crc


def closed_by(token: Token, checksum: Checksum, register: KeyRegister, *, flip: int = 0) -> str:
    """The digits of `token`, closed by this checksum, whichever belongs to it.

    Args:
        token: what the block says.
        checksum: `PLAIN_CRC` or `CRC_C`.
        register: under whose key.
        flip: bits of the checksum to turn over.
    """
    content48 = token.token_subclass << 44 | token.content44()
    crc = checksum(token.token_class, content48) ^ flip
    return raw_token(token.token_class, content48, crc, register.key())


def deserved(digits: str, register: KeyRegister) -> tuple[str, ...] | None:
    """Why digits must be refused, derived from their block.

    Returns:
        The names that fit, () for any refusal, None where the digits happen to be a good token.
    """
    try:
        decoded = decode_token(digits, register.key())
    except StsError:
        return ("FormatError",)  # above 2^66-1: no token at all
    if decoded.crc_ok and decoded.token is not None:
        return None
    return ("CRCError",) if decoded.token_class < 3 and not decoded.crc_ok else ()


def keeps_tid(bench: Bench, make: Callable[[int], Token | str], *names: str) -> None:
    """Check that a token is refused as one of `names` without any effect: its TID still serves a good one.

    Args:
        bench: of the case.
        make: the token for a TID, or its digits.
        names: results of the standard.
    """
    tokens = bench.tokens
    tid = tokens.tid()
    made = make(tid)
    with tokens.credit_moves(0):
        tokens.expect(tokens.enter(made if isinstance(made, str) else tokens.mint.token(made)), *names)
    with tokens.credit_moves(1):
        tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=tid)))


def function_or_kept_tid(bench: Bench, make: Callable[[int], Token], text: Message) -> None:
    """Check a token that not every meter can carry out: done, or FunctionError and the TID kept.

    Args:
        bench: of the case.
        make: the token for a TID.
        text: name of the function.
    """
    tokens = bench.tokens
    tid = tokens.tid()
    with tokens.credit_moves(0):
        answer = tokens.enter(tokens.mint.token(make(tid)))
        tokens.expect(answer, "FunctionError", "Accept")
    if answer.accepted:
        bench.note(Message("this meter has {function}", function=text))
        return
    with tokens.credit_moves(1):
        tokens.expect_accepted(tokens.enter(tokens.credit(1, tid=tid)))


# ---------------------------------------------------------------- power cuts

MOMENTS = ("before", "during", "after")

#: Time for which the supply stays away, and for the device to come up again.
_OFF_S, _BOOT_S = 1.0, 5.0
#: A token that takes more writes than this is cut at the first ones only.
_WRITES_MAX = 40

Cut = Callable[[str], None]


def every_cut(bench: Bench, rehearsal: Callable[[], None]) -> Iterator[Cut]:
    """For each write and each moment of it, what enters a token into a cut and gives the supply back.

    Args:
        bench: of the case.
        rehearsal: the same without a cut: how many writes it takes is counted.
    """
    before = bench.stations.writes()
    rehearsal()
    writes = min(bench.stations.writes() - before, _WRITES_MAX)
    bench.measure("writes", writes, "")
    for write in range(1, writes + 1):
        for moment in MOMENTS:
            yield lambda digits, write=write, moment=moment: _cut(bench, digits, write, moment)  # type: ignore[misc]


def _cut(bench: Bench, digits: str, write: int, moment: str) -> None:
    way = "carrier" if bench.has("carrier") else None  # a customer unit may keep an entry and repeat it
    bench.stations.arm_cut(write, moment)
    bench.tokens.enter(digits, way)
    bench.stations.disarm()
    bench.stations.cut()
    bench.drop_link()
    bench.clock.wait(_OFF_S)
    bench.stations.energise()
    bench.clock.wait(_BOOT_S)
