"""What a model of customer unit is: its times, and the link that joins it to the meter."""

from dataclasses import dataclass
from enum import StrEnum

from protocols.field.ciu_link_unit import RetryTerms


class LinkVariant(StrEnum):
    """How the unit reaches the meter. Source: IPSE specification, Figure 7, rows 17 and 22."""

    WIRED = "wired"
    PLC = "plc"


@dataclass(frozen=True, slots=True)
class UnitTerms:
    """One model of unit.

    Args:
        address: its number on the link, 0 to 65535.
        entry_time_out_s: an entry is forgotten so long after its last key.
        backlight_s: the light stays on for so long after a key.
        notice_s: so long it shows what it has to say by itself.
    """

    address: int = 1
    entry_time_out_s: int = 30
    backlight_s: int = 30
    notice_s: int = 10


@dataclass(frozen=True, slots=True)
class LinkTerms:
    """The link of one model.

    Args:
        variant: a wire that also feeds the unit, or the power line.
        latency_s_min: least time that a frame takes.
        latency_s_max: most time that a frame takes.
        loss: share of frames that get lost, 0 to 1.
        response_timeout_s: so long the unit waits for an answer.
        retries: so often it repeats a request.
        probe_s: so often it looks for a meter that it lost.
        refresh_s: so often the meter tells what changed; 0 where the unit asks whenever somebody looks at it.
        battery_cells: 0 where it has none.
        entries_held: so many entries it keeps while the meter cannot be reached.
        pairing_code: digits before a DRN that pair the unit with that meter; "" where it cannot be paired.
        unpairing_code: digits that part it from its meter.
        bound_at_factory: True for a unit that leaves the factory with its meter.
        units_max: so many units one meter takes.
        replace_after_s: a bound unit that was silent for so long gives way to a new one.

    Raises:
        ValueError: a number that makes no sense.
    """

    variant: LinkVariant = LinkVariant.WIRED
    latency_s_min: float = 0.0
    latency_s_max: float = 0.0
    loss: float = 0.0
    response_timeout_s: float = 2.0
    retries: int = 3
    probe_s: int = 15
    refresh_s: int = 0
    battery_cells: int = 0
    entries_held: int = 5
    pairing_code: str = ""
    unpairing_code: str = ""
    bound_at_factory: bool = True
    units_max: int = 2
    replace_after_s: int = 600

    def __post_init__(self) -> None:
        if not 0 <= self.latency_s_min <= self.latency_s_max or not 0 <= self.loss <= 1:
            raise ValueError("a link needs 0 <= latency_s_min <= latency_s_max and a loss from 0 to 1")
        if self.retries < 0 or min(self.response_timeout_s, self.probe_s, self.entries_held) <= 0:
            raise ValueError(
                "response_timeout_s, probe_s and entries_held must be above 0, retries not below"
            )

    @property
    def patience(self) -> RetryTerms:
        """How patient the unit is."""
        return RetryTerms(self.response_timeout_s, self.retries)

    @property
    def ideal(self) -> bool:
        """True where frames arrive at once and always."""
        return not (self.latency_s_max or self.loss)

    @property
    def has_battery(self) -> bool:
        """True for a unit that lives on without the line."""
        return self.battery_cells > 0
