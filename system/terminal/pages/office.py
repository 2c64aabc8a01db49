"""Hand over, load; and get to know the office. Needs no PIN: a terminal without a pack knows nobody yet."""

import base64
import binascii

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from protocols.offline import OfflineError, peek
from protocols.offline.messages import OfficeKeys, Pack
from system.config.clock import BOGOTA
from system.security_module.refusals import Words
from system.terminal.errors import TerminalRefused
from system.terminal.pages.access import add_refusal, office_url, the_terminal
from system.terminal.services import admit_office, load_pack, make_batch, read_office
from system.terminal.services.office import Fingerprints, exchange_with_office
from system.terminal.totals import office_position


@require_safe
def office(request: HttpRequest) -> HttpResponse:
    """Three steps: hand over the file, hand in the cash, load the pack."""
    desk = the_terminal()
    shown = {
        "loaded": desk.loaded,
        "known": desk.pinned() is not None,
        "position": office_position(desk),
        "link": office_url(),
        "until": None if desk.loaded is None else desk.loaded.leased_until,
    }
    return render(request, "terminal/office.html", shown)


@require_safe
def enrolment(request: HttpRequest) -> HttpResponse:
    """File that the office needs first."""
    desk = the_terminal()
    return _file(desk.enrolment(), f"inscripcion-{str(desk.book.terminal_id)[:8]}.json")


@require_POST
def batch(request: HttpRequest) -> HttpResponse:
    """The file to hand over."""
    desk = the_terminal()
    try:
        made = make_batch(desk)
    except TerminalRefused as refused:
        add_refusal(request, refused)
        return redirect("office")
    code = "terminal" if desk.loaded is None else desk.loaded.pack.point_of_sale.code
    return _file(made, f"ventas-{code}-{desk.now().astimezone(BOGOTA):%Y%m%d-%H%M}.json")


@require_POST
def load(request: HttpRequest) -> HttpResponse:
    """A file of the office: its keys are shown first, a pack is loaded."""
    chosen = request.FILES.get("archivo")
    data = b"" if chosen is None else chosen.read()
    try:
        return _taken(request, data)
    except TerminalRefused as refused:
        add_refusal(request, refused)
        return redirect("office")


@require_POST
def admit(request: HttpRequest) -> HttpResponse:
    """Pin what two people compared."""
    said = request.POST
    try:
        data = base64.b64decode(said.get("llaves", ""), validate=True)
        admit_office(the_terminal(), data, Fingerprints(said.get("oficina", ""), said.get("modulo", "")))
    except binascii.Error:
        messages.error(request, gettext("El archivo llegó dañado: cárguelo de nuevo."))
    except TerminalRefused as refused:
        add_refusal(request, refused)
    else:
        messages.success(request, gettext("Ya conoce su oficina. Cargue ahora el paquete."))
    return redirect("office")


@require_POST
def by_link(request: HttpRequest) -> HttpResponse:
    """Hand over and load in one go, where there is a link."""
    try:
        told = exchange_with_office(the_terminal(), office_url())
    except TerminalRefused as refused:
        add_refusal(request, refused)
    else:
        messages.success(request, told)
    return redirect("office")


def _taken(request: HttpRequest, data: bytes) -> HttpResponse:
    desk = the_terminal()
    try:
        kind = peek(data).kind
    except OfflineError as error:
        raise TerminalRefused("bad-message", why=Words(error.es, error.en)) from error
    if kind == OfficeKeys.KIND:
        keys, prints = read_office(data)
        text = base64.b64encode(data).decode("ascii")
        return render(request, "terminal/admit.html", {"keys": keys, "prints": prints, "text": text})
    if kind != Pack.KIND:
        raise TerminalRefused("unknown-kind", kind=kind)
    if load_pack(desk, data):
        messages.success(request, gettext("Paquete cargado. Ya puede vender."))
    else:
        messages.success(request, gettext("Ese paquete ya estaba cargado."))
    return redirect("office")


def _file(data: bytes, name: str) -> HttpResponse:
    answer = HttpResponse(data, content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
