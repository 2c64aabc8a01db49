"""Settlements and their files."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import Query, Router

from system.accounts.rest.fields import Page, PageQuery, page_of
from system.networks.api_keys import Scope
from system.networks.models import Settlement
from system.networks.rest.auth import RequiresScope, holder_of
from system.networks.rest.schemas import SettlementOut
from system.networks.services.settlements import file_name

router = Router(tags=["Liquidaciones"])


@router.get("/settlements", auth=RequiresScope(Scope.SETTLEMENT), response=Page[SettlementOut])
def settlements(request: HttpRequest, asked: Query[PageQuery]) -> Any:
    """Los días liquidados de esta red, del último al primero."""
    return page_of(Page[SettlementOut], _rows(request), asked, _out)


@router.get("/settlements/{key:number}", auth=RequiresScope(Scope.SETTLEMENT), response=SettlementOut)
def one_settlement(request: HttpRequest, number: int) -> SettlementOut:
    """Una liquidación."""
    return _out(_one(request, number))


@router.get("/settlements/{key:number}/file", auth=RequiresScope(Scope.SETTLEMENT))
def settlement_file(request: HttpRequest, number: int) -> HttpResponse:
    """El archivo CSV de una liquidación; su SHA-256 va en la cabecera X-Content-SHA256."""
    return as_file(_one(request, number))


def as_file(settlement: Settlement) -> HttpResponse:
    """The file of a settlement."""
    answer = HttpResponse(bytes(settlement.content), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{file_name(settlement)}"'
    answer["X-Content-SHA256"] = settlement.sha256
    return answer


def _rows(request: HttpRequest) -> Any:
    return Settlement.objects.filter(network=holder_of(request).network).order_by("-number").defer("content")


def _one(request: HttpRequest, number: int) -> Settlement:
    found: Settlement | None = Settlement.objects.filter(
        network=holder_of(request).network, number=number
    ).first()
    if found is None:
        raise Http404
    return found


def _out(row: Settlement) -> SettlementOut:
    return SettlementOut.of(row, lines=row.lines_count, file=f"/api/v1/network/settlements/{row.number}/file")
