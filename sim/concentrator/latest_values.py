"""Latest value of each object of each meter, and how old it is: nothing stale is ever shown as fresh."""

from dataclasses import dataclass

from sim.concentrator.storage import Batch, StoredValue


@dataclass(frozen=True, slots=True)
class AgedValue:
    """A value with its age.

    Args:
        value: as it stands on the wire.
        captured_utc_s: when it was captured, s since 1970.
        age_s: how old it is now.
        stale: whether that is too old to be called present.
    """

    value: StoredValue
    captured_utc_s: int
    age_s: int
    stale: bool


class LatestValues:
    """Of all meters.

    Args:
        stale_after_s: a value older than this is stale (S12 TimeDisconMeter).
    """

    __slots__ = ("_stale_after_s", "_values")

    def __init__(self, stale_after_s: float) -> None:
        self._stale_after_s = stale_after_s
        self._values: dict[str, dict[str, tuple[StoredValue, int]]] = {}

    def clear(self) -> None:
        """Forget everything, as a power cut does."""
        self._values.clear()

    def take(self, serial: str, column: str, value: StoredValue, captured_utc_s: int) -> None:
        """A value came; an older one than what is known changes nothing."""
        of_meter = self._values.setdefault(serial, {})
        known = of_meter.get(column)
        if known is None or known[1] <= captured_utc_s:
            of_meter[column] = value, captured_utc_s

    def take_batch(self, batch: Batch) -> None:
        """The newest row of a batch."""
        if batch.rows:
            at_s, values = batch.rows[-1]
            for column, value in zip(batch.columns, values, strict=True):
                self.take(batch.serial, column, value, at_s)

    def of(self, serial: str, now_utc_s: int) -> dict[str, AgedValue]:
        """The values of a meter by column, each with its age."""
        return {
            column: AgedValue(value, at_s, max(0, now_utc_s - at_s), now_utc_s - at_s > self._stale_after_s)
            for column, (value, at_s) in sorted(self._values.get(serial, {}).items())
        }
