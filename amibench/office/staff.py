"""Who works in a village's office."""

from collections.abc import Callable

from system.demo.village import DemoUser

#: Username, role, name; in the order in which they are shown.
_STAFF = (
    ("cajero", "cashier", "Marleny Torrado"),
    ("supervisor", "supervisor", "Efraín Solano"),
    ("operador", "operator", "Diana Meneses"),
    ("administrador", "administrator", "Gustavo Ropero"),
    ("auditor", "auditor", "Pilar Barbosa"),
)


def staff(password: Callable[[], str]) -> tuple[DemoUser, ...]:
    """One user of each role.

    Args:
        password: makes one; asked once for each.
    """
    return tuple(DemoUser(username, role, password(), name) for username, role, name in _STAFF)
