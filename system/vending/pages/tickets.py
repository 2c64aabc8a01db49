"""A sale's ticket: page to look at and print, picture, printer bytes, PDF. Every print is counted."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires
from system.accounts.operations import Operation
from system.vending.models import Sale, TokenRole
from system.vending.pages.sales import find_sale, groups
from system.vending.services.print_ticket import print_ticket
from system.vending.ticket import Ticket
from system.vending.ticket.of_sale import ticket_of
from system.vending.ticket.picture import picture_png, receipt_pdf
from system.vending.ticket.printer import printer_bytes


@requires(Operation.SEE_SALES)
@require_GET
def ticket(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """The ticket as it would be printed next, and what can be done with it."""
    found = _minted(request, sale_id)
    return render(request, "vending/ticket.html", {"sale": found, "prints": found.prints.count()})


@requires(Operation.SEE_SALES)
@require_GET
def picture(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """A picture of the roll."""
    return HttpResponse(picture_png(_next(_minted(request, sale_id))), content_type="image/png")


@requires(Operation.REPRINT)
@require_POST
def printer(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """Bytes for the printer; from the second time on marked as a reprint."""
    found = _minted(request, sale_id)
    user: Any = request.user
    copy = print_ticket(user, found)
    made = printer_bytes(ticket_of(found, copy))
    answer = HttpResponse(made, content_type="application/octet-stream")
    answer["Content-Disposition"] = f'attachment; filename="tiquete-{found.number}-{copy}.bin"'
    return answer


@requires(Operation.SEE_SALES)
@require_GET
def receipt(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """The receipt as a PDF."""
    found = _minted(request, sale_id)
    tokens = [(str(TokenRole(token.role).label), groups(token.digits)) for token in found.tokens.all()]
    made = receipt_pdf(_next(found), provider=found.provider.name, number=found.number, tokens=tokens)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="recibo-{found.number}.pdf"'
    return answer


def _minted(request: HttpRequest, sale_id: uuid.UUID) -> Sale:
    found = find_sale(request, sale_id)
    outcome = getattr(found, "outcome", None)
    if outcome is None or not outcome.minted:
        raise Http404
    return found


def _next(sale: Sale) -> Ticket:
    return ticket_of(sale, sale.prints.count() + 1)
