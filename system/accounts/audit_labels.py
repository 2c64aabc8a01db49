"""Spanish names of operations, audit actions and their details, for pages; the trail keeps codes."""

from collections.abc import Mapping
from typing import Any

from system.accounts.permissions import ROLE_LABELS, Operation

OPERATION_LABELS: Mapping[Operation, str] = {
    Operation.SEE_HOME: "Ver el inicio",
    Operation.SEE_OWN_ACCOUNT: "Ver la cuenta propia",
    Operation.SEE_CUSTOMERS: "Ver clientes",
    Operation.EDIT_CUSTOMERS: "Editar clientes",
    Operation.IMPORT_REGISTRY: "Importar el registro",
    Operation.EXPORT_PERSONAL_DATA: "Exportar datos personales",
    Operation.ERASE_PERSONAL_DATA: "Borrar datos personales",
    Operation.SEE_DEVICES: "Ver dispositivos",
    Operation.EDIT_DEVICES: "Editar dispositivos",
    Operation.SEE_TARIFFS: "Ver tarifas",
    Operation.EDIT_TARIFFS: "Editar tarifas",
    Operation.SEE_OBLIGATIONS: "Ver obligaciones",
    Operation.EDIT_OBLIGATIONS: "Editar obligaciones",
    Operation.SELL: "Vender",
    Operation.SEE_SALES: "Ver ventas",
    Operation.REPRINT: "Reimprimir un tiquete",
    Operation.REVERSE_SALE: "Reversar una venta",
    Operation.FREE_ISSUE: "Entrega sin cobro",
    Operation.KEY_CHANGE: "Cambio de llave",
    Operation.MANAGEMENT_TOKEN: "Token de gestión",
    Operation.OPERATE_SHIFT: "Manejar un turno",
    Operation.RECEIVE_DEPOSIT: "Recibir un depósito",
    Operation.MANAGE_POINTS_OF_SALE: "Administrar puntos de venta",
    Operation.SEE_REPORTS: "Ver reportes",
    Operation.APPROVE: "Aprobar",
    Operation.MANAGE_USERS: "Administrar usuarios",
    Operation.SEE_AUDIT: "Ver la auditoría",
    Operation.MASS_DISCONNECT: "Desconexión masiva",
    Operation.SEE_FIELD: "Ver el campo",
    Operation.MANAGE_FIELD: "Configurar el campo",
    Operation.CONFIRM_REGISTRATION: "Confirmar medidores",
    Operation.READ_METER: "Leer un medidor",
    Operation.SEND_ORDER: "Enviar una orden",
    Operation.CANCEL_ORDER: "Anular una orden",
    Operation.DELIVER_TOKEN: "Entregar un token",
    Operation.MANAGE_NETWORKS: "Administrar redes de venta",
    Operation.SCHEDULE_REPORTS: "Programar reportes",
    Operation.SEE_TERMINALS: "Ver terminales",
    Operation.MANAGE_TERMINALS: "Administrar terminales",
    Operation.SETTLE_TERMINAL: "Liquidar terminales",
}
#: Actions of the trail that are no operations of a user.
_OTHER_ACTIONS: Mapping[str, str] = {
    "agreement.follow-meter": "Seguir el modo del medidor",
    "audit.check": "Verificar la auditoría",
    "bill.issue": "Emitir facturas",
    "consent": "Autorización de datos",
    "login.in": "Ingreso",
    "login.lock": "Bloqueo de ingreso",
    "login.mfa": "Segundo factor",
    "login.out": "Salida",
    "login.password": "Cambio de contraseña",
    "reports.download": "Descargar un reporte",
    "reports.export": "Exportar un reporte",
    "reports.made": "Reporte programado",
}
#: Endings of an operation's action: what became of it.
_ENDINGS: Mapping[str, str] = {
    "approve": "aprobada",
    "ask": "pedida",
    "drop": "descartada",
    "end": "terminada",
    "reject": "rechazada",
}
_DETAILS: Mapping[str, str] = {
    "accepted": "aceptó",
    "access": "perfil de acceso",
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
