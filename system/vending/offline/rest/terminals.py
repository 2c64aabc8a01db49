"""Terminals without a link, what they bring and what they are given."""

import uuid
from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import File, Query, Router
from ninja.files import UploadedFile
from pydantic import Field

from protocols.offline.envelope import OCTETS_MAX
from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    In,
    Instant,
    Out,
    Page,
    PageQuery,
    free_text,
    page_of,
    row_or_404,
    whole,
)
from system.accounts.rest.problems import TooLarge
from system.vending.offline.models import Finding, Pack, Terminal
from system.vending.offline.selectors.terminals import leased_until, settled_up_to, terminal_position
from system.vending.offline.services.packs import VALID_DAYS, VALID_DAYS_MAX, make_pack, pack_bytes
from system.vending.offline.services.settlement import receive_batch, receive_cash
from system.vending.rest.fields import Paid, ShownAmount, ShownEnergy, wh_of

router = Router(tags=["Terminales sin red"])
_ONE = "/offline/terminals/{uuid:terminal_id}"
_UPLOAD_MAX = OCTETS_MAX + 64 * 1024


class TerminalOut(Out):
    """A terminal, and where it stands by what has arrived."""

    id: uuid.UUID
    code: str
    name: str
    serial: str
    state: str
    point_of_sale: str
    merchant: str
    limit_c: ShownAmount
    due_c: ShownAmount = Field(description="por entregar; menor que 0: entregado de más")
    sold_c: ShownAmount
    deposited_c: ShownAmount
    sales: int
    energy_wh: ShownEnergy
    settled: int = Field(description="número del último asiento en los libros")
    sells_until: Instant | None


class FindingOut(Out):
    """Finding that a person should look at."""

    id: uuid.UUID
    kind: str
    entry: int
    sale_id: uuid.UUID | None
    sentence: str
    told_at: Instant


class SettlementOut(Out):
    """Result of a batch."""

    batch_id: uuid.UUID
    terminal_id: uuid.UUID
    new: int = Field(description="asientos que entraron ahora a los libros")
    known: int
    left: int = Field(description="por asentar: envíe el mismo lote de nuevo")
    why: str
    findings: list[FindingOut]


class CashIn(In):
    """Cash that a terminal brought."""

    amount_c: Paid
    reference: Annotated[str, free_text(60, description="comprobante")] = ""


class CashOut(Out):
    """A deposit of a terminal's money."""

    id: uuid.UUID
    terminal_id: uuid.UUID
    amount_c: ShownAmount
    received_at: Instant


class PackIn(In):
    """Validity of the next pack."""

    valid_days: Annotated[int, whole(1, VALID_DAYS_MAX)] = VALID_DAYS


class PackOut(Out):
    """A pack; its file is at ``…/packs/{number}/file``."""

    id: uuid.UUID
    number: int
    customers: int
    allowed_c: ShownAmount
    valid_until: Instant
    sells_until: Instant
    octets: int
    sha256: str


def _rows(request: HttpRequest) -> Any:
    return Terminal.objects.of(user_of(request)).select_related(
        "point_of_sale__merchant", "provider", "community", "site", "group"
    )


def _out(row: Terminal) -> TerminalOut:
    position = terminal_position(row)
    return TerminalOut(
        id=row.pk,
        code=row.code,
        name=row.name,
        serial=row.serial,
        state=row.state,
        point_of_sale=row.point_of_sale.name,
        merchant=row.point_of_sale.merchant.name,
        limit_c=row.limit_c,
        due_c=position.due_c,
        sold_c=position.sold_c,
        deposited_c=position.deposited_c,
        sales=position.sales,
        energy_wh=wh_of(position.units),
        settled=settled_up_to(row)[0],
        sells_until=leased_until(row),
    )


def _finding(row: Finding) -> FindingOut:
    return FindingOut(
        id=row.pk,
        kind=row.kind,
        entry=row.entry,
        sale_id=row.sale_id,
        sentence=row.sentence,
        told_at=row.wall_at,
    )


@router.get("/offline/terminals", **guarded(Operation.SEE_TERMINALS, Page[TerminalOut]))
def list_terminals(request: HttpRequest, page: Query[PageQuery]) -> Any:
    """Los terminales, lo que deben y hasta cuándo venden."""
    return page_of(Page[TerminalOut], _rows(request).order_by("code"), page, _out)


@router.get(_ONE, **guarded(Operation.SEE_TERMINALS, TerminalOut))
def one_terminal(request: HttpRequest, terminal_id: uuid.UUID) -> TerminalOut:
    """Un terminal."""
    return _out(row_or_404(_rows(request), terminal_id))


@router.get(f"{_ONE}/findings", **guarded(Operation.SEE_TERMINALS, Page[FindingOut]))
def list_findings(request: HttpRequest, terminal_id: uuid.UUID, page: Query[PageQuery]) -> Any:
    """Lo que alguien debe mirar, lo último primero."""
    found = row_or_404(_rows(request), terminal_id)
    return page_of(Page[FindingOut], found.findings.order_by("-wall_at", "-entry", "pk"), page, _finding)


@router.post(
    "/offline/batches",
    **guarded(Operation.SETTLE_TERMINAL, SettlementOut, 400, 409, 413, body_max_bytes=_UPLOAD_MAX),
)
def bring(request: HttpRequest, file: File[UploadedFile]) -> SettlementOut:
    """Recibir y asentar un lote (multipart, campo `file`); el mismo lote otra vez no cambia nada."""
    if (file.size or 0) > OCTETS_MAX:
        raise TooLarge
    settlement = receive_batch(user_of(request), file.read())
    return SettlementOut(
        batch_id=settlement.batch.pk,
        terminal_id=settlement.batch.terminal_id,
        new=settlement.new,
        known=settlement.known,
        left=settlement.left,
        why=settlement.why,
        findings=[_finding(row) for row in settlement.findings],
    )


@router.put(f"{_ONE}/deposits/{{uuid:deposit_id}}", **guarded(Operation.RECEIVE_DEPOSIT, CashOut))
def receive(request: HttpRequest, terminal_id: uuid.UUID, deposit_id: uuid.UUID, body: CashIn) -> CashOut:
    """Recibir el dinero de un terminal; el mismo identificador es la misma entrega."""
    found = row_or_404(_rows(request), terminal_id)
    row = receive_cash(user_of(request), found, body.amount_c, body.reference, deposit_id)
    return CashOut(id=row.pk, terminal_id=found.pk, amount_c=row.amount_c, received_at=row.received_at)


@router.post(f"{_ONE}/packs", **guarded(Operation.SETTLE_TERMINAL, PackOut, status=201))
def give(request: HttpRequest, terminal_id: uuid.UUID, body: PackIn) -> PackOut:
    """Hacer el paquete siguiente."""
    found = row_or_404(_rows(request), terminal_id)
    return _pack(make_pack(user_of(request), found, body.valid_days))


@router.get(
    f"{_ONE}/packs/{{key:number}}/file",
    **guarded(Operation.SETTLE_TERMINAL, None, media_type="application/json"),
)
def pack_file(request: HttpRequest, terminal_id: uuid.UUID, number: int) -> HttpResponse:
    """El paquete, tal como lo carga el terminal."""
    found = row_or_404(_rows(request), terminal_id)
    rows = Pack.objects.filter(terminal=found, file__isnull=False).select_related("file")
    row = rows.filter(number=number).first()
    if row is None:
        raise Http404
    return HttpResponse(pack_bytes(row), content_type="application/json")


def _pack(row: Pack) -> PackOut:
    return PackOut(
        id=row.pk,
        number=row.number,
        customers=row.file.customers,
        allowed_c=row.allowed_c,
        valid_until=row.valid_until,
        sells_until=row.leased_until,
        octets=row.file.octets,
        sha256=row.file.sha256,
    )
