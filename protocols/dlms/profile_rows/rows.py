"""A profile read: its columns with their units, and its rows with their instants.

>>> from protocols.dlms.obis import Obis
>>> voltage = Column(CaptureObject(3, Obis.from_string("1.0.12.7.0"), 2), scaler=-2, unit=35)
>>> voltage.quantity(12046), voltage.symbol
(Decimal('120.46'), 'V')
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, TypeAlias

from protocols.dlms.axdr import DataValue
from protocols.dlms.cosem.selection import CaptureObject
from protocols.dlms.units import UNITS

CLOCK_CLASS = 8
CLOCK_TIME = 2
#: scalers beyond this are nobody's meaning: the value is left as it is
_SCALER_MAX = 30

Value: TypeAlias = DataValue
Quantity: TypeAlias = "DataValue | Decimal"


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a profile.

    Args:
        captures: the attribute that it captures.
        scaler: exponent of ten of its values, 0 where it has none.
        unit: code of its unit (`units.UNITS`), None where it has none.
    """

    captures: CaptureObject
    scaler: int = 0
    unit: int | None = None

    @property
    def is_clock(self) -> bool:
        """True for the instant of the row: attribute 2 of a clock."""
        return self.captures.class_id == CLOCK_CLASS and self.captures.attribute == CLOCK_TIME

    @property
    def symbol(self) -> str:
        """The symbol of its unit, empty where it has none."""
        known = UNITS.get(self.unit) if self.unit is not None else None
        return known.symbol if known is not None else ""

    def quantity(self, value: Value) -> Quantity:
        """`value` in the column's unit: whole where the scaler leaves it whole, else decimal; exact."""
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not self.scaler or abs(self.scaler) > _SCALER_MAX:
            return value
        if isinstance(value, int) and self.scaler > 0:
            whole: int = value * 10**self.scaler
            return whole
        return Decimal(str(value)).scaleb(self.scaler)


class Row(NamedTuple):
    """One capture.

    Attributes:
        time: the instant, aware, in UTC; None where the profile has no clock, or it names no instant.
        clock_status: clock-status octet of that instant (bit 0 invalid, bit 7 daylight saving), None without.
        values: as they stand on the wire, one for each column that is not the clock.
    """

    time: datetime | None
    clock_status: int | None
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Profile:
    """Rows of a profile, in the order in which the meter gave them.

    Args:
        columns: what the rows hold, the clock not counted.
        rows: the captures.
        period_s: capture period, 0 for captures by event or on demand.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    period_s: int = 0

    def quantities(self) -> Iterator[tuple[datetime | None, tuple[Quantity, ...]]]:
        """Each row's instant and its values in the units of their columns."""
        for row in self.rows:
            pairs = zip(self.columns, row.values, strict=True)
            yield row.time, tuple([column.quantity(value) for column, value in pairs])
