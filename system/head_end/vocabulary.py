"""Words of the head-end that its store, its collector and its pages share: plain, without Django.

Readings, events and orders are named as in IEC 61968-9 (CIM): end-device controls, meter readings, end-device
events.
"""

from collections.abc import Mapping
from enum import StrEnum


class ChannelKind(StrEnum):
    """A way into the field."""

    CONCENTRATOR = "concentrator"
    DIRECT = "direct"


#: How often a concentrator's uplink is asked where nobody set another value, s: an event is in the books
#: within a minute (requirement A-01).
POLL_S = 45


class OrderKind(StrEnum):
    """Kind of an order to a meter."""

    READ = "read"
    TOKEN = "token"  # noqa: S105 - a name
    CUT = "cut"
    RECONNECT = "reconnect"
    CLOCK = "clock"
    MODE = "mode"


ORDER_NAMES: Mapping[OrderKind, str] = {
    OrderKind.READ: "Lectura",
    OrderKind.TOKEN: "Entrega de token",
    OrderKind.CUT: "Corte",
    OrderKind.RECONNECT: "Reconexión",
    OrderKind.CLOCK: "Ajuste de reloj",
    OrderKind.MODE: "Modo prepago o pospago",
}


class OrderState(StrEnum):
    """State of an order. `UNSURE`: it was sent, and the meter's outcome is unknown yet."""

    WAITING = "waiting"
    RUNNING = "running"
    UNSURE = "unsure"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"


#: States that nothing leaves.
ENDED = frozenset(
    {OrderState.DONE, OrderState.REFUSED, OrderState.FAILED, OrderState.EXPIRED, OrderState.CANCELLED}
)


class Source(StrEnum):
    """Source of a value."""

    PROFILE = "profile"
    ON_DEMAND = "on-demand"
    PUSH = "push"
    CONCENTRATOR = "concentrator"


class Registration(StrEnum):
    """Registration of a device that was found in the field."""

    FOUND = "found"
    CONFIRMED = "confirmed"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"


class Reason(StrEnum):
    """Reason of a failure, as far as can be told from here."""

    UNREACHABLE = "unreachable"
    NO_UPLINK = "no-uplink"
    METER_SILENT = "meter-silent"
    LINE_LOST = "line-lost"
    WRONG_KEY = "wrong-key"
    NO_KEY = "no-key"
    ASSOCIATION_REFUSED = "association-refused"
    COUNTER_REFUSED = "counter-refused"
    ACCESS_REFUSED = "access-refused"
    NOT_SUPPORTED = "not-supported"
    WRONG_SERIAL = "wrong-serial"
    CLOCK_OFF = "clock-off"
    REGISTER_WRAPPED = "register-wrapped"
    SCALER_CHANGED = "scaler-changed"
    HOSTILE = "hostile"
    NOT_UNDERSTOOD = "not-understood"
    UNKNOWN_METER = "unknown-meter"
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - a name
    STATE_NOT_REACHED = "state-not-reached"
    DEADLINE = "deadline"
    COLLECTOR_STOPPED = "collector-stopped"


#: What people are told; a sentence that says what happened and where to look first.
REASON_SENTENCES: Mapping[Reason, str] = {
    Reason.UNREACHABLE: "El concentrador o el medidor no acepta la conexión: revise su energía y su red.",
    Reason.NO_UPLINK: "El concentrador responde, pero no por su canal de gestión: revise su clave de enlace.",
    Reason.METER_SILENT: "El concentrador responde y el medidor no: revise la línea, el fusible y el ruido.",
    Reason.LINE_LOST: "La comunicación se cortó a la mitad; se intentará de nuevo.",
    Reason.WRONG_KEY: "El medidor no reconoce nuestra llave DLMS: revise las llaves del fabricante.",
    Reason.NO_KEY: "No hay llaves DLMS de este medidor en el archivo de llaves del recolector.",
    Reason.ASSOCIATION_REFUSED: "El medidor rechazó la asociación: revise el perfil de acceso configurado.",
    Reason.COUNTER_REFUSED: "El medidor rechazó el contador de mensajes; se volverá a leer y a intentar.",
    Reason.ACCESS_REFUSED: "El medidor no deja leer o escribir ese objeto con este usuario.",
    Reason.NOT_SUPPORTED: "El medidor no tiene uno de los registros pedidos: revise los códigos OBIS.",
    Reason.WRONG_SERIAL: "En esa dirección contestó otro medidor: está en cuarentena.",
    Reason.CLOCK_OFF: "El reloj del medidor está demasiado corrido: sus lecturas quedaron en cuarentena.",
    Reason.REGISTER_WRAPPED: "Un registro volvió a empezar: la lectura quedó marcada para revisar.",
    Reason.SCALER_CHANGED: "El medidor cambió la escala o la unidad de un registro: está en cuarentena.",
    Reason.HOSTILE: "El equipo envió datos sin fin o sin sentido: se cortó la sesión.",
    Reason.NOT_UNDERSTOOD: "La respuesta del medidor no se entiende.",
    Reason.UNKNOWN_METER: "El concentrador no conoce ese medidor.",
    Reason.TOKEN_REFUSED: "El medidor no aceptó el token.",
    Reason.STATE_NOT_REACHED: "El relé no llegó al estado pedido.",
    Reason.DEADLINE: "Se venció el plazo sin lograrlo.",
    Reason.COLLECTOR_STOPPED: "El recolector se detuvo antes de terminar; se intentará de nuevo.",
}
