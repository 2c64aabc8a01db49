"""Spanish names of operations, audit actions and their details, for pages; the trail keeps codes."""

from collections.abc import Mapping
from typing import Any

from system.accounts.permissions import PERMISSIONS, ROLE_LABELS, Operation

OPERATION_LABELS: Mapping[Operation, str] = {operation: row.label for operation, row in PERMISSIONS.items()}
#: Actions of the trail that are no operations of a user.
_OTHER_ACTIONS: Mapping[str, str] = {
    "agreement.follow-meter": "Seguir el modo del medidor",
    "audit.check": "Verificar la auditoría",
    "bill.issue": "Emitir facturas",
    "consent": "Autorización de datos",
    "login.code": "Código del segundo factor",
    "login.in": "Ingreso",
    "login.lock": "Bloqueo de ingreso",
    "login.mfa": "Segundo factor",
    "login.out": "Salida",
    "login.password": "Cambio de contraseña",
    "reports.download": "Descargar un reporte",
    "reports.export": "Exportar un reporte",
    "reports.made": "Reporte programado",
    "sale.recovered": "Venta recuperada del módulo de seguridad",
    "network.price": "Red externa: consultar precio",
    "network.read-customer-name": "Red externa: ver el nombre del suscriptor",
    "network.sell": "Red externa: vender",
    "network.deliver-token": "Red externa: entregar un token",
    "network.read-delivery": "Red externa: consultar una entrega",
    "network.settlement": "Red externa: descargar liquidaciones",
    "network.webhooks": "Red externa: ver y reintentar avisos",
}
#: Endings of an operation's action: its outcome, or a step of it.
_ENDINGS: Mapping[str, str] = {
    "approve": "aprobada",
    "ask": "pedida",
    "drop": "descartada",
    "end": "terminada",
    "reject": "rechazada",
    "plan": "planeada",
    "stop": "detenida",
    "create": "crear",
    "limit": "cupo",
    "terms": "condiciones",
    "suspend": "suspender",
    "resume": "reactivar",
    "delivery": "canal de envío",
    "key-issue": "entregar una llave",
    "key-revoke": "retirar una llave",
    "remote-add": "agregar una cabecera",
    "remote-key": "llave de una cabecera",
    "remote-switch": "activar o detener una cabecera",
    "webhook-add": "agregar una dirección de avisos",
    "webhook-resume": "reactivar una dirección de avisos",
    "webhook-stop": "detener una dirección de avisos",
    "webhook-secret": "secreto nuevo de avisos",
    "webhook-resend": "reenviar un aviso",
}
_DETAILS: Mapping[str, str] = {
    "accepted": "aceptó",
    "access": "perfil de acceso",
    "active": "activo",
    "by": "por",
    "cancelled": "anuladas",
    "change": "cambio",
    "channel": "canal",
    "consent": "autorización",
    "device": "dispositivo",
    "devices": "medidores",
    "factor": "factor",
    "file": "archivo",
    "former": "anterior",
    "from": "de",
    "group": "grupo",
    "identifier": "identificador",
    "kind": "clase",
    "logs": "bitácoras",
    "messages": "mensajes",
    "meters": "medidores",
    "mode": "modo",
    "name": "nombre",
    "network": "red",
    "number": "medidor",
    "opening_c": "base (centavos)",
    "order": "orden",
    "parameters": "parámetros",
    "password": "contraseña",
    "reason": "motivo",
    "recipients": "destinatarios",
    "report": "reporte",
    "role": "rol",
    "rows": "filas",
    "rule": "regla",
    "sale": "venta",
    "sap": "SAP",
    "state": "estado",
    "target": "llave nueva",
    "to": "a",
    "units": "décimas de kWh",
    "unknown_token": "token sin respuesta",
    "username": "usuario",
    "value": "valor",
    "values": "valores",
    "version": "versión",
    "what": "qué",
    "whole": "completo",
}
_VALUES: Mapping[str, str] = {
    **{role.value: label for role, label in ROLE_LABELS.items()},
    "availability": "disponibilidad",
    "clock": "ajuste de reloj",
    "confirmed": "confirmado",
    "cut": "corte",
    "found": "por confirmar",
    "postpaid": "pospago",
    "prepaid": "prepago",
    "quarantined": "en cuarentena",
    "read": "lectura",
    "reconnect": "reconexión",
    "rejected": "rechazado",
}


def action_label(action: str) -> str:
    """Spanish name of an action of the trail; its code where it has none.

    >>> action_label("order.mass-disconnect"), action_label("login.in")
    ('Desconexión masiva', 'Ingreso')
    """
    if action in list(Operation):
        return OPERATION_LABELS[Operation(action)]
    operation, _, ending = action.rpartition(".")
    if operation in list(Operation):
        return f"{OPERATION_LABELS[Operation(operation)]}: {_ENDINGS.get(ending, ending)}"
    return _OTHER_ACTIONS.get(action, action)


def detail_lines(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Names and values of a detail in Spanish; an empty value is left out.

    >>> detail_lines({"role": "cashier", "whole": True, "reason": ""})
    [('rol', 'Cajero'), ('completo', 'sí')]
    """
    return [
        (_DETAILS.get(name, name), _value(value))
        for name, value in detail.items()
        if value not in (None, "", [], {})
    ]


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "sí" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(_value, value))
    if isinstance(value, dict):
        return ", ".join(f"{name} {said}" for name, said in detail_lines(value))
    return _VALUES.get(str(value), str(value))
