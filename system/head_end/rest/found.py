"""What was found in the field, and what somebody decides of it."""

from typing import Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.operations import Operation
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import Instant, Out, row_or_404
from system.accounts.rest.paging import Page, PageQuery, page_of
from system.head_end.models import FoundDevice
from system.head_end.registration import WHY
from system.head_end.rest.fields import QueryKey
from system.head_end.selectors.meters import find_found
from system.head_end.services.confirm_found import confirm_found, reject_found
from system.head_end.vocabulary import Registration

router = Router(tags=["Medidores encontrados"])
_ONE = "/field/found/{int:found_id}"


class FoundQuery(PageQuery):
    """Which of them."""

    state: Literal["", "open", "found", "confirmed", "quarantined", "rejected"] = Field(
        "open", description="open: lo que espera una decisión; vacío: todo"
    )
    channel_id: QueryKey | None = None


class FoundDeviceOut(Out):
    """Something that was found behind a channel, as it says itself."""

    id: int
    channel_id: int
    serial: str
    ldn: str
    drn: str
    eui48: str
    sap: int
    state: Registration
    reason: str
    sentence: str = Field(description="por qué no está confirmado; vacía: lo está")
    device_id: int | None = Field(description="del registro, si lo conoce")
    reachable: bool
    found_at: Instant
    seen_at: Instant


def _out(row: FoundDevice) -> FoundDeviceOut:
    plain = set(FoundDeviceOut.model_fields) - {"id", "sentence"}
    return FoundDeviceOut(
        id=row.pk,
        sentence=WHY.get(row.reason, row.reason),
        **{name: getattr(row, name) for name in plain},
    )


def _one(request: HttpRequest, found_id: int) -> FoundDevice:
    found: FoundDevice = row_or_404(find_found(user_of(request)), found_id)
    return found


@router.get("/field/found", **does(Operation.SEE_FIELD, Page[FoundDeviceOut]))
def list_found(request: HttpRequest, asked: Query[FoundQuery]) -> Any:
    """Lo que se encontró en campo; sin filtro, lo que espera una decisión."""
    rows = find_found(user_of(request), asked.state)
    if asked.channel_id is not None:
        rows = rows.filter(channel_id=asked.channel_id)
    return page_of(Page[FoundDeviceOut], rows, asked, _out)


@router.get(_ONE, **does(Operation.SEE_FIELD, FoundDeviceOut))
def one_found(request: HttpRequest, found_id: int) -> FoundDeviceOut:
    """Uno de ellos."""
    return _out(_one(request, found_id))


@router.post(f"{_ONE}/confirmation", **does(Operation.CONFIRM_REGISTRATION, FoundDeviceOut))
def confirm(request: HttpRequest, found_id: int) -> FoundDeviceOut:
    """Hablar con él; el registro debe conocer su serie."""
    confirm_found(user_of(request), _one(request, found_id))
    return _out(_one(request, found_id))


@router.post(f"{_ONE}/rejection", **does(Operation.CONFIRM_REGISTRATION, FoundDeviceOut))
def reject(request: HttpRequest, found_id: int) -> FoundDeviceOut:
    """No hablar nunca con él."""
    reject_found(user_of(request), _one(request, found_id))
    return _out(_one(request, found_id))
