"""What people are told of an event: a table from the names that meters and concentrators use to Spanish.

What is not in the table keeps its number and its log, so that it can be looked up at the maker's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from system.head_end.acquisition.event_names import name_of

#: Name of an event -> what happened, in Spanish.
WORDS: Mapping[str, str] = {
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
class Words:
    """An event in words.

    Args:
        what: Spanish.
        detail: what else is known, as it came; may be empty.
    """

    what: str
    detail: str = ""


def words_of(log: str, code: int, name: str, detail: str = "") -> Words:
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
            return words_of(passed["log"], number, name_of(number))
    if name in _PASSED_ON_NAMES and detail == "push":
        return Words(f"{WORDS[name]}: avisó por sí mismo")
    if name in WORDS:
        return Words(WORDS[name], detail)
    if not name or _UNKNOWN.fullmatch(name):
        return Words(f"Evento {code} de la bitácora {log}", detail)
    return Words(name, detail)


def names_with(word: str) -> list[str]:
    """The names whose Spanish holds a word, whatever its case.

    >>> names_with("campo magn")
    ['no-strong-field', 'strong-field']
    """
    wanted = word.casefold()
    return [name for name, said in WORDS.items() if wanted in said.casefold()]
