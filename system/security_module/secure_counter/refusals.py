"""Refusals of a secure counter: one table of codes, each with a sentence in Spanish and English."""

from system.security_module.refusals import Worded, Words

REASONS: dict[str, Words] = {
    "over-limit": Words(
        "No queda cupo: quedan {left} centavos y la venta es de {amount}; entregue el recaudo en la oficina.",
        "The limit is used up: {left} centavos are left and the sale is {amount}; settle at the office.",
    ),
    "lease-expired": Words(
        "El permiso para vender a este medidor venció el {until}: cargue un paquete nuevo.",
        "The lease for this meter ended at {until}: load a new pack.",
    ),
    "not-yet": Words(
        "El permiso para vender a este medidor empieza el {not_before}: revise el reloj.",
        "The lease for this meter begins at {not_before}: check the clock.",
    ),
    "clock-behind": Words(
        "El reloj está antes de la última venta, {latest}: corrija la hora.",
        "The clock is behind the last sale, {latest}: set it right.",
    ),
    "unknown-meter": Words(
        "Este terminal no tiene permiso para el medidor {drn}.",
        "This terminal has no lease for the meter {drn}.",
    ),
    "id-reused": Words(
        "La venta {sale_id} ya se hizo con otros datos: use una nueva.",
        "The sale {sale_id} was made with other data: use a new one.",
    ),
    "other-terminal": Words(
        "El permiso es de otro terminal: pida el paquete de este.",
        "The lease is another terminal's: ask for this one's pack.",
    ),
    "wrong-signature": Words(
        "El permiso no lo firmó el módulo de este terminal, o fue alterado: {why}.",
        "The lease is not signed by this terminal's module, or was altered: {why}.",
    ),
    "bad-lease": Words("El permiso no se puede usar: {why}.", "The lease cannot be used: {why}."),
    "units-too-many": Words(
        "Un token lleva a lo sumo {most} décimas de kWh, no {units}.",
        "A token has at most {most} tenths of a kWh, not {units}.",
    ),
    "key-expired": Words(
        "La clave del medidor {drn} expiró: hay que cambiarla con enlace.",
        "The key of meter {drn} has expired: it must be changed on line.",
    ),
    "tid-window": Words(
        "No queda un minuto libre para este medidor: espere unos minutos.",
        "No free minute is left for this meter: wait a few minutes.",
    ),
    "bad-request": Words(
        "La venta necesita unidades y un valor mayores que cero.",
        "A sale needs units and an amount above zero.",
    ),
}
"""Every code."""


class CounterRefused(Worded):
    """The counter refuses; nothing was minted or counted."""

    REASONS = REASONS
