"""Ticket and Z: on paper, on the screen, as bytes."""

import io
from uuid import UUID

import qrcode
import qrcode.image.svg
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from system.config.clock import business_day
from system.terminal.errors import TerminalRefused
from system.terminal.pages.at import printer, the_desk
from system.terminal.pages.day import day_of
from system.terminal.pages.guard import attended, tell
from system.terminal.printing import UnableToPrint, send_to_printer
from system.terminal.services import print_ticket
from system.terminal.tickets import ticket_of, z_slip
from system.vending.ticket import Ticket


@require_safe
@attended
def ticket(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """The ticket as it was printed last, or would be printed first."""
    desk = the_desk()
    row = desk.book.sale(sale_id)
    if row is None:
        raise Http404
    return _page(request, ticket_of(desk, row, max(1, row.copies)), f"/ventas/{sale_id}/")


@require_safe
@attended
def code(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """The digits as a square code."""
    row = the_desk().book.sale(sale_id)
    if row is None:
        raise Http404
    made = io.BytesIO()
    digits = row.content["tokens"][0]["digits"]
    qrcode.make(digits, image_factory=qrcode.image.svg.SvgPathImage, border=1).save(made)
    return HttpResponse(made.getvalue(), content_type="image/svg+xml")


@require_POST
@attended
def print_it(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """Print: each copy is counted; without a printer the page that the browser prints."""
    try:
        made = print_ticket(the_desk(), sale_id)
    except TerminalRefused as refused:
        tell(request, refused)
        return redirect("home")
    return _printed(request, made, f"/ventas/{sale_id}/tiquete/")


@require_safe
@attended
def z_day(request: HttpRequest) -> HttpResponse:
    """The slip of a business day."""
    desk = the_desk()
    day = day_of(request.GET.get("dia", ""), business_day(desk.now()))
    return _page(request, z_slip(desk, day=day), "/ventas/")


@require_safe
@attended
def z_shift(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """The slip of a shift."""
    return _page(request, _z_of(shift_id), "/turno/")


@require_POST
@attended
def print_z(request: HttpRequest, shift_id: UUID) -> HttpResponse:
    """The same on paper."""
    return _printed(request, _z_of(shift_id), f"/turno/{shift_id}/z/")


def _z_of(shift_id: UUID) -> Ticket:
    desk = the_desk()
    found = desk.book.shift(shift_id)
    if found is None:
        raise Http404
    return z_slip(desk, shift=found)


def _page(request: HttpRequest, made: Ticket, back: str) -> HttpResponse:
    return render(request, "terminal/slip.html", {"ticket": made, "back": back})


def _printed(request: HttpRequest, made: Ticket, page: str) -> HttpResponse:
    if not printer():
        return redirect(f"{page}?imprimir=1")
    try:
        send_to_printer(printer(), made)
    except UnableToPrint as unable:
        messages.error(request, str(unable))
    else:
        messages.success(request, "Impreso.")
    return redirect(page)
