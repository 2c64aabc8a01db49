"""Roles, operations, and which role may do which: one table, read by pages, API and matrix test."""

from collections.abc import Mapping
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

#: Operation -> roles that may do it.
PERMITTED_ROLES: Mapping[Operation, frozenset[Role]] = {
    Operation.SEE_HOME: frozenset(Role),
    Operation.SEE_OWN_ACCOUNT: frozenset({Role.SUBSCRIBER}),
    Operation.SEE_CUSTOMERS: _READERS | {Role.CASHIER},
    Operation.EDIT_CUSTOMERS: _STAFF,
    Operation.IMPORT_REGISTRY: _STAFF,
    Operation.EXPORT_PERSONAL_DATA: _CHIEFS,
    Operation.ERASE_PERSONAL_DATA: _CHIEFS,
    Operation.SEE_DEVICES: _READERS,
    Operation.EDIT_DEVICES: _STAFF,
    Operation.SEE_TARIFFS: _READERS | {Role.CASHIER},
    Operation.EDIT_TARIFFS: _CHIEFS,
    Operation.SEE_OBLIGATIONS: _READERS,
    Operation.EDIT_OBLIGATIONS: _CHIEFS,
    Operation.SELL: _SELLERS,
    Operation.SEE_SALES: _READERS | {Role.CASHIER},
    Operation.REPRINT: _SELLERS,
    Operation.REVERSE_SALE: _CHIEFS,
    Operation.FREE_ISSUE: _CHIEFS,
    Operation.KEY_CHANGE: _CHIEFS,
    Operation.MANAGEMENT_TOKEN: _STAFF,
    Operation.OPERATE_SHIFT: _SELLERS,
    Operation.RECEIVE_DEPOSIT: _CHIEFS,
    Operation.MANAGE_POINTS_OF_SALE: _CHIEFS,
    Operation.SEE_REPORTS: _READERS,
    Operation.APPROVE: _CHIEFS,
    Operation.MANAGE_USERS: frozenset({Role.ADMINISTRATOR}),
    Operation.SEE_AUDIT: frozenset({Role.ADMINISTRATOR, Role.AUDITOR}),
    Operation.MASS_DISCONNECT: _CHIEFS,
    Operation.SEE_FIELD: _READERS,
    Operation.MANAGE_FIELD: _CHIEFS,
    Operation.CONFIRM_REGISTRATION: _STAFF,
    Operation.READ_METER: _STAFF,
    Operation.SEND_ORDER: _STAFF,
    Operation.CANCEL_ORDER: _STAFF,
    Operation.DELIVER_TOKEN: _SELLERS,
    Operation.MANAGE_NETWORKS: _CHIEFS,
    Operation.SCHEDULE_REPORTS: _CHIEFS,
    Operation.SEE_TERMINALS: _READERS,
    Operation.MANAGE_TERMINALS: _CHIEFS,
    Operation.SETTLE_TERMINAL: _STAFF,
}

#: Operations that a second person must approve (R4.1-02).
FOUR_EYES: frozenset[Operation] = frozenset(
    {Operation.FREE_ISSUE, Operation.REVERSE_SALE, Operation.KEY_CHANGE, Operation.MASS_DISCONNECT}
)


def may(role: str, operation: Operation) -> bool:
    """True where a role may do an operation; an unknown role may do nothing."""
    return role in PERMITTED_ROLES[operation]
