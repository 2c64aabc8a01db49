"""What became of a batch, in the words of the desk."""

from django.contrib import messages
from django.http import HttpRequest

from system.vending.offline.services.receive_batch import Settlement


def say(request: HttpRequest, settlement: Settlement) -> None:
    """Tell it on the next page."""
    if settlement.left:
        said = f"Se asentaron {settlement.new}; faltan {settlement.left}. {settlement.why}"
        messages.warning(request, said)
    elif settlement.new:
        messages.success(request, f"Lote asentado: {settlement.new} asientos nuevos.")
    else:
        messages.info(request, "El lote no trae nada nuevo: ya estaba asentado.")
    if settlement.findings:
        messages.warning(request, f"Hay {len(settlement.findings)} hallazgos que alguien debe mirar.")
