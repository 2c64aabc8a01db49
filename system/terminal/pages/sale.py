"""Whom, how much, yes; and the token."""

from typing import Any
from uuid import UUID, uuid4

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from system.terminal.errors import TerminalRefused
from system.terminal.pages.at import the_desk
from system.terminal.pages.guard import attended, tell, username_of
from system.terminal.pages.typed import centavos_of, id_of
from system.terminal.services import Order, offer, sell
from system.vending.pricing import LineKind

#: Pesos that most people pay.
AMOUNTS = (2_000, 5_000, 10_000, 20_000, 50_000)


@require_safe
@attended
def whom(request: HttpRequest) -> HttpResponse:
    """Number keys, and who bears that number."""
    desk, typed = the_desk(), request.GET.get("q", "")[:40]
    shift = desk.book.shift()
    if shift is None or shift.operator != username_of(request):
        tell(request, TerminalRefused("no-shift"))
        return redirect("shift")
    found = desk.selling().find(typed)
    if len(found) == 1:
        return redirect("amount", found[0].installation)
    return render(request, "terminal/whom.html", {"typed": typed, "found": found})


@require_safe
@attended
def amount(request: HttpRequest, installation: str) -> HttpResponse:
    """How much; with ``pesos`` what it buys, and the question."""
    desk = the_desk()
    try:
        customer = desk.selling().customer(installation)
    except TerminalRefused as refused:
        tell(request, refused)
        return redirect("whom")
    shown: dict[str, Any] = {"customer": customer, "amounts": AMOUNTS}
    if "pesos" not in request.GET:
        return render(request, "terminal/amount.html", shown)
    try:
        found = offer(desk, installation, centavos_of(request.GET["pesos"]))
    except TerminalRefused as refused:
        tell(request, refused)
        return redirect("amount", installation)
    lines = [line for line in found.quote.lines if line.kind is not LineKind.ENERGY]
    return render(
        request, "terminal/confirm.html", {**shown, "offer": found, "sale_id": uuid4(), "deducted": lines}
    )


@require_POST
@attended
def buy(request: HttpRequest, installation: str) -> HttpResponse:
    """Sell; sent twice it is one sale."""
    desk, said = the_desk(), request.POST
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
        tell(request, refused)
        return redirect("amount", installation)
    return redirect("sold", sale_id)


@require_safe
@attended
def sold(request: HttpRequest, sale_id: UUID) -> HttpResponse:
    """The token, as big as the screen is."""
    row = the_desk().book.sale(sale_id)
    if row is None:
        raise Http404
    digits = row.content["tokens"][0]["digits"]
    groups = [digits[place : place + 4] for place in range(0, 20, 4)]
    return render(request, "terminal/sold.html", {"row": row, "said": row.content, "groups": groups})
