"""One line of the table that puts what the simulator measures beside what was published."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FidelityRow:
    """One line of the fidelity table.

    Attributes:
        what: in words, with the unit.
        measured: by the simulator.
        published_low: lower end of what was published.
        published_high: upper end; the same where one value was published.
        tolerance: how far outside is still good, as a share of the nearer end.
        source: of the published range.
    """

    what: str
    measured: float
    published_low: float
    published_high: float
    tolerance: float
    source: str

    @property
    def within(self) -> bool:
        """Whether the measured value lies in the published range, widened by the tolerance."""
        low = self.published_low * (1.0 - self.tolerance)
        return low <= self.measured <= self.published_high * (1.0 + self.tolerance)
