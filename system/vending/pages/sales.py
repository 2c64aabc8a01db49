"""Pages of sales: the day's book, one sale with its explanation, and its ticket in every form."""

import uuid
from datetime import date, timedelta
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.config.clock import business_day
from system.vending.delivery.models import DeliveryMode, HandOverState
from system.vending.delivery.status import status_context
from system.vending.models import Sale, TokenRole
from system.vending.pricing import price_sale
from system.vending.pricing.explain import explain
from system.vending.pricing.serialization import from_json
from system.vending.services.tickets import print_ticket, ticket_of
from system.vending.ticket import Ticket
from system.vending.ticket.drawing import picture_png, receipt_pdf
from system.vending.ticket.escpos import printer_bytes

PAGE_ROWS = 50


@requires(Operation.SEE_SALES)
@require_GET
def sales(request: HttpRequest) -> HttpResponse:
    """The sales of a day; a cashier sees those of his own."""
    user: Any = request.user
    day = _day(request.GET.get("day", ""))
    rows = Sale.objects.of(user).filter(business_day=day)
    if not user.may(Operation.SEE_REPORTS):
        rows = rows.filter(seller=user)
    minted = rows.filter(outcome__minted=True, reversal__isnull=True)
    totals = minted.aggregate(amount_c=Sum("amount_c"), units=Sum("units"))
    page = Paginator(
        rows.select_related("installation", "agreement__customer", "outcome", "seller", "reversal").order_by(
            "-business_at"
        ),
        PAGE_ROWS,
    ).get_page(request.GET.get("page"))
    shown = {
        "page": page,
        "day": day,
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "totals": totals,
    }
    return render(request, "vending/sales.html", shown)


@requires(Operation.SEE_SALES)
@require_GET
def sale(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """One sale: what was sold, to whom, and why it came to that."""
    found = find_sale(request, sale_id)
    said = explain(price_sale(from_json(found.inputs))) if found.inputs else ()
    tokens = [(token, token_groups(token.digits)) for token in found.tokens.all()]
    page: dict[str, Any] = {"sale": found, "tokens": tokens, "said": said}
    if tokens:
        row = getattr(found, "hand_over", None)
        by_ami = row is not None and row.mode == DeliveryMode.AMI and row.state != HandOverState.TICKET
        page |= {**status_context(request, found), "by_ami": by_ami}
    return render(request, "vending/sale.html", page)


def find_sale(request: HttpRequest, sale_id: uuid.UUID) -> Sale:
    """A sale that the user may see.

    Raises:
        Http404: there is none.
    """
    user: Any = request.user
    rows = Sale.objects.of(user).select_related(
        "installation__site__community", "agreement__customer", "outcome", "shift__point_of_sale", "seller"
    )
    if not user.may(Operation.SEE_REPORTS):
        rows = rows.filter(seller=user)
    found: Sale | None = rows.filter(pk=sale_id).first()
    if found is None:
        raise Http404
    return found


def token_groups(digits: str) -> str:
    """A token as it is read aloud: five groups of four.

    >>> groups("12345678901234567890")
    '1234 5678 9012 3456 7890'
    """
    return " ".join(digits[begin : begin + 4] for begin in range(0, len(digits), 4))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return business_day()


# ------------ tickets: every print is counted


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
    return HttpResponse(picture_png(_next_ticket(_minted(request, sale_id))), content_type="image/png")


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
    tokens = [(str(TokenRole(token.role).label), token_groups(token.digits)) for token in found.tokens.all()]
    made = receipt_pdf(_next_ticket(found), provider=found.provider.name, number=found.number, tokens=tokens)
    answer = HttpResponse(made, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="recibo-{found.number}.pdf"'
    return answer


def _minted(request: HttpRequest, sale_id: uuid.UUID) -> Sale:
    found = find_sale(request, sale_id)
    outcome = getattr(found, "outcome", None)
    if outcome is None or not outcome.minted:
        raise Http404
    return found


def _next_ticket(sale: Sale) -> Ticket:
    return ticket_of(sale, sale.prints.count() + 1)
