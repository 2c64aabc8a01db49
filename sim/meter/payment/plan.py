"""Payment plan of one model: credits, charges and friendly hours, as the profile says.

Friendly hours are spans of local time in which no customer is disconnected for want of credit. They keep a
closed switch closed; they do not close an open one. What is used meanwhile is owed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from protocols.dlms.cosem.enumerations import AccountStatus, ChargeType, CreditConfigurationBit, CreditType
from sim.meter.units import NJ_PER_WH, S_PER_DAY, US_PER_S

# ------------------------------------------------------------ friendly hours

_MINUTE_US = 60 * US_PER_S
_DAY_MIN = S_PER_DAY // 60
_DAYS_OF_WEEK = 7
_THURSDAY = 3  # 1970-01-01


@dataclass(frozen=True, slots=True)
class FriendlyWindow:
    """One span, from `begin_min` to before `end_min` after local midnight; it may run over midnight.

    Args:
        begin_min: 0 to 1439.
        end_min: 0 to 1439; equal to `begin_min` for the whole day.
        days: weekdays on which it begins, Monday is 0.
    """

    begin_min: int
    end_min: int
    days: frozenset[int] = frozenset(range(_DAYS_OF_WEEK))

    def __post_init__(self) -> None:
        if not (0 <= self.begin_min < _DAY_MIN and 0 <= self.end_min < _DAY_MIN):
            raise ValueError("a window begins and ends between 00:00 and 23:59")

    @classmethod
    def parse(cls, begin: str, end: str, days: tuple[int, ...] | None = None) -> "FriendlyWindow":
        """From ``"20:00"`` and ``"06:00"``.

        Raises:
            ValueError: not a time of day.
        """
        every = frozenset(range(_DAYS_OF_WEEK))
        return cls(_minute(begin), _minute(end), every if days is None else frozenset(days))

    def covers(self, day: int, minute: int) -> bool:
        """True where it covers a minute of a day; days count from 1970-01-01."""
        length = (self.end_min - self.begin_min) % _DAY_MIN or _DAY_MIN
        begins = ((day, minute - self.begin_min), (day - 1, minute + _DAY_MIN - self.begin_min))
        return any(_weekday(began) in self.days and 0 <= since < length for began, since in begins)


@dataclass(frozen=True, slots=True)
class FriendlyHours:
    """All the windows of one meter.

    Args:
        windows: none for a meter that is never friendly.
        deviation_minutes: from local time to UTC.
    """

    windows: tuple[FriendlyWindow, ...] = ()
    deviation_minutes: int = 0

    def hold(self, epoch_us: int) -> bool:
        """True in a friendly hour, by the meter's clock."""
        if not self.windows:
            return False
        day, minute = divmod(self._local_min(epoch_us), _DAY_MIN)
        return any(window.covers(day, minute) for window in self.windows)

    def next_change_us(self, epoch_us: int) -> int | None:
        """The next instant at which a window may begin or end; None where there is no window."""
        if not self.windows:
            return None
        today = self._local_min(epoch_us) // _DAY_MIN
        edges = {edge for window in self.windows for edge in (window.begin_min, window.end_min)}
        instants = (
            ((day * _DAY_MIN + edge) + self.deviation_minutes) * _MINUTE_US
            for day in (today, today + 1)
            for edge in edges
        )
        return min(instant for instant in instants if instant > epoch_us)

    def _local_min(self, epoch_us: int) -> int:
        return epoch_us // _MINUTE_US - self.deviation_minutes


def _weekday(day: int) -> int:
    return (day + _THURSDAY) % _DAYS_OF_WEEK


def _minute(text: str) -> int:
    hours, minutes = text.split(":")
    return int(hours) * 60 + int(minutes)


# ------------------------------------------------------------ credits, charges, plan

TOKEN_CREDIT = "0.0.19.10.0"  # noqa: S105 - a logical name
CONSUMPTION_CHARGE = "0.0.19.20.0"

#: Credits that the customer must choose before they are used.
SELECTABLE = frozenset({CreditType.RESERVED, CreditType.EMERGENCY})

_HUNDRED_PERCENT = 100
#: A proportion of class 113 counts in hundredths of a percent [M].
PROPORTION_WHOLE = 10_000


@dataclass(frozen=True, slots=True)
class SourceTerms:
    """One source of credit.

    Args:
        obis: logical name of its class 112 object.
        credit_type: token, reserved, emergency or time based.
        priority: the lowest number is used first.
        preset_wh: what it brings when it is invoked or renewed, Wh.
        warning_wh: at or below it the customer should be warned, Wh.
        limit_wh: it is exhausted at this amount, Wh.
        available_wh: it may be chosen once all that comes before it has fallen so far, Wh.
        configuration: bits of attribute 7.
        token_percent: share of each token that goes to it, 0 to 100.
        period_s: a time-based credit is renewed so often, in local time; 0 for the others.

    Raises:
        ValueError: a credit that this meter cannot keep.
    """

    obis: str
    credit_type: CreditType
    priority: int
    preset_wh: int = 0
    warning_wh: int = 0
    limit_wh: int = 0
    available_wh: int = 0
    configuration: frozenset[CreditConfigurationBit] = frozenset()
    token_percent: int = 0
    period_s: int = 0

    def __post_init__(self) -> None:
        if self.credit_type is CreditType.CONSUMPTION_BASED:
            raise ValueError(f"credit {self.obis}: consumption-based credits are not modelled")
        if (self.credit_type is CreditType.TIME_BASED) != (self.period_s > 0):
            raise ValueError(f"credit {self.obis}: a period belongs to time-based credits, and to no other")
        if not 0 <= self.token_percent <= _HUNDRED_PERCENT:
            raise ValueError(f"credit {self.obis}: token_percent is 0 to 100, not {self.token_percent}")

    @property
    def selectable(self) -> bool:
        """True where it is used only once it was invoked."""
        return self.credit_type in SELECTABLE

    def has(self, bit: CreditConfigurationBit) -> bool:
        """True where a bit of its configuration is set."""
        return bit in self.configuration


@dataclass(frozen=True, slots=True)
class UnitCharge:
    """Price of one unit: Wh of credit × 10^`price_scale`, by the name of the tariff rate.

    Args:
        rates: (index, charge per unit); the first is in force while no rate is named.
        price_scale: power of ten of the price, −9 to 0.
        commodity_scale: power of ten of the unit, kept for reading only.

    Raises:
        ValueError: no rate, a negative one, or a scale out of range.
    """

    rates: tuple[tuple[bytes, int], ...] = ((b"", 1),)
    price_scale: int = 0
    commodity_scale: int = 0

    def __post_init__(self) -> None:
        if not self.rates or any(per_unit < 0 for _, per_unit in self.rates):
            raise ValueError("a unit charge has at least one rate, and none below zero")
        if not -9 <= self.price_scale <= 0:
            raise ValueError(f"price_scale is -9 to 0, not {self.price_scale}")

    @property
    def divisor(self) -> int:
        """A cost is charge per unit × units / divisor."""
        return int(10**-self.price_scale)

    def per_unit(self, rate: bytes) -> int:
        """The charge of a rate; that of the first where there is none of this name."""
        return dict(self.rates).get(rate, self.rates[0][1])

    def amount_nj(self) -> int:
        """The first rate as an amount: what a charge by time or by payment takes each time."""
        return self.rates[0][1] * NJ_PER_WH // self.divisor

    def snapshot(self) -> list[Any]:
        """As plain data."""
        rates = [[index.hex(), per_unit] for index, per_unit in self.rates]
        return [rates, self.price_scale, self.commodity_scale]

    @classmethod
    def from_snapshot(cls, kept: list[Any]) -> "UnitCharge":
        """Take back what `snapshot` gave."""
        rates, price_scale, commodity_scale = kept
        return cls(
            tuple((bytes.fromhex(index), per_unit) for index, per_unit in rates), price_scale, commodity_scale
        )


_ONE_TO_ONE = UnitCharge()


@dataclass(frozen=True, slots=True)
class ChargeTerms:
    """One charge.

    Args:
        obis: logical name of its class 113 object.
        charge_type: consumption, time or payment event.
        priority: the lowest number is collected first.
        unit_charge: what is taken.
        period_s: of a charge by time, in local time; 0 for the others.
        continuous: goes on although nothing remains; else it ends when `remaining_wh` is paid.
        percentage: a charge by payment takes `proportion` of the token, not a fixed amount.
        proportion: hundredths of a percent, 0 to 10 000.
        remaining_wh: debt of a new meter, Wh.
        when_off: collect while the switch is open, too.
        when_limiting: collect while the load is limited, too.
        when_friendly: collect in friendly hours, too.

    Raises:
        ValueError: a period or a proportion that does not fit.
    """

    obis: str
    charge_type: ChargeType
    priority: int = 1
    unit_charge: UnitCharge = _ONE_TO_ONE
    period_s: int = 0
    continuous: bool = False
    percentage: bool = False
    proportion: int = 0
    remaining_wh: int = 0
    when_off: bool = False
    when_limiting: bool = False
    when_friendly: bool = False

    def __post_init__(self) -> None:
        if (self.charge_type is ChargeType.TIME_BASED) != (self.period_s > 0):
            raise ValueError(f"charge {self.obis}: a period belongs to charges by time, and to no other")
        if not 0 <= self.proportion <= PROPORTION_WHOLE:
            raise ValueError(f"charge {self.obis}: proportion is 0 to 10000, not {self.proportion}")


_NEVER_FRIENDLY = FriendlyHours()

CONSUMPTION = ChargeTerms(CONSUMPTION_CHARGE, ChargeType.CONSUMPTION_BASED, continuous=True)


@dataclass(frozen=True, slots=True)
class PaymentPlan:
    """Payment plan: everything that a plain meter lacks; the default is that plain meter.

    Args:
        sources: credits beside the token credit.
        charges: charges; the consumption charge is always among them.
        token_priority: of the token credit.
        friendly: hours in which no customer is disconnected for want of credit.
        status: of the account of a new meter.
        clearance_wh: what must stand in the account before an exhausted one counts as cleared, Wh.
        next_credit_wh: attribute 17 of the account, Wh.
        provision_wh: most that charges by payment may take in one provision period; 0 is no limit.
        provision_period_s: length of that period; 0 is for ever.
        deviation_minutes: from local time to UTC: days begin in local time.
    """

    sources: tuple[SourceTerms, ...] = ()
    charges: tuple[ChargeTerms, ...] = (CONSUMPTION,)
    token_priority: int = 1
    friendly: FriendlyHours = _NEVER_FRIENDLY
    status: AccountStatus = AccountStatus.ACTIVE
    clearance_wh: int = 0
    next_credit_wh: int = 0
    provision_wh: int = 0
    provision_period_s: int = 0
    deviation_minutes: int = 0


#: A token credit and a consumption charge, nothing else.
PLAIN = PaymentPlan()


def parse_plan(table: Mapping[str, Any], deviation_minutes: int) -> PaymentPlan:
    """A plan from the ``[payment]`` section of a profile.

    Raises:
        KeyError, TypeError, ValueError: something is missing, unknown or of the wrong kind.
    """
    plain = dict(table)
    sources = tuple(_source(row) for row in plain.pop("credits", ()))
    charges = tuple(_charge(row) for row in plain.pop("charges", ()))
    if not any(charge.charge_type is ChargeType.CONSUMPTION_BASED for charge in charges):
        charges = (CONSUMPTION, *charges)
    windows = tuple(FriendlyWindow.parse(**row) for row in plain.pop("friendly", ()))
    return PaymentPlan(
        sources,
        charges,
        friendly=FriendlyHours(windows, deviation_minutes),
        status=AccountStatus[plain.pop("status", "active").upper()],
        deviation_minutes=deviation_minutes,
        **plain,
    )


def _source(row: Mapping[str, Any]) -> SourceTerms:
    plain = dict(row)
    bits = frozenset(CreditConfigurationBit[_upper(name)] for name in plain.pop("configuration", ()))
    return SourceTerms(credit_type=CreditType[_upper(plain.pop("type"))], configuration=bits, **plain)


def _charge(row: Mapping[str, Any]) -> ChargeTerms:
    plain = dict(row)
    kind = ChargeType[f"{_upper(plain.pop('type'))}_BASED"]
    rates = tuple((name.encode("ascii"), per_unit) for name, per_unit in plain.pop("rates", {"": 1}).items())
    unit_charge = UnitCharge(rates, plain.pop("price_scale", 0))
    return ChargeTerms(charge_type=kind, unit_charge=unit_charge, **plain)


def _upper(name: str) -> str:
    return name.upper().replace("-", "_")
