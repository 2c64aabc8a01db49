"""Class 7 over the payment logs: charge collections, token credits, tokens.

Source: IEC 62056-6-2, Profile generic; the columns are ours
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.selection import CaptureObject
from protocols.dlms.obis import Obis
from sim.meter.cosem.account import wh
from sim.meter.cosem.bound import Bound
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.logs import fixed_table
from sim.meter.cosem.profiles import CLOCK, Column, Table
from sim.meter.load_profile import ProfileRow
from sim.meter.payment.history import CHARGES, CREDITS, TOKENS
from sim.meter.profile import ObjectTerms
from sim.meter.units import NJ_PER_WH


def _amount(amount_wh: int) -> Data:
    return wh(amount_wh * NJ_PER_WH)


@dataclass(frozen=True, slots=True)
class _Shape:
    """Attributes that stand for the columns behind the clock: class, OBIS, attribute, how it travels."""

    columns: tuple[tuple[int, str, int, Callable[[int], Data]], ...]


#: Log -> its columns.
_SHAPES: dict[str, _Shape] = {
    TOKENS: _Shape(
        (
            (115, "0.0.19.40.0", 6, axdr.unsigned),  # number of the result
            (115, "0.0.19.40.0", 5, axdr.enum),
            (112, "0.0.19.10.0", 9, _amount),
        )
    ),
    CREDITS: _Shape(
        (
            (112, "0.0.19.10.0", 9, _amount),
            (112, "0.0.19.10.0", 2, _amount),
        )
    ),
    CHARGES: _Shape(
        (
            (111, "0.0.19.0.0", 10, axdr.unsigned),  # place in the account's list of charges
            (113, "0.0.19.20.0", 11, _amount),
            (113, "0.0.19.20.0", 12, _amount),
        )
    ),
}


def bind_payment_log(live: LiveParts, row: ObjectTerms) -> Bound:
    """One of the logs: the row's `log` is tokens, credits or charges."""
    name = row.options["log"]
    ring = live.parts.payments.rings[name]
    columns = tuple(
        Column(CaptureObject(class_id, Obis.from_string(obis), attribute), make)
        for class_id, obis, attribute, make in _SHAPES[name].columns
    )

    def rows() -> Sequence[ProfileRow]:
        return [ProfileRow(cells[0], (0, *cells[1:])) for cells in ring.rows]

    clock = Column(CLOCK, axdr.double_long_unsigned)  # the table shows the instant itself
    table = Table(rows, (clock, *columns), live.parts.zone.octets, live.profile.deviation_minutes)
    return fixed_table(table, ring.capacity)
