"""Tickets of 58 mm: of a sale, and the slip of a shift or day (Z); and the printer's device."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from system.terminal.book import BookedSale, Shift, stored_inputs
from system.terminal.customer_account import CONSERVATIVE
from system.terminal.open_terminal import OpenTerminal
from system.terminal.totals import SalesTotals, office_position, totals_of
from system.vending.pricing import price_sale
from system.vending.pricing.explain import kwh, pesos
from system.vending.pricing.serialization import from_json
from system.vending.ticket import Ticket, TicketLine, lay_out
from system.vending.ticket.escpos import printer_bytes
from system.vending.ticket.layout import (
    RULE,
    Style,
    TicketBuyer,
    TicketFacts,
    TicketProvider,
    TicketToken,
    local_time,
    pair,
    wrapped,
)


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


_PROVISIONAL = "Precio provisional: si pagó de más, la oficina se lo abona."
_NO_METER = {"sgc": "-", "krn": "-", "ti": "-", "ea": "-"}


def ticket_of(desk: OpenTerminal, row: BookedSale, copy: int = 1) -> Ticket:
    """The ticket of a sale, as the counter's own would look."""
    said, pack = row.content, desk.selling().pack
    provider = pack.provider
    careful = (_PROVISIONAL,) if CONSERVATIVE in said["flags"] else ()
    return lay_out(
        TicketFacts(
            provider=TicketProvider(
                provider.name, provider.nit, provider.contact, (*provider.ticket_lines, *careful)
            ),
            buyer=TicketBuyer(
                row.said["name"],
                said["installation"],
                row.said["place"],
                row.said["estrato"],
                said["drn"],
                row.said["meter"] or _NO_METER,
            ),
            number=said["number"],
            at=row.at,
            point_of_sale=pack.point_of_sale.name,
            seller=seller_of(desk, said["operator"]),
            tokens=tuple(TicketToken("Recarga", token["digits"]) for token in said["tokens"]),
            amount_c=said["amount_c"],
            units=said["units"],
            quote=price_sale(from_json(stored_inputs(row))),
            test=pack.test,
            previous=desk.book.previous_at(said["installation"], row.entry),
        ),
        copy,
    )


def z_slip(desk: OpenTerminal, *, day: date | None = None, shift: Shift | None = None) -> Ticket:
    """The slip of a shift, or of a business day; its square code names the last entry of the chain."""
    sums = totals_of(desk, day=day, shift_id=None if shift is None else shift.shift_id)
    lines = (*_z_head(desk, day, shift), *_z_sums(sums), *_z_cash(shift, sums), *_z_position(desk))
    number, last_hash = desk.book.last
    code = f"Z {desk.selling().pack.point_of_sale.code} {number} {last_hash[:16]}"
    return Ticket((*lines, TicketLine(f"Asiento {number} {last_hash[:8]}", centred=True)), code, False, 1)


def seller_of(desk: OpenTerminal, username: str) -> str:
    """Name of an operator; his user name where the pack knows him no more."""
    for one in desk.selling().pack.operators:
        if one.username == username:
            return one.name
    return username


def _z_head(desk: OpenTerminal, day: date | None, shift: Shift | None) -> Iterator[TicketLine]:
    pack = desk.selling().pack
    yield from wrapped(pack.provider.name, Style.TITLE, centred=True)
    yield TicketLine(f"NIT {pack.provider.nit}", centred=True)
    yield TicketLine("CIERRE DE TURNO" if shift else "VENTAS DEL DÍA", Style.BOLD, centred=True)
    if pack.test:
        yield TicketLine("*** PRUEBA ***", Style.TITLE, centred=True)
    yield pair("Punto", pack.point_of_sale.name)
    if shift is not None:
        yield pair("Vendió", seller_of(desk, shift.operator))
        yield pair("Desde", local_time(shift.opened_at))
        yield pair("Hasta", local_time(shift.closed_at) if shift.closed_at else "abierto")
    if day is not None:
        yield pair("Día", day.isoformat())
    yield pair("Impreso", local_time(desk.now()))
    yield RULE


def _z_sums(sums: SalesTotals) -> Iterator[TicketLine]:
    yield pair("Ventas", str(sums.sales), Style.BOLD)
    if sums.sales:
        yield pair("Del", sums.first)
        yield pair("Al", sums.last)
    yield pair("Energía", f"{kwh(sums.units)} kWh")
    yield pair("RECIBIDO", pesos(sums.amount_c), Style.BOLD)
    yield pair("  por energía", pesos(sums.energy_c))
    yield pair("  por deudas y aseo", pesos(sums.deducted_c))
    yield pair("  saldos a favor", pesos_signed(sums.amount_c - sums.energy_c - sums.deducted_c))
    yield pair("Tiquetes impresos", str(sums.copies))
    yield RULE


def _z_cash(shift: Shift | None, sums: SalesTotals) -> Iterator[TicketLine]:
    if shift is None or shift.counted_c is None:
        return
    yield pair("Contado", pesos(shift.counted_c))
    yield pair("Diferencia", pesos_signed(shift.counted_c - sums.amount_c), Style.BOLD)
    yield RULE


def _z_position(desk: OpenTerminal) -> Iterator[TicketLine]:
    position = office_position(desk)
    yield pair("Por entregar", pesos_signed(position.due_c), Style.BOLD)
    yield pair("Cupo que queda", pesos(position.left_c))
    yield RULE


def pesos_signed(amount_c: int) -> str:
    """Centavos as pesos, with the sign in front."""
    return pesos(amount_c) if amount_c >= 0 else f"-{pesos(-amount_c)}"
