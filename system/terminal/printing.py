"""Paper: the bytes of a ticket to a 58 mm printer that takes them as a file does."""

from pathlib import Path

from system.vending.ticket import Ticket
from system.vending.ticket.printer import printer_bytes


class UnableToPrint(Exception):
    """Nothing, or half of it, came out; one Spanish sentence. The sale stands: print again."""


def send_to_printer(device: str, ticket: Ticket) -> None:
    """Print a ticket.

    Args:
        device: for example ``/dev/usb/lp0``.
        ticket: what to print.

    Raises:
        UnableToPrint: no paper, no printer.
    """
    try:
        with Path(device).open("ab", buffering=0) as printer:
            printer.write(printer_bytes(ticket))
    except OSError as error:
        raise UnableToPrint(
            "La impresora no respondió: revise el papel y toque Imprimir otra vez. La venta ya está hecha."
        ) from error
