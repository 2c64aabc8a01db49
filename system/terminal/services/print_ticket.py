"""Print a ticket: each copy is an entry, from the second on the ticket says that it is one."""

from uuid import UUID

from system.terminal.desk import Desk
from system.terminal.errors import TerminalRefused
from system.terminal.services.recover import recover, writing
from system.terminal.tickets import ticket_of
from system.vending.ticket import Ticket


def print_ticket(desk: Desk, sale_id: UUID) -> Ticket:
    """Count a copy, and the ticket of it. Paper out in the middle: print again; nothing is minted again.

    Raises:
        TerminalRefused: ``unknown-sale`` or ``disk``.
    """
    with desk.turn, writing(desk):
        recover(desk)
        row = desk.book.sale(sale_id)
        if row is None:
            raise TerminalRefused("unknown-sale")
        return ticket_of(desk, row, desk.book.count_copy(sale_id, desk.later()))
