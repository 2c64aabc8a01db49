"""A ticket as bytes for a 58 mm thermal printer (ESC/POS)."""

from typing import Any

from system.vending.ticket.layout import Style, Ticket

#: How a style is set; a title and a token are as wide and as high as the printer can.
_SET: dict[Style, dict[str, Any]] = {
    Style.PLAIN: {"bold": False, "normal_textsize": True},
    Style.RULE: {"bold": False, "normal_textsize": True},
    Style.BOLD: {"bold": True, "normal_textsize": True},
    Style.TITLE: {"bold": True, "double_width": True, "double_height": True},
    Style.TOKEN: {"bold": True, "double_width": True, "double_height": True},
}
_CODE_SIZE = 6


def printer_bytes(ticket: Ticket) -> bytes:
    """Octets for the printer: lines, the square code, and a cut."""
    from escpos.printer import Dummy  # here: at the start of every process it would cost half a second

    printer = Dummy()
    printer.hw("INIT")
    for line in ticket.lines:
        printer.set(align="center" if line.centred else "left", **_SET[line.style])
        printer.textln(line.text)
    printer.set(align="center", bold=False, normal_textsize=True)
    printer.qr(ticket.code, size=_CODE_SIZE, native=True)
    printer.ln(1)
    printer.cut()
    output: bytes = printer.output
    return output
