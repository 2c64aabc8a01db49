"""End-device events: codes, names, alarms, Spanish texts, and the event logs of meters.

Source: DSMR P3 companion standard, event table (codes below 200); from 200 the maker's own, here those of
this house's meters [M]. An event that is not in the table keeps its number and its log, so that it can be
looked up at the maker's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from system.head_end.errors import UnableToConfigure
from system.head_end.intervals import obis_of

# ---- Names of the events of meters, and which of them are alarms.

EVENT_NAMES: Mapping[int, str] = {
    1: "power-down",
    2: "power-up",
    3: "daylight-saving-changed",
    4: "clock-before-adjustment",
    5: "clock-after-adjustment",
    6: "clock-invalid",
    7: "replace-battery",
    8: "battery-low",
    9: "tariff-activated",
    10: "error-register-cleared",
    11: "alarm-register-cleared",
    12: "program-memory-error",
    13: "ram-error",
    14: "memory-error",
    15: "watchdog-error",
    16: "measurement-error",
    17: "firmware-ready",
    18: "firmware-activated",
    19: "passive-tariff-set",
    40: "terminal-cover-removed",
    41: "terminal-cover-closed",
    42: "strong-field",
    43: "no-strong-field",
    44: "meter-cover-removed",
    45: "meter-cover-closed",
    46: "wrong-password",
    49: "decryption-failed",
    50: "replay",
    59: "disconnector-ready",
    60: "manual-disconnection",
    61: "manual-reconnection",
    62: "remote-disconnection",
    63: "remote-reconnection",
    64: "local-disconnection",
    65: "limiter-exceeded",
    66: "limiter-normal",
    67: "limiter-changed",
    68: "disconnector-failure",
    76: "under-voltage",
    79: "over-voltage",
    82: "missing-voltage",
    85: "normal-voltage",
    91: "current-reversal",
    201: "local-reconnection",
    202: "token-accepted",
    203: "token-refused",
    204: "low-credit",
    205: "tamper-cleared",
    206: "key-changed",
    207: "reverse-energy",
    208: "no-reverse-energy",
    209: "locked-out",
    210: "overload",
    211: "no-overload",
    212: "billing-closed",
    213: "demand-reset",
    214: "significant-reverse-energy",
    215: "no-significant-reverse-energy",
    220: "payment-mode-changed",
    221: "account-activated",
    222: "account-closed",
    223: "charge-collected",
    224: "unit-charge-changed",
    225: "credit-selectable",
    226: "credit-selected",
    227: "credit-in-use",
    228: "credit-exhausted",
    229: "availability-refunded",
    230: "manual-disconnection",
    231: "manual-reconnection",
    232: "control-mode-changed",
    233: "monitor-above",
    234: "monitor-below",
    235: "parameter-changed",
    236: "push-failed",
    240: "module-removed",
    241: "module-fitted",
    255: "log-cleared",
}

#: What somebody must look at: covers, magnets, reversed current, wrong keys, a switch or memory that fails.
ALARMS = frozenset({6, 7, 12, 13, 14, 15, 16, 40, 42, 44, 46, 49, 50, 68, 91, 207, 209, 214, 255})


def event_name(code: int) -> str:
    """The name of an event; one that is not known bears its number.

    >>> name_of(42), name_of(777)
    ('strong-field', 'event-777')
    """
    return EVENT_NAMES.get(code, f"event-{code}")


def is_alarm(code: int) -> bool:
    """Whether somebody must look at it."""
    return code in ALARMS


# ---- What people are told of an event: a table from the names that meters and concentrators use to Spanish

#: Name of an event -> what happened, in Spanish.
EVENT_TEXTS: Mapping[str, str] = {
    "account-activated": "Cuenta de prepago activada",
    "account-closed": "Cuenta de prepago cerrada",
    "alarm-register-cleared": "Registro de alarmas borrado",
    "availability-refunded": "Cargo por disponibilidad devuelto",
    "battery-low": "Batería baja",
    "billing-closed": "Cierre de facturación",
    "charge-collected": "Cargo cobrado del crédito",
    "clock-after-adjustment": "Reloj ajustado: hora nueva",
    "clock-before-adjustment": "Reloj por ajustar: hora anterior",
    "clock-deviation": "Reloj del concentrador muy desviado",
    "clock-invalid": "Reloj sin hora válida",
    "clock-synchronised": "Reloj sincronizado",
    "control-mode-changed": "Cambió el modo de control del relé",
    "credit-exhausted": "Se acabó el crédito",
    "credit-in-use": "Empezó a usarse otro crédito",
    "credit-selectable": "Crédito de emergencia disponible",
    "credit-selected": "Crédito de emergencia pedido",
    "current-reversal": "Corriente invertida",
    "daylight-saving-changed": "Cambio de horario de verano",
    "decryption-failed": "Mensaje cifrado con otra llave",
    "demand-reset": "Demanda máxima puesta en cero",
    "disconnector-failure": "El relé no obedeció",
    "disconnector-ready": "Relé listo para reconectar",
    "error-register-cleared": "Registro de errores borrado",
    "firmware-activated": "Firmware nuevo en uso",
    "firmware-ready": "Firmware nuevo listo",
    "key-changed": "Llave de tokens cambiada",
    "last-gasp": "Último aliento: se fue la energía",
    "limiter-changed": "Límite de potencia cambiado",
    "limiter-exceeded": "Límite de potencia superado",
    "limiter-normal": "Potencia de nuevo bajo el límite",
    "local-disconnection": "El medidor cortó por sí mismo",
    "local-reconnection": "El medidor reconectó por sí mismo",
    "locked-out": "Teclado bloqueado por tokens equivocados",
    "log-cleared": "Bitácora borrada",
    "login": "Ingreso a la página local",
    "login-failed": "Ingreso fallido a la página local",
    "loss-alarm": "Alarma de pérdidas",
    "loss-negative": "Balance de energía negativo",
    "loss-warning": "Advertencia de pérdidas",
    "low-credit": "Crédito bajo",
    "manual-disconnection": "Corte a mano",
    "manual-reconnection": "Reconexión a mano",
    "measurement-error": "Error del sistema de medida",
    "memory-error": "Error de memoria no volátil",
    "meter-added": "Medidor registrado en el concentrador",
    "meter-alarm": "Alarma de medidor",
    "meter-back": "El medidor comunica de nuevo",
    "meter-clock-far": "Reloj del medidor fuera de límite",
    "meter-clock-set": "Reloj del medidor ajustado",
    "meter-confirmed": "Medidor confirmado en el concentrador",
    "meter-cover-closed": "Tapa del medidor cerrada",
    "meter-cover-removed": "Tapa del medidor abierta",
    "meter-event": "Evento de medidor",
    "meter-lost": "El medidor dejó de comunicar",
    "meter-quarantined": "El concentrador puso el medidor en cuarentena",
    "meter-rejected": "Medidor rechazado en el concentrador",
    "meter-silent": "Medidor callado más del límite",
    "missing-voltage": "Falta tensión",
    "module-fitted": "Módulo de comunicación puesto",
    "module-removed": "Módulo de comunicación retirado",
    "monitor-above": "Un valor vigilado superó su umbral",
    "monitor-below": "Un valor vigilado bajó de su umbral",
    "no-overload": "Terminó la sobrecarga",
    "no-reverse-energy": "Terminó la energía inversa",
    "no-significant-reverse-energy": "Terminó la energía inversa considerable",
    "no-strong-field": "Terminó el campo magnético",
    "normal-voltage": "Tensión normal",
    "order-done": "El concentrador cumplió una orden",
    "order-failed": "El concentrador no pudo cumplir una orden",
    "over-voltage": "Sobretensión",
    "overload": "Sobrecarga",
    "parameter-changed": "Parámetro cambiado",
    "passive-tariff-set": "Tarifa nueva cargada",
    "password-set": "Contraseña cambiada",
    "payment-mode-changed": "Cambió entre prepago y pospago",
    "plan-changed": "Plan de lectura del concentrador cambiado",
    "power-down": "Se fue la energía",
    "power-up": "Volvió la energía",
    "program-memory-error": "Error de memoria de programa",
    "push": "Aviso del medidor",
    "push-failed": "Un aviso no salió",
    "push-no-key": "Aviso rechazado: no hay llaves de ese medidor",
    "push-not-understood": "Aviso rechazado: no se entiende",
    "push-of-another": "Aviso rechazado: dice venir de otro medidor",
    "push-replayed": "Aviso rechazado: ya había llegado",
    "push-too-much": "Avisos rechazados: demasiados seguidos",
    "push-undeciphered": "Aviso rechazado: cifrado con otra llave",
    "push-unknown": "Aviso rechazado: nadie registró ese medidor",
    "push-unproved": "Aviso sin prueba de quién lo envía",
    "ram-error": "Error de memoria RAM",
    "remote-disconnection": "Corte a distancia",
    "remote-reconnection": "Reconexión a distancia",
    "replace-battery": "Hay que cambiar la batería",
    "replay": "Mensaje repetido por alguien",
    "reverse-energy": "Energía inversa",
    "significant-reverse-energy": "Energía inversa considerable",
    "storage-evicted": "Se descartaron lecturas sin entregar",
    "storage-full": "Almacenamiento lleno",
    "strong-field": "Campo magnético fuerte",
    "tamper-cleared": "Fraude levantado",
    "tariff-activated": "Tarifa nueva en uso",
    "terminal-cover-closed": "Tapa de bornera cerrada",
    "terminal-cover-removed": "Tapa de bornera abierta",
    "token-accepted": "Token aceptado",
    "token-refused": "Token rechazado",
    "under-voltage": "Tensión baja",
    "unit-charge-changed": "Precio interno cambiado",
    "uplink-down": "Enlace con la central caído",
    "uplink-switched": "Cambio de enlace con la central",
    "uplink-up": "Enlace con la central de vuelta",
    "usb-exported": "Lecturas exportadas a USB",
    "usb-imported": "Planes importados de USB",
    "usb-refused": "Archivo USB rechazado",
    "watchdog-error": "El medidor se reinició por una falla",
    "wrong-password": "Contraseña equivocada",
}
#: What a concentrator passes on of a meter says which log it is of: ``0.0.99.98.1 40 @1790000000``.
_PASSED_ON = re.compile(r"(?P<log>\d+(?:\.\d+){4,5}) (?P<values>.*?)(?: @-?\d+)?")
_PASSED_ON_NAMES = frozenset({"meter-event", "meter-alarm"})
_UNKNOWN = re.compile(r"event-\d+")


@dataclass(frozen=True, slots=True)
class EventDescription:
    """An event in words.

    Args:
        what: Spanish.
        detail: what else is known, as it came; may be empty.
    """

    what: str
    detail: str = ""


def describe_event(log: str, code: int, name: str, detail: str = "") -> EventDescription:
    """What people are told of an event.

    Args:
        log: OBIS of its log, or ``uplink``.
        code: its number there.
        name: as the collector named it.
        detail: as the device told it.

    >>> words_of("0.0.99.98.1", 42, "strong-field")
    Words(what='Campo magnético fuerte', detail='')
    >>> words_of("0.0.99.98.0", 777, "event-777").what
    'Evento 777 de la bitácora 0.0.99.98.0'
    >>> words_of("uplink", 7, "meter-alarm", "0.0.99.98.1 40 @1790000000").what
    'Tapa de bornera abierta'
    """
    passed = _PASSED_ON.fullmatch(detail) if name in _PASSED_ON_NAMES else None
    if passed is not None:
        number = next((int(word) for word in passed["values"].split() if word.isdecimal()), None)
        if number is not None:
            return describe_event(passed["log"], number, event_name(number))
    if name in _PASSED_ON_NAMES and detail == "push":
        return EventDescription(f"{EVENT_TEXTS[name]}: avisó por sí mismo")
    if name in EVENT_TEXTS:
        return EventDescription(EVENT_TEXTS[name], detail)
    if not name or _UNKNOWN.fullmatch(name):
        return EventDescription(f"Evento {code} de la bitácora {log}", detail)
    return EventDescription(name, detail)


def names_matching(word: str) -> list[str]:
    """The names whose Spanish holds a word, whatever its case.

    >>> names_with("campo magn")
    ['no-strong-field', 'strong-field']
    """
    wanted = word.casefold()
    return [name for name, said in EVENT_TEXTS.items() if wanted in said.casefold()]


# ---- Event logs of meters: what people call them, and a list of them as it is kept.

#: What a meter bears whose logs nobody wants.
NO_LOGS = "-"
#: OBIS of a log -> what people call it; those of this house's meters [M].
LOG_NAMES: Mapping[str, str] = {
    "0.0.99.98.0": "Estándar: energía, reloj, fallas",
    "0.0.99.98.1": "Fraude: tapas, campo magnético, llaves",
    "0.0.99.98.2": "Relé: cortes y reconexiones",
    "0.0.99.98.3": "Calidad de la tensión",
    "0.0.99.98.4": "Comunicación",
    "0.0.99.98.5": "Prepago: tokens y crédito",
}
_LOG_CODE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){4,5}")
_LENGTH_MAX = 200


def kept_logs(codes: Iterable[str]) -> str:
    """A list of logs as it is kept: five groups each, apart by spaces, each once.

    Raises:
        UnableToConfigure: one is no OBIS code, or there are too many.

    >>> kept_logs(["0.0.99.98.1.255", "0.0.99.98.1"])
    '0.0.99.98.1'
    """
    wanted = [code.strip() for code in codes if code.strip()]
    wrong = next((code for code in wanted if not _LOG_CODE.fullmatch(code)), None)
    if wrong is not None:
        raise UnableToConfigure(f"{wrong[:40]} no es el código OBIS de una bitácora, como 0.0.99.98.0.")
    kept = " ".join(dict.fromkeys(map(obis_of, wanted)))
    if len(kept) > _LENGTH_MAX:
        raise UnableToConfigure("Son demasiadas bitácoras.")
    return kept
