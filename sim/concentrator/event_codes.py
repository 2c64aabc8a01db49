"""What a concentrator tells about: a table of its events. The names are ours, the groups those of STG-DC.

Source: plc.md 4.2 (groups of concentrator events: 1 standard, 2 access, 3 demand, 4 communications, 5 meters)
"""

from dataclasses import dataclass
from enum import IntEnum


class Group(IntEnum):
    """Groups of concentrator events; 6 and 7 are ours."""

    STANDARD = 1
    ACCESS = 2
    DEMAND = 3
    COMMUNICATIONS = 4
    METERS = 5
    BALANCE = 6
    OF_A_METER = 7


@dataclass(frozen=True, slots=True)
class EventKind:
    """One kind of event.

    Args:
        name: stable, as the uplink says it.
        group: see `Group`.
        number: within its group.
        alarm: whether it is pushed at once.
        es: for people, in Spanish.
        en: for people, in English.
    """

    name: str
    group: Group
    number: int
    alarm: bool
    es: str
    en: str

    @property
    def code(self) -> int:
        """One number for both, for a log over DLMS: group times 256 plus number."""
        return int(self.group) << 8 | self.number


_ROWS: tuple[tuple[str, Group, int, bool, str, str], ...] = (
    ("power-up", Group.STANDARD, 1, False, "Alimentación restablecida", "Supply is back"),
    ("last-gasp", Group.STANDARD, 2, True, "Último aliento: sin alimentación", "Last gasp: supply failed"),
    ("clock-synchronised", Group.STANDARD, 3, False, "Reloj sincronizado", "Clock synchronised"),
    ("clock-deviation", Group.STANDARD, 4, True, "Reloj muy desviado", "Clock was far off"),
    (
        "storage-evicted",
        Group.STANDARD,
        5,
        True,
        "Lecturas sin entregar descartadas",
        "Undelivered readings evicted",
    ),
    ("storage-full", Group.STANDARD, 6, True, "Almacenamiento lleno", "Storage is full"),
    ("usb-exported", Group.STANDARD, 7, False, "Exportado a USB", "Exported to USB"),
    ("usb-imported", Group.STANDARD, 8, False, "Importado de USB", "Imported from USB"),
    ("usb-refused", Group.STANDARD, 9, True, "Archivo USB rechazado", "USB file refused"),
    ("login", Group.ACCESS, 1, False, "Ingreso a la página local", "Log-in at the local page"),
    ("login-failed", Group.ACCESS, 2, True, "Ingreso fallido", "Log-in failed"),
    ("password-set", Group.ACCESS, 3, False, "Contraseña fijada", "Password set"),
    ("parameter-changed", Group.ACCESS, 4, False, "Parámetro cambiado", "Parameter changed"),
    ("plan-changed", Group.ACCESS, 5, False, "Plan de lectura cambiado", "Collection plan changed"),
    ("uplink-down", Group.COMMUNICATIONS, 1, False, "Enlace al centro caído", "Uplink down"),
    ("uplink-up", Group.COMMUNICATIONS, 2, False, "Enlace al centro arriba", "Uplink up"),
    ("uplink-switched", Group.COMMUNICATIONS, 3, False, "Conmutación de enlace", "Uplink switched over"),
    ("order-done", Group.COMMUNICATIONS, 4, False, "Orden cumplida", "Order done"),
    ("order-failed", Group.COMMUNICATIONS, 5, True, "Orden fallida", "Order failed"),
    ("meter-added", Group.METERS, 1, False, "Medidor registrado", "Meter registered"),
    ("meter-lost", Group.METERS, 2, False, "Medidor sin comunicación", "Meter lost"),
    ("meter-back", Group.METERS, 3, False, "Medidor comunica de nuevo", "Meter is back"),
    ("meter-quarantined", Group.METERS, 4, True, "Medidor en cuarentena", "Meter in quarantine"),
    (
        "meter-confirmed",
        Group.METERS,
        5,
        False,
        "Medidor confirmado por operador",
        "Meter confirmed by operator",
    ),
    (
        "meter-rejected",
        Group.METERS,
        6,
        False,
        "Medidor rechazado por operador",
        "Meter rejected by operator",
    ),
    ("meter-clock-set", Group.METERS, 7, False, "Reloj de medidor ajustado", "Meter's clock set"),
    (
        "meter-clock-far",
        Group.METERS,
        8,
        True,
        "Reloj de medidor fuera de límite",
        "Meter's clock beyond the limit",
    ),
    (
        "meter-silent",
        Group.METERS,
        9,
        True,
        "Medidor callado más del límite",
        "Meter silent beyond the limit",
    ),
    ("loss-warning", Group.BALANCE, 1, True, "Advertencia de pérdidas", "Loss warning"),
    ("loss-alarm", Group.BALANCE, 2, True, "Alarma de pérdidas", "Loss alarm"),
    ("loss-negative", Group.BALANCE, 3, True, "Balance negativo", "Negative balance"),
    ("meter-event", Group.OF_A_METER, 1, False, "Evento de medidor", "Event of a meter"),
    ("meter-alarm", Group.OF_A_METER, 2, True, "Alarma de medidor", "Alarm of a meter"),
)

#: Name -> kind.
KINDS: dict[str, EventKind] = {row[0]: EventKind(*row) for row in _ROWS}
