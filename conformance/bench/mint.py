"""The bench's token mint: published test keys only, and TIDs that are fresh on a device tested before.

The mint follows the device's key register: after a key change it mints under the new key, so that whatever a
case leaves behind, the next one can work.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from conformance.bench.outcome import CaseInconclusive
from conformance.targets.model import StsSection
from i18n import Message
from protocols.sts.cipher.algorithms import cipher_of
from protocols.sts.identity import TID_MAX, BaseDate, KeyType, TokenIdentifier
from protocols.sts.keys import DecoderKey, derive_decoder_key
from protocols.sts.token import Token, encode_token, key_change_tokens
from protocols.sts.token.carrier import insert_class, to_digits

_DAY_MIN = 1440
_RESERVED_MIN = 1
_ENCIPHERED = frozenset({0, 2})
_OWN_GROUPS = ("990071", "990072")


@dataclass(frozen=True, slots=True)
class KeyRegister:
    """The parameters from which a decoder key is made; `key()` makes it.

    `joined` is a key that no parameters give: what a device holds that put sections of two sets together.
    """

    section: StsSection = field(hash=False)
    pan: str
    sgc: str
    krn: int
    ti: int
    key_type: KeyType
    ken: int
    base_date: BaseDate
    joined: DecoderKey | None = None

    @classmethod
    def declared(cls, section: StsSection) -> "KeyRegister":
        """As the target file says."""
        return cls(
            section,
            section.pan,
            section.sgc,
            section.krn,
            section.ti,
            KeyType(section.key_type),
            section.ken,
            BaseDate(section.base_date),
        )

    def key(self) -> DecoderKey:
        """The decoder key under these parameters."""
        if self.joined is not None:
            return self.joined
        return derive_decoder_key(
            self.section.dkga,
            self.section.ea,
            vending_key=self.section.key(),
            pan=self.pan,
            sgc=self.sgc,
            key_type=self.key_type,
            ti=self.ti,
            krn=self.krn,
            base_date=self.base_date,
        )

    def varied(self, **changes: object) -> "KeyRegister":
        """The same register with something else in it, for example another `sgc`, `pan`, `krn` or `ti`."""
        return replace(self, **changes)  # type: ignore[arg-type]


class TidSource:
    """Gives out TIDs that rise, minute by minute, from the device's own time.

    Args:
        now: the present instant, UTC.
        base_date: of the key register.
    """

    def __init__(self, now: Callable[[], datetime], base_date: BaseDate) -> None:
        self._now = now
        self._base_date = base_date
        self._next: int | None = None

    def next(self) -> int:
        """A TID that was not given out before; the reserved minute 00:01 is left out."""
        tid = self._next if self._next is not None else TokenIdentifier.at(self._now(), self._base_date).tid
        tid += tid % _DAY_MIN == _RESERVED_MIN
        if tid > TID_MAX:
            raise CaseInconclusive(Message("no TIDs are left in this base date"))
        self._next = tid + 1
        return tid

    def midnight(self) -> int:
        """The TID of the next 00:00; the minutes that follow it are given out next."""
        tid = -(-self.next() // _DAY_MIN) * _DAY_MIN
        self._next = tid + 1
        return tid

    def leap(self, minutes: int) -> None:
        """Go on that much later."""
        self._next = self.next() + minutes

    def give_back(self, tid: int) -> None:
        """The device refused a token of `tid`, the last one given out: it may be given out again."""
        if self._next == tid + 1:
            self._next = tid


class Mint:
    """Makes 20-digit tokens for the device under test.

    Args:
        section: the ``[sts]`` of the target file.
        now: the present instant, UTC: on a simulated device, the world's.
    """

    def __init__(self, section: StsSection, now: Callable[[], datetime]) -> None:
        self.register = KeyRegister.declared(section)
        self.tids = TidSource(now, self.register.base_date)

    def token(self, token: Token, register: KeyRegister | None = None) -> str:
        """The digits of `token`, under the device's present key or under that of another `register`."""
        return encode_token(token, (register or self.register).key())


def raw_token(token_class: int, content48: int, crc: int, key: DecoderKey) -> str:
    """Digits of a token that no vendor makes: any content, closed by any checksum.

    Args:
        token_class: 0 to 3; classes 0 and 2 are enciphered.
        content48: subclass (4 bits) and content (44 bits).
        crc: 16 bits, as they stand in the block.
        key: of the device.
    """
    block = content48 << 16 | crc
    if token_class in _ENCIPHERED:
        block = cipher_of(key).encrypt(key.value, block)
    return to_digits(insert_class(token_class, block))


def registers_left_behind(declared: KeyRegister) -> tuple[KeyRegister, ...]:
    """Every register to which a case leads the device, and from which it leads it back."""
    next_base = declared.base_date.following()
    return (
        other_revision(declared),
        default_key(declared),
        other_group(declared),
        declared.varied(base_date=next_base),
        declared.varied(base_date=next_base, ken=0),
        declared.varied(ti=other_tariff(declared)),
        declared,  # under another key expiry number
    )


def default_key(register: KeyRegister) -> KeyRegister:
    """The same register under a default key."""
    return register.varied(key_type=KeyType.DDTK)


def other_group(register: KeyRegister) -> KeyRegister:
    """The same register in a supply group of the bench's own.

    It is none of the test plan's: a target file that names the wrong one of those must not pass for a device
    that a case left in the other.
    """
    return register.varied(sgc=next(sgc for sgc in _OWN_GROUPS if sgc != register.sgc))


def other_tariff(register: KeyRegister) -> int:
    """A tariff index that is not the register's."""
    return (register.ti + 1) % 100


def other_revision(register: KeyRegister) -> KeyRegister:
    """The same register under the next key revision number."""
    return register.varied(krn=register.krn % 9 + 1)


def change_tokens(old: KeyRegister, new: KeyRegister) -> list[str]:
    """The key-change tokens that lead the device from one register to the other, first section first."""
    old_key = old.key()
    sgc = new.sgc if len(old_key.value) > 8 or new.sgc != old.sgc else None
    return key_change_tokens(
        new.key(),
        old_key,
        ken=new.ken,
        krn=new.krn,
        ti=new.ti,
        key_type=new.key_type,
        rollover=new.base_date != old.base_date,
        sgc=sgc,
    )
