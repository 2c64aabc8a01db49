"""Pages of sales: customer, amount, confirmation, token; sales of a day; ticket and Z."""

import io
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import qrcode
import qrcode.image.svg
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from system.config.clock import business_day
from system.terminal.errors import TerminalRefused
from system.terminal.pages.access import (
    add_refusal,
    centavos_of,
    id_of,
    operator_required,
    printer_device,
    the_terminal,
    username_of,
)
from system.terminal.services import Order, offer, print_ticket, sell
from system.terminal.tickets import UnableToPrint, send_to_printer, ticket_of, z_slip
from system.terminal.totals import office_position, totals_of_sales
from system.vending.pricing import LineKind
from system.vending.ticket import Ticket

# ------------ sale

#: Pesos that most people pay.
AMOUNTS = (2_000, 5_000, 10_000, 20_000, 50_000)


@require_safe
@operator_required
def customer_page(request: HttpRequest) -> HttpResponse:
    """Number keys, and who bears that number."""
    desk, typed = the_terminal(), request.GET.get("q", "")[:40]
    shift = desk.book.shift()
    if shift is None or shift.operator != username_of(request):
        add_refusal(request, TerminalRefused("no-shift"))
        return redirect("shift")
    found = desk.selling().find(typed)
    if len(found) == 1:
        return redirect("amount", found[0].installation)
    return render(request, "terminal/whom.html", {"typed": typed, "found": found})


@require_safe
@operator_required
def amount_page(request: HttpRequest, installation: str) -> HttpResponse:
    """Amount; with ``pesos`` what it buys, and the question."""
    desk = the_terminal()
    try:
        customer = desk.selling().customer(installation)
    except TerminalRefused as refused:
        add_refusal(request, refused)
        return redirect("whom")
    shown: dict[str, Any] = {"customer": customer, "amounts": AMOUNTS}
    if "pesos" not in request.GET:
        return render(request, "terminal/amount.html", shown)
    try:
        found = offer(desk, installation, centavos_of(request.GET["pesos"]))
    except TerminalRefused as refused:
        add_refusal(request, refused)
        return redirect("amount", installation)
    lines = [line for line in found.quote.lines if line.kind is not LineKind.ENERGY]
    return render(
        request, "terminal/confirm.html", {**shown, "offer": found, "sale_id": uuid4(), "deducted": lines}
    )


@require_POST
@operator_required
def buy(request: HttpRequest, installation: str) -> HttpResponse:
    """Sell; sent twice it is one sale."""
    desk, said = the_terminal(), request.POST
    sale_id = id_of(said.get("sale_id", ""))
    try:
        shown = said.get("units", "")
        sell(
            desk,
            Order(
                sale_id,
                installation,
                centavos_of(said.get("pesos", "")),
                username_of(request),
                int(shown) if shown.isascii() and shown.isdigit() else None,
            ),
        )
    except TerminalRefused as refused:
        add_refusal(request, refused)
        return redirect("amount", installation)
    return redirect("sold", sale_id)


@require_safe
@operator_required
def sold(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """The token, as big as the screen is."""
    row = the_terminal().book.sale(sale_id)
    if row is None:
        raise Http404
    digits = row.content["tokens"][0]["digits"]
    groups = [digits[place : place + 4] for place in range(0, 20, 4)]
    return render(request, "terminal/sold.html", {"row": row, "said": row.content, "groups": groups})


# ------------ sales of a day

LISTED_MAX = 200


@require_safe
@operator_required
def day_sales(request: HttpRequest) -> HttpResponse:
    """A business day; today unless ``dia`` says another."""
    desk = the_terminal()
    today = business_day(desk.now())
    day = day_of(request.GET.get("dia", ""), today)
    rows = desk.book.sales_where(day=day.isoformat())
    shown = {
        "day": day,
        "before": day - timedelta(days=1),
        "after": None if day >= today else day + timedelta(days=1),
        "sums": totals_of_sales(rows),
        "rows": rows[::-1][:LISTED_MAX],
        "position": office_position(desk),
    }
    return render(request, "terminal/sales.html", shown)


def day_of(text: str, today: date) -> date:
    """The day that a page names; today where it names none, or one that is to come."""
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today


# ------------ slips


@require_safe
@operator_required
def ticket(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """The ticket as it was printed last, or would be printed first."""
    desk = the_terminal()
    row = desk.book.sale(sale_id)
    if row is None:
        raise Http404
    return _slip_page(request, ticket_of(desk, row, max(1, row.copies)), f"/ventas/{sale_id}/")


@require_safe
@operator_required
def code(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """The digits as a square code."""
    row = the_terminal().book.sale(sale_id)
    if row is None:
        raise Http404
    made = io.BytesIO()
    digits = row.content["tokens"][0]["digits"]
    qrcode.make(digits, image_factory=qrcode.image.svg.SvgPathImage, border=1).save(made)
    return HttpResponse(made.getvalue(), content_type="image/svg+xml")


@require_POST
@operator_required
def print_it(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """Print: each copy is counted; without a printer the page that the browser prints."""
    try:
        made = print_ticket(the_terminal(), sale_id)
    except TerminalRefused as refused:
        add_refusal(request, refused)
        return redirect("home")
    return _printed(request, made, f"/ventas/{sale_id}/tiquete/")


@require_safe
@operator_required
def z_day(request: HttpRequest) -> HttpResponse:
    """The slip of a business day."""
    desk = the_terminal()
    day = day_of(request.GET.get("dia", ""), business_day(desk.now()))
    return _slip_page(request, z_slip(desk, day=day), "/ventas/")


@require_safe
@operator_required
def z_shift(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """The slip of a shift."""
    return _slip_page(request, _z_of(shift_id), "/turno/")


@require_POST
@operator_required
def print_z(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """The same on paper."""
    return _printed(request, _z_of(shift_id), f"/turno/{shift_id}/z/")


def _z_of(shift_id: UUID) -> Ticket:
    desk = the_terminal()
    found = desk.book.shift(shift_id)
    if found is None:
        raise Http404
    return z_slip(desk, shift=found)


def _slip_page(request: HttpRequest, made: Ticket, back: str) -> HttpResponse:
    return render(request, "terminal/slip.html", {"ticket": made, "back": back})


def _printed(request: HttpRequest, made: Ticket, page: str) -> HttpResponse:
    if not printer_device():
        return redirect(f"{page}?imprimir=1")
    try:
        send_to_printer(printer_device(), made)
    except UnableToPrint as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, gettext("Impreso."))
    return redirect(page)
