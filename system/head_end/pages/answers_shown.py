"""What a meter answered to an order, in words for people."""

from collections.abc import Callable, Mapping
from typing import Any

from system.head_end.quantities import quantity_name
from system.head_end.units import scaled, unit_name

_CONTROL = {
    "connected": "conectado",
    "disconnected": "cortado",
    "ready-for-reconnection": "listo para reconectar",
}


def answer_lines(result: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Name and value of everything worth showing; what is not known is left out."""
    lines = [
        (label, write(result[name]))
        for name, (label, write) in _SHOWN.items()
        if result.get(name) is not None
    ]
    return lines + [_value(value) for value in result.get("values", ())]


def _yes(value: Any) -> str:
    return "sí" if value else "no"


def _seconds(value: Any) -> str:
    return f"{float(value):+.0f} s".replace(".", ",")


def _value(value: Mapping[str, Any]) -> tuple[str, str]:
    number = (
        scaled(value["value"], value.get("scaler", 0)) if isinstance(value["value"], int) else value["value"]
    )
    return quantity_name(str(value["obis"])), f"{number} {unit_name(value.get('unit'))}".strip()


_SHOWN: Mapping[str, tuple[str, Callable[[Any], str]]] = {
    "result": ("Respuesta del medidor", str),
    "output_state": ("Relé cerrado", _yes),
    "control_state": ("Estado de control", lambda value: _CONTROL.get(str(value), str(value))),
    "clock_off_s": ("Desfase del reloj", _seconds),
    "clock_set": ("Reloj ajustado", _yes),
    "mode": ("Modo", lambda value: {"prepaid": "prepago", "postpaid": "pospago"}.get(str(value), str(value))),
}
