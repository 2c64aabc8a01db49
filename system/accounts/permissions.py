"""Roles, operations, and which role may do which: one table, read by pages, API and matrix test."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """Role of a user at his provider."""

    ADMINISTRATOR = "administrator"
    SUPERVISOR = "supervisor"
    OPERATOR = "operator"
    CASHIER = "cashier"
    AUDITOR = "auditor"
    SUBSCRIBER = "subscriber"


ROLE_LABELS: dict[Role, str] = {
    Role.ADMINISTRATOR: "Administrador",
    Role.SUPERVISOR: "Supervisor",
    Role.OPERATOR: "Operador",
    Role.CASHIER: "Cajero",
    Role.AUDITOR: "Auditor",
    Role.SUBSCRIBER: "Suscriptor",
}


class Operation(StrEnum):
    """Everything that a page or a route may do; the value is the code in the audit trail."""

    SEE_HOME = "home.see"
    SEE_OWN_ACCOUNT = "account.see-own"
    SEE_CUSTOMERS = "customers.see"
    EDIT_CUSTOMERS = "customers.edit"
    IMPORT_REGISTRY = "registry.import"
    EXPORT_PERSONAL_DATA = "personal-data.export"
    ERASE_PERSONAL_DATA = "personal-data.erase"
    SEE_DEVICES = "devices.see"
    EDIT_DEVICES = "devices.edit"
    SEE_TARIFFS = "tariffs.see"
    EDIT_TARIFFS = "tariffs.edit"
    SEE_OBLIGATIONS = "obligations.see"
    EDIT_OBLIGATIONS = "obligations.edit"
    SELL = "sale.sell"
    SEE_SALES = "sales.see"
    REPRINT = "sale.reprint"
    REVERSE_SALE = "sale.reverse"
    FREE_ISSUE = "token.free-issue"
    KEY_CHANGE = "token.key-change"
    MANAGEMENT_TOKEN = "token.management"  # noqa: S105 - a name
    OPERATE_SHIFT = "shift.operate"
    RECEIVE_DEPOSIT = "deposit.receive"
    MANAGE_POINTS_OF_SALE = "points-of-sale.manage"
    SEE_REPORTS = "reports.see"
    APPROVE = "approval.approve"
    MANAGE_USERS = "users.manage"
    SEE_AUDIT = "audit.see"
    MASS_DISCONNECT = "order.mass-disconnect"
    SEE_FIELD = "field.see"
    MANAGE_FIELD = "field.manage"
    CONFIRM_REGISTRATION = "field.confirm"
    READ_METER = "field.read"
    SEND_ORDER = "order.send"
    CANCEL_ORDER = "order.cancel"
    DELIVER_TOKEN = "token.deliver"  # noqa: S105 - a name
    MANAGE_NETWORKS = "networks.manage"
    SCHEDULE_REPORTS = "reports.schedule"
    SEE_TERMINALS = "terminals.see"
    MANAGE_TERMINALS = "terminals.manage"
    SETTLE_TERMINAL = "terminals.settle"


_STAFF = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR, Role.OPERATOR})
_READERS = _STAFF | {Role.AUDITOR}
_SELLERS = frozenset({Role.CASHIER, Role.OPERATOR, Role.SUPERVISOR})
_CHIEFS = frozenset({Role.ADMINISTRATOR, Role.SUPERVISOR})


@dataclass(frozen=True, slots=True)
class Permission:
    """Row of the table.

    Args:
        label: Spanish, for pages and the audit trail.
        roles: that may do the operation.
    """

    label: str
    roles: frozenset[Role]


#: One row for each operation.
PERMISSIONS: Mapping[Operation, Permission] = {
    Operation.SEE_HOME: Permission("Ver el inicio", frozenset(Role)),
    Operation.SEE_OWN_ACCOUNT: Permission("Ver la cuenta propia", frozenset({Role.SUBSCRIBER})),
    Operation.SEE_CUSTOMERS: Permission("Ver clientes", _READERS | {Role.CASHIER}),
    Operation.EDIT_CUSTOMERS: Permission("Editar clientes", _STAFF),
    Operation.IMPORT_REGISTRY: Permission("Importar el registro", _STAFF),
    Operation.EXPORT_PERSONAL_DATA: Permission("Exportar datos personales", _CHIEFS),
    Operation.ERASE_PERSONAL_DATA: Permission("Borrar datos personales", _CHIEFS),
    Operation.SEE_DEVICES: Permission("Ver dispositivos", _READERS),
    Operation.EDIT_DEVICES: Permission("Editar dispositivos", _STAFF),
    Operation.SEE_TARIFFS: Permission("Ver tarifas", _READERS | {Role.CASHIER}),
    Operation.EDIT_TARIFFS: Permission("Editar tarifas", _CHIEFS),
    Operation.SEE_OBLIGATIONS: Permission("Ver obligaciones", _READERS),
    Operation.EDIT_OBLIGATIONS: Permission("Editar obligaciones", _CHIEFS),
    Operation.SELL: Permission("Vender", _SELLERS),
    Operation.SEE_SALES: Permission("Ver ventas", _READERS | {Role.CASHIER}),
    Operation.REPRINT: Permission("Reimprimir un tiquete", _SELLERS),
    Operation.REVERSE_SALE: Permission("Reversar una venta", _CHIEFS),
    Operation.FREE_ISSUE: Permission("Entrega sin cobro", _CHIEFS),
    Operation.KEY_CHANGE: Permission("Cambio de llave", _CHIEFS),
    Operation.MANAGEMENT_TOKEN: Permission("Token de gestión", _STAFF),
    Operation.OPERATE_SHIFT: Permission("Manejar un turno", _SELLERS),
    Operation.RECEIVE_DEPOSIT: Permission("Recibir una consignación", _CHIEFS),
    Operation.MANAGE_POINTS_OF_SALE: Permission("Administrar puntos de venta", _CHIEFS),
    Operation.SEE_REPORTS: Permission("Ver informes", _READERS),
    Operation.APPROVE: Permission("Aprobar", _CHIEFS),
    Operation.MANAGE_USERS: Permission("Administrar usuarios", frozenset({Role.ADMINISTRATOR})),
    Operation.SEE_AUDIT: Permission("Ver la auditoría", frozenset({Role.ADMINISTRATOR, Role.AUDITOR})),
    Operation.MASS_DISCONNECT: Permission("Desconexión masiva", _CHIEFS),
    Operation.SEE_FIELD: Permission("Ver el campo", _READERS),
    Operation.MANAGE_FIELD: Permission("Configurar el campo", _CHIEFS),
    Operation.CONFIRM_REGISTRATION: Permission("Confirmar medidores", _STAFF),
    Operation.READ_METER: Permission("Leer un medidor", _STAFF),
    Operation.SEND_ORDER: Permission("Enviar una orden", _STAFF),
    Operation.CANCEL_ORDER: Permission("Anular una orden", _STAFF),
    Operation.DELIVER_TOKEN: Permission("Entregar un token", _SELLERS),
    Operation.MANAGE_NETWORKS: Permission("Administrar redes externas", _CHIEFS),
    Operation.SCHEDULE_REPORTS: Permission("Programar informes", _CHIEFS),
    Operation.SEE_TERMINALS: Permission("Ver terminales", _READERS),
    Operation.MANAGE_TERMINALS: Permission("Administrar terminales", _CHIEFS),
    Operation.SETTLE_TERMINAL: Permission("Liquidar terminales", _STAFF),
}

#: Operations that a second person must approve (R4.1-02).
FOUR_EYES: frozenset[Operation] = frozenset(
    {Operation.FREE_ISSUE, Operation.REVERSE_SALE, Operation.KEY_CHANGE, Operation.MASS_DISCONNECT}
)


def may(role: str, operation: Operation) -> bool:
    """True where a role may do an operation; an unknown role may do nothing."""
    return role in PERMISSIONS[operation].roles
