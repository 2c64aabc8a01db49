"""Who sells with a terminal, under a PIN that only he knows."""

import secrets

from protocols.offline.pin import SALT_OCTETS, verifier
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import security_now
from system.config.writer import writing
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import Terminal, TerminalOperator
from system.vending.offline.services.enrol import see_may
from system.vending.offline.services.telling import note

PIN_LEAST, PIN_MOST = 4, 8


def set_pin(user: User, terminal: Terminal, operator: User, pin: str) -> TerminalOperator:
    """Let somebody sell with a terminal, under a PIN that he alone knows; from the next pack on.

    Raises:
        OfflineRefused: not allowed, he may not sell, or the PIN is no PIN.
    """
    see_may(user, terminal)
    if operator.provider_id != terminal.provider_id or not operator.may(Operation.SELL):
        raise OfflineRefused("Esa persona no puede vender por este prestador.", "operator")
    if not (PIN_LEAST <= len(pin) <= PIN_MOST and pin.isascii() and pin.isdigit()) or len(set(pin)) == 1:
        raise OfflineRefused(f"El PIN son {PIN_LEAST} a {PIN_MOST} dígitos, no todos iguales.", "pin")
    salt = secrets.token_bytes(SALT_OCTETS)
    made = {"salt": salt.hex(), "verifier": verifier(pin, salt).hex(), "active": True}
    with writing():
        row, _ = TerminalOperator.objects.update_or_create(
            terminal=terminal,
            user=operator,
            defaults={**made, "provider_id": terminal.provider_id, "set_at": security_now()},
        )
        note(user, terminal, operation=Operation.MANAGE_TERMINALS, what="pin", operator=operator.pk)
    found: TerminalOperator = row
    return found


def remove_operator(user: User, terminal: Terminal, operator: User) -> None:
    """Take somebody out of the next pack.

    Raises:
        OfflineRefused: not allowed.
    """
    see_may(user, terminal)
    with writing():
        TerminalOperator.objects.filter(terminal=terminal, user=operator).update(active=False)
        note(user, terminal, operation=Operation.MANAGE_TERMINALS, what="remove", operator=operator.pk)
