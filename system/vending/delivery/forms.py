"""What is chosen about delivery."""

from typing import Any

from django import forms

from system.vending.delivery.models import DeliveryMode
from system.vending.models import PointOfSale


class ChoiceForm(forms.Form):
    """How tokens are delivered."""

    point = forms.ModelChoiceField(
        PointOfSale.objects.none(),
        label="Punto de venta",
        required=False,
        empty_label="Todos los que no tienen regla propia",
    )
    mode = forms.ChoiceField(label="Entrega", choices=DeliveryMode.choices)
    messages = forms.BooleanField(label="Avisar por mensaje a quien lo autorizó", required=False)

    def __init__(self, *args: Any, user: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        own: Any = self.fields["point"]
        own.queryset = PointOfSale.objects.of(user).select_related("merchant")
