"""Every register beside the integral of what truly flowed through its element.

The truth is summed up apart from the meters and from the books of the grid (`sim.scenarios.physics`). A
register may differ from it by its class, by what flows below the starting current, and by a whole Wh; a
magnet makes a meter register wrongly on purpose, so meters that had one are told apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.meter.metrology import Quantity

if TYPE_CHECKING:
    from sim.scenarios.site import Site

#: Class 1 active, where the load is small: 1.5 %. Source: IEC 62053-21:2020, table 4.
CLASS_SHARE = 0.015
#: The starting current of class 1, direct connected: 0.4 % of Ib. Source: IEC 62053-21:2020, table 8.
_STARTING_SHARE_OF_IB = 0.004
_WHOLE_WH = 1.0
_S_PER_H = 3_600.0


@dataclass(frozen=True, slots=True)
class Compared:
    """One register and its truth.

    Args:
        meter: its name.
        register_wh: what the meter counted, import.
        true_wh: what flowed.
        allowed_wh: by how much they may differ.
        tampered: a magnet was there.
    """

    meter: str
    register_wh: int
    true_wh: float
    allowed_wh: float
    tampered: bool

    @property
    def error_wh(self) -> float:
        """Register less truth."""
        return self.register_wh - self.true_wh

    @property
    def in_class(self) -> bool:
        """Whether the register is as right as it must be."""
        return abs(self.error_wh) <= self.allowed_wh


def compare(site: "Site") -> Iterator[Compared]:
    """Every meter of a site; books and truth must be closed at the same instant."""
    magnets = {theft.point for theft in site.grid.thefts if str(theft.kind) == "magnet"}
    hours = site.grid.supply.service_s / _S_PER_H
    for row, place in enumerate(site.placed):
        nominal = place.meter.profile.nominal
        starting_w = _STARTING_SHARE_OF_IB * nominal.current_a * nominal.voltage_v
        true_wh = float(site.physics.true_import_wh[row])
        yield Compared(
            meter=place.identity.name,
            register_wh=place.meter.parts.metrology.energy_wh(Quantity.ACTIVE_IMPORT),
            true_wh=true_wh,
            allowed_wh=CLASS_SHARE * true_wh + min(starting_w * hours, true_wh) + _WHOLE_WH,
            tampered=place.point in magnets,
        )


def registers(sites: "Sequence[Site]") -> dict[str, Any]:
    """How many registers were compared, and the worst of them."""
    compared = [row for site in sites for row in compare(site)]
    honest = [row for row in compared if not row.tampered]
    worst = max(honest, key=lambda row: abs(row.error_wh) / row.allowed_wh)
    share = worst.error_wh / worst.true_wh if worst.true_wh else 0.0
    return {
        "compared": len(honest),
        "tampered": len(compared) - len(honest),
        "in_class": sum(row.in_class for row in honest),
        "worst_meter": worst.meter,
        "worst_error_wh": round(worst.error_wh, 3),
        "worst_error_percent": round(100 * share, 4),
        "true_wh": round(sum(row.true_wh for row in honest)),
        "register_wh": sum(row.register_wh for row in honest),
    }
