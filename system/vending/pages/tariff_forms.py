"""A version of a tariff as the office types it: pesos per kWh, kWh of the month."""

from typing import Any

from django import forms

from system.vending.pages.fields import KwhField, PesosField
from system.vending.pages.office_forms import DayField
from system.vending.pricing.zni import SUBSIDISED_STRATA, ReferenceTariff, zni_tariff

STEPS = 4


class PriceField(PesosField):
    """Pesos for a kWh with up to four decimals, as 10⁻⁴ COP."""

    decimals = 4


class TariffForm(forms.Form):
    """Code, name, first day, unit cost, and up to four blocks; the last one filled in has no end."""

    #: Fields that begin a line of their own on the page.
    row_starts = tuple(f"name{number}" for number in range(1, STEPS + 1))

    code = forms.RegexField(r"^[A-Za-z0-9._-]{1,30}$", label="Código")
    name = forms.CharField(label="Nombre", max_length=80)
    valid_from = DayField(label="Vigente desde")
    unit_cost = PriceField(label="Costo unitario ($/kWh)")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for number in range(1, STEPS + 1):
            first = number == 1
            self.fields[f"name{number}"] = forms.CharField(
                label=f"Bloque {number}", max_length=30, required=first
            )
            self.fields[f"price{number}"] = PriceField(label="Precio ($/kWh)", required=first)
            self.fields[f"upto{number}"] = KwhField(
                label="Hasta (kWh del mes)", required=False, help_text="Vacío: sin tope."
            )

    def steps(self) -> list[dict[str, Any]]:
        """The blocks as a version keeps them."""
        said = self.cleaned_data
        return [
            {
                "name": said[f"name{number}"],
                "price_e4": said[f"price{number}"],
                "upto_units": said[f"upto{number}"],
            }
            for number in range(1, STEPS + 1)
            if said.get(f"name{number}") and said.get(f"price{number}") is not None
        ]


class ZniForm(forms.Form):
    """A month's published reference tariffs: they make one version for each stratum."""

    prefix_code = forms.RegexField(
        r"^[A-Za-z0-9._-]{1,20}$", label="Código", help_text="Se publican CÓDIGO-E1, -E2 y -E3."
    )
    valid_from = DayField(label="Vigente desde")
    local_cost = PriceField(label="Costo local del servicio ($/kWh)")
    altitude_m = forms.IntegerField(label="Altitud de la localidad (m)", min_value=0, max_value=5000)
    beyond = PriceField(label="Referencia sobre subsistencia ($/kWh)")

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for stratum in SUBSIDISED_STRATA:
            self.fields[f"e{stratum}"] = PriceField(label=f"Estrato {stratum}, subsistencia ($/kWh)")

    def versions(self) -> list[dict[str, Any]]:
        """What `publish_tariff` is told, one for each stratum."""
        said = self.cleaned_data
        reference = ReferenceTariff(
            {stratum: said[f"e{stratum}"] for stratum in SUBSIDISED_STRATA},
            dict.fromkeys(SUBSIDISED_STRATA, said["beyond"]),
            {},
        )
        return [self._version(reference, stratum) for stratum in SUBSIDISED_STRATA]

    def _version(self, reference: ReferenceTariff, stratum: int) -> dict[str, Any]:
        said = self.cleaned_data
        tariff = zni_tariff(
            f"{said['prefix_code']}-E{stratum}",
            1,
            said["valid_from"],
            reference=reference,
            local_cost_e4=said["local_cost"],
            customer=stratum,
            altitude_m=said["altitude_m"],
        )
        steps = [
            {"name": step.name, "price_e4": step.price_e4, "upto_units": step.upto_units}
            for step in tariff.steps
        ]
        return {
            "code": tariff.code,
            "name": f"Residencial estrato {stratum}",
            "valid_from": tariff.valid_from,
            "steps": steps,
            "unit_cost_e4": tariff.unit_cost_e4,
        }
