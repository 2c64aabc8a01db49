"""End-device events in Spanish, by the names of `protocols.field.events`, and the event logs of meters.

An event that is not in that table keeps its number and its log, so that it can be looked up at the maker's.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from protocols.dlms.obis import obis_of
from protocols.field.events import LogKind, event_name
from system.head_end.errors import UnableToConfigure

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
#: Details as this house's devices and our listener write them -> Spanish, with the parts of the pattern.
_DETAILS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), text)
    for pattern, text in (
        (
            r"(-?[\d.]+) %: (-?\d+) Wh at the transformer, (-?\d+) Wh at (\d+) % of the meters",
            "{0} %: {1} Wh en el transformador, {2} Wh en el {3} % de los medidores",
        ),
        (r"rows (\d+) to (\d+)", "filas {0} a {1}"),
        (r"acknowledged through (\d+)", "acusadas hasta la fila {0}"),
        (r"(\d+) plans", "{0} planes"),
        (r"log ([\d.]+)", "bitácora {0}"),
        (r"(\d+) values", "{0} valores"),
        (r"(\d+) values without scaler", "{0} valores sin escala"),
        (r"clock ([+-]\d+) s", "reloj {0} s"),
        (r"([+-][\d.]+) s", "{0} s"),
        (r"(\d+ × \S+): .*", "{0}"),
    )
)


@dataclass(frozen=True, slots=True)
class EventDescription:
    """Description of an event in Spanish.

    Args:
        what: Spanish.
        detail: what else is known, in Spanish; the words of a device in quotation marks; may be empty.
    """

    what: str
    detail: str = ""


def describe_event(log: str, code: int, name: str, detail: str = "") -> EventDescription:
    """Description of an event for people.

    Args:
        log: OBIS of its log, or ``uplink``.
        code: its number there.
        name: as the collector named it.
        detail: as the device wrote it.

    >>> describe_event("0.0.99.98.1", 42, "strong-field")
    EventDescription(what='Campo magnético fuerte', detail='')
    >>> describe_event("0.0.99.98.0", 777, "event-777").what
    'Evento 777 de la bitácora 0.0.99.98.0'
    >>> describe_event("uplink", 7, "meter-alarm", "0.0.99.98.1 40 @1790000000").what
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
        return EventDescription(EVENT_TEXTS[name], _spanish_detail(detail))
    if not name or _UNKNOWN.fullmatch(name):
        name = f"Evento {code} de la bitácora {log}"
    return EventDescription(name, _spanish_detail(detail))


def _spanish_detail(detail: str) -> str:
    """Detail of an event in Spanish; a text of a device that is none of the known ones is quoted.

    >>> _spanish_detail("34.1 %: 11260 Wh at the transformer, 7420 Wh at 100 % of the meters")
    '34,1 %: 11260 Wh en el transformador, 7420 Wh en el 100 % de los medidores'
    >>> _spanish_detail("log 0.0.99.98.1, clock +61 s"), _spanish_detail("grid lost")
    ('bitácora 0.0.99.98.1, reloj +61 s', '«grid lost»')
    """
    if not detail:
        return ""
    whole = _known_detail(detail)
    if whole is not None:
        return whole
    parts = [_known_detail(part) for part in detail.split(", ")]
    if None not in parts:
        return ", ".join(part for part in parts if part is not None)
    return f"«{detail}»" if " " in detail else detail


def _known_detail(detail: str) -> str | None:
    for pattern, text in _DETAILS:
        found = pattern.fullmatch(detail)
        if found is not None:
            return text.format(*(_decimal_comma(group) for group in found.groups()))
    return None


def _decimal_comma(number: str) -> str:
    return number.replace(".", ",") if re.fullmatch(r"[+-]?\d+\.\d+", number) else number


def names_matching(word: str) -> list[str]:
    """The names whose Spanish holds a word, whatever its case.

    >>> names_matching("campo magn")
    ['no-strong-field', 'strong-field']
    """
    wanted = word.casefold()
    return [name for name, said in EVENT_TEXTS.items() if wanted in said.casefold()]


#: Value of a meter whose logs are not read.
NO_LOGS = "-"
#: OBIS of a log -> what people call it; those of this house's meters [M].
LOG_NAMES: Mapping[str, str] = {
    LogKind.STANDARD.obis: "Estándar: energía, reloj, fallas",
    LogKind.FRAUD.obis: "Fraude: tapas, campo magnético, llaves",
    LogKind.DISCONNECTOR.obis: "Relé: cortes y reconexiones",
    LogKind.QUALITY.obis: "Calidad de la tensión",
    LogKind.COMMUNICATION.obis: "Comunicación",
    LogKind.PREPAYMENT.obis: "Prepago: tokens y crédito",
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
