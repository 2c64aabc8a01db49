"""Shop of a world: it sells credit as tokens, minted with published test keys, and new keys.

It stands in for the vending system, so that a field alone has customers: no money, no ledger, and the only
keys that it will ever hold are the published ones.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from protocols.sts import testkeys
from protocols.sts.acceptance import KeyRegister
from protocols.sts.identity import MINUTES_PER_DAY, RESERVED_MINUTE, TID_MAX, BaseDate
from protocols.sts.keys import VendingKey
from protocols.sts.token import KeyChange, TransferCredit, encode_token, key_change_sections
from sim.scenarios.scenario import KeyChangeTerms

_UNIT_WH = 100
_ELECTRICITY = 0


@dataclass(frozen=True, slots=True)
class Ticket:
    """Ticket of a sale.

    Args:
        tokens: 20 digits each, in the order in which they are to be typed; the last one is the credit. None
            where the shop sends them to the meter itself, and prints nothing.
        amount_wh: the credit; 0 for a ticket that carries keys alone.
        key_change: how many of the tokens change the key.
        sent: the shop sends them to the meter as well: whoever types one may hear that it is used.
    """

    tokens: tuple[str, ...]
    amount_wh: int
    key_change: int = 0
    sent: bool = False


@dataclass(slots=True)
class Record:
    """Record of one meter at the shop: its register as it stands after every ticket was typed."""

    register: KeyRegister
    last_tid: int = -1
    changed: bool = False
    refused: int = 0
    tickets: list[Ticket] = field(default_factory=list)


class Shop:
    """Sells to the meters of a world.

    Args:
        instant: gives the present, UTC.
        campaign: keys for the next base date, if any.
        vending_key: of the supply group; a published one.

    Raises:
        ValueError: the vending key is none of the published test keys.
    """

    __slots__ = ("_campaign", "_instant", "_key", "records")

    def __init__(
        self,
        instant: Callable[[], datetime],
        campaign: KeyChangeTerms | None = None,
        vending_key: VendingKey = testkeys.VUDK_160,
    ) -> None:
        if vending_key not in testkeys.TEST_KEYS.values():
            raise ValueError("a simulated shop sells with published test keys only")
        self._instant = instant
        self._campaign = campaign
        self._key = vending_key
        #: meter -> what is known of it.
        self.records: dict[str, Record] = {}

    def enrol(self, meter: str, register: KeyRegister) -> None:
        """A meter that is sold to from now on."""
        self.records[meter] = Record(register)

    def sell(self, meter: str, amount_wh: int, rnd: int) -> Ticket | None:
        """A ticket for `amount_wh`, whole tenths of a kWh; None where no token can be made any more.

        Args:
            meter: one that was enrolled.
            amount_wh: more than 0.
            rnd: the token's four random bits.
        """
        record = self.records[meter]
        keys = self._key_change(record)
        tid = self._next_tid(record)
        if tid is None:
            record.refused += 1
            return None
        record.last_tid = tid
        credit = TransferCredit(_ELECTRICITY, rnd, tid, amount_wh // _UNIT_WH)
        token = encode_token(credit, record.register.decoder_key)
        ticket = Ticket((*keys, token), amount_wh, len(keys))
        record.tickets.append(ticket)
        return ticket

    # ------------------------------------------------------------ time

    def _next_tid(self, record: Record) -> int | None:
        """The minute, or the next free one; ordinary tokens leave 00:01 alone. None beyond the range."""
        base = record.register.base_date
        minutes = (self._instant() - base.instant) // timedelta(minutes=1)
        if minutes > TID_MAX and self._wraps:
            minutes -= TID_MAX + 1
        elif minutes <= TID_MAX:
            minutes = max(minutes, record.last_tid + 1)
        minutes += minutes % MINUTES_PER_DAY == RESERVED_MINUTE
        return minutes if 0 <= minutes <= TID_MAX else None

    @property
    def _wraps(self) -> bool:
        return self._campaign is not None and self._campaign.after_the_end == "wrap"

    # ------------------------------------------------------------ keys

    def _key_change(self, record: Record) -> tuple[str, ...]:
        """The sections for the ticket while the campaign runs; the credit is then under the new key."""
        campaign = self._campaign
        if campaign is None or record.changed or not campaign.begins <= self._instant() <= campaign.ends:
            return ()
        old, base = record.register, BaseDate(campaign.base_date)
        new = KeyRegister.derived(
            self._key,
            old.pan,
            sgc=old.sgc,
            dkga=old.dkga,
            ea=old.decoder_key.ea,
            key_type=old.key_type,
            krn=campaign.krn,
            ti=old.ti,
            ken=old.ken,
            base_date=base,
        )
        change = KeyChange(
            new.decoder_key,
            new.ken,
            new.krn,
            new.ti,
            new.key_type,
            rollover=base is not old.base_date,
            sgc=new.sgc,
        )
        sections = key_change_sections(change).values()
        tokens = tuple(encode_token(section, old.decoder_key) for section in sections)
        record.register, record.last_tid, record.changed = new, -1, True
        return tokens
