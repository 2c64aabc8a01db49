"""Energy books of a microgrid: whole nanojoules, closed at every step, balance 0.

Three balances make the whole::

    plant     PV + diesel + discharged          = charged + conversion losses + sent into the feeder
    feeder    sent + exported by points         = delivered + stolen + unmetered + technical losses
    battery   charged - discharged              = change of the store + losses inside

Every account is computed on its own from the physics of the interval, as a power times a time and rounded to
whole nJ; what the rounding leaves over (a few nJ an interval, and what floats lose) goes to the losses of
that balance and is watched: an interval that leaves more than 1e-9 of its energy is a fault of the model.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.grid.errors import ConservationError

NJ_PER_WH = 3_600_000_000_000
_NJ_PER_J = 1e9
_RESIDUE_SHARE = 1e-9
_RESIDUE_NJ = 1000


@dataclass(slots=True)
class PlantPowers:
    """Powers of the plant in an interval, W; every value 0 or more except `feeder_w`."""

    pv_w: float = 0.0
    curtailed_pv_w: float = 0.0
    diesel_w: float = 0.0
    charge_w: float = 0.0
    discharge_w: float = 0.0
    conversion_loss_w: float = 0.0
    battery_loss_w: float = 0.0
    feeder_w: float = 0.0  # negative when the homes' own panels feed the plant

    @property
    def store_w(self) -> float:
        """By how much the energy in the battery rises, W."""
        return self.charge_w - self.discharge_w - self.battery_loss_w


@dataclass(slots=True)
class LoadPowers:
    """Powers of the loads in an interval, W per load: arrays of one length."""

    through_w: NDArray[np.float64]  # through measuring elements; negative for export
    around_w: NDArray[np.float64]  # taken around a meter, or from the line
    unmetered_w: NDArray[np.float64]
    line_loss_w: float = 0.0


@dataclass(slots=True)
class EnergyBalance:
    """Accounts in nJ since the world began; all exact integers.

    `exported_nj` is what points fed in, through their meters or around them. `concealed_nj` is a part of
    `delivered_nj`: what passed measuring elements that were made to register wrongly. `curtailed_pv_nj` was
    never generated. The last two do not enter the balance.
    """

    generated_pv_nj: int = 0
    curtailed_pv_nj: int = 0
    generated_diesel_nj: int = 0
    battery_charged_nj: int = 0
    battery_discharged_nj: int = 0
    battery_losses_nj: int = 0
    battery_change_nj: int = 0
    conversion_losses_nj: int = 0
    sent_nj: int = 0
    delivered_nj: int = 0
    exported_nj: int = 0
    stolen_nj: int = 0
    unmetered_nj: int = 0
    technical_losses_nj: int = 0
    concealed_nj: int = 0
    worst_residue_nj: int = 0

    def balance_nj(self) -> int:
        """Energy in less energy out, stored or lost; 0 unless the books are wrong."""
        came = self.generated_pv_nj + self.generated_diesel_nj + self.exported_nj
        went = self.delivered_nj + self.stolen_nj + self.unmetered_nj
        lost = self.technical_losses_nj + self.conversion_losses_nj + self.battery_losses_nj
        return came - went - lost - self.battery_change_nj

    def close(self, plant: PlantPowers, loads: LoadPowers, duration_s: float) -> NDArray[np.int64]:
        """Book an interval in which everything stayed as it was.

        Args:
            plant: the powers of the generation.
            loads: the powers of the loads.
            duration_s: how long, 0 or more.

        Returns:
            the energy through each load's measuring element, nJ; negative for export.

        Raises:
            ConservationError: the powers do not add up.
        """
        through = energies_nj(loads.through_w, duration_s)
        self._close_feeder(plant, loads, through, duration_s)
        self._close_plant(plant, duration_s)
        return through

    def _close_feeder(
        self, plant: PlantPowers, loads: LoadPowers, through: NDArray[np.int64], duration_s: float
    ) -> None:
        sent = energy_nj(plant.feeder_w, duration_s)
        delivered = int(through[through > 0].sum())
        exported = -int(through[through < 0].sum())
        around = energies_nj(loads.around_w, duration_s)
        stolen = int(around[around > 0].sum())
        exported -= int(around[around < 0].sum())
        unmetered = int(energies_nj(loads.unmetered_w, duration_s).sum())
        lost = energy_nj(loads.line_loss_w, duration_s)
        residue = sent + exported - delivered - stolen - unmetered - lost
        self._watch(residue, abs(sent) + exported + delivered + stolen, len(through))
        self.sent_nj += sent
        self.delivered_nj += delivered
        self.exported_nj += exported
        self.stolen_nj += stolen
        self.unmetered_nj += unmetered
        self.technical_losses_nj += lost + residue

    def _close_plant(self, plant: PlantPowers, duration_s: float) -> None:
        generated = energy_nj(plant.pv_w, duration_s)
        diesel = energy_nj(plant.diesel_w, duration_s)
        charged = energy_nj(plant.charge_w, duration_s)
        discharged = energy_nj(plant.discharge_w, duration_s)
        sent = energy_nj(plant.feeder_w, duration_s)
        converted = energy_nj(plant.conversion_loss_w, duration_s)
        inside = energy_nj(plant.battery_loss_w, duration_s)
        residue = generated + diesel + discharged - charged - converted - sent
        self._watch(residue, generated + diesel + discharged + charged + abs(sent), 6)
        self.generated_pv_nj += generated
        self.curtailed_pv_nj += energy_nj(plant.curtailed_pv_w, duration_s)
        self.generated_diesel_nj += diesel
        self.battery_charged_nj += charged
        self.battery_discharged_nj += discharged
        self.battery_losses_nj += inside
        self.battery_change_nj += charged - discharged - inside
        self.conversion_losses_nj += converted + residue

    def _watch(self, residue_nj: int, turnover_nj: int, terms: int) -> None:
        allowed = _RESIDUE_NJ + terms + int(_RESIDUE_SHARE * turnover_nj)
        if abs(residue_nj) > allowed:
            raise ConservationError(f"{residue_nj} nJ of {turnover_nj} nJ are unaccounted for")
        self.worst_residue_nj = max(self.worst_residue_nj, abs(residue_nj))


def energy_nj(power_w: float, duration_s: float) -> int:
    """The energy of a constant power, whole nJ."""
    return round(power_w * (duration_s * _NJ_PER_J))


def energies_nj(powers_w: NDArray[np.float64], duration_s: float) -> NDArray[np.int64]:
    """The energies of constant powers, whole nJ; each below 9 · 10⁹ J."""
    return np.rint(powers_w * (duration_s * _NJ_PER_J)).astype(np.int64)


class PointTotals:
    """The true energy through each load's measuring element: whole Wh and a rest in nJ, each way.

    Args:
        count: how many loads; the points come first.
    """

    __slots__ = ("_rest_nj", "_whole_wh")

    def __init__(self, count: int) -> None:
        self._whole_wh = np.zeros((2, count), dtype=np.int64)
        self._rest_nj = np.zeros((2, count), dtype=np.int64)

    def add(self, through_nj: NDArray[np.int64]) -> None:
        """Add the energies of an interval; negative ones are export."""
        self._rest_nj[0] += np.maximum(through_nj, 0)
        self._rest_nj[1] += np.maximum(-through_nj, 0)
        whole, self._rest_nj = np.divmod(self._rest_nj, NJ_PER_WH)
        self._whole_wh += whole

    @property
    def import_wh(self) -> NDArray[np.int64]:
        """Whole Wh taken through each element; a copy."""
        return np.array(self._whole_wh[0])

    @property
    def export_wh(self) -> NDArray[np.int64]:
        """Whole Wh given back through each element; a copy."""
        return np.array(self._whole_wh[1])

    def import_nj(self, load: int) -> int:
        """The same to the nJ, for one load."""
        return int(self._whole_wh[0, load]) * NJ_PER_WH + int(self._rest_nj[0, load])

    def export_nj(self, load: int) -> int:
        """The same to the nJ, for one load."""
        return int(self._whole_wh[1, load]) * NJ_PER_WH + int(self._rest_nj[1, load])
