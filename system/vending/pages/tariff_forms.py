"""A version of a tariff as the office types it: pesos per kWh, kWh of the month."""

from typing import Any

from django import forms

from system.vending.pages.fields import KwhField, PesosField
from system.vending.pages.office_forms import DayField
from system.vending.pricing.zni import SUBSIDISED_STRATA
from system.vending.services.publish_zni import ZniMonth, zni_versions

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
        month = ZniMonth(
            prefix_code=said["prefix_code"],
            valid_from=said["valid_from"],
            local_cost_e4=said["local_cost"],
            altitude_m=said["altitude_m"],
            subsistence_e4={stratum: said[f"e{stratum}"] for stratum in SUBSIDISED_STRATA},
            beyond_e4=said["beyond"],
        )
        return zni_versions(month)
