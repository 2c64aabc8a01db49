"""What the counter and the office type."""

from typing import Any

from django import forms

from system.vending.models import Merchant, PointOfSale
from system.vending.pages.fields import KwhField, PesosField


class OfferForm(forms.Form):
    """A meter number, and money or energy."""

    number = forms.CharField(label="Número del medidor", max_length=40)
    amount = PesosField(label="Valor a recargar (pesos)", required=False)
    kwh = KwhField(label="o cantidad (kWh)", required=False)

    def clean(self) -> dict[str, Any]:
        """Money or energy, not both.

        Raises:
            ValidationError: neither, or both.
        """
        cleaned = super().clean() or {}
        if self.errors:
            return cleaned
        if (cleaned.get("amount") is None) == (cleaned.get("kwh") is None):
            raise forms.ValidationError("Escriba el valor en pesos o la cantidad de kWh (sólo uno).")
        return cleaned


class ConfirmForm(OfferForm):
    """The same, under the id that the screen made for it."""

    sale_id = forms.UUIDField(widget=forms.HiddenInput)


class OpenShiftForm(forms.Form):
    """Which counter, and what is in its drawer."""

    shift_id = forms.UUIDField(widget=forms.HiddenInput)
    point_of_sale = forms.ModelChoiceField(PointOfSale.objects.none(), label="Punto de venta")
    cash = PesosField(label="Base de caja (pesos)")

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["point_of_sale"]
        own.queryset = PointOfSale.objects.of(user).filter(active=True, merchant__active=True)


class CloseShiftForm(forms.Form):
    """What was counted."""

    cash = PesosField(label="Efectivo contado (pesos)")
    note = forms.CharField(label="Nota", max_length=200, required=False)


class DepositForm(forms.Form):
    """Money that a merchant hands over."""

    deposit_id = forms.UUIDField(widget=forms.HiddenInput)
    merchant = forms.ModelChoiceField(Merchant.objects.none(), label="Comercio")
    amount = PesosField(label="Valor consignado (pesos)")
    reference = forms.CharField(label="Comprobante", max_length=60, required=False)

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["merchant"]
        own.queryset = Merchant.objects.of(user)
