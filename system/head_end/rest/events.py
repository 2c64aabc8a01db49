"""Routes of events of meters and concentrators."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import Instant, InstantIn, Out, Page, PageQuery, free_text, page_of
from system.head_end.end_device_events import describe_event
from system.head_end.models import DeviceEvent
from system.head_end.rest.fields import QueryKey
from system.head_end.selectors.events import find_events

router = Router(tags=["Eventos"])


class FieldEventsQuery(PageQuery):
    """Filter of events; a value that is left out does not narrow."""

    text: Annotated[str, free_text(100, "cómo empieza la serie, o parte de lo que pasó")] = ""
    alarm: bool = Field(False, description="sólo lo que alguien debe mirar")
    device_id: QueryKey | None = None
    channel_id: QueryKey | None = None
    since: InstantIn | None = Field(None, description="por el reloj del equipo")
    until: InstantIn | None = Field(None, description="por el reloj del equipo, inclusive")


class FieldEventOut(Out):
    """Event of a device."""

    id: int
    device_id: int | None = Field(description="nulo: es del concentrador, o nadie conoce el medidor")
    channel_id: int
    serial: str
    log: str = Field(description="OBIS de la bitácora, o uplink")
    code: int = Field(description="número en esa bitácora")
    name: str
    sentence: str = Field(description="qué pasó, en español")
    detail: str
    alarm: bool
    at: Instant
    received_at: Instant


def _out(row: DeviceEvent) -> FieldEventOut:
    plain = set(FieldEventOut.model_fields) - {"id", "sentence"}
    said = describe_event(row.log, row.code, row.name, row.detail)
    return FieldEventOut(id=row.pk, sentence=said.what, **{name: getattr(row, name) for name in plain})


@router.get("/field/events", **guarded(Operation.SEE_FIELD, Page[FieldEventOut]))
def list_events(request: HttpRequest, asked: Query[FieldEventsQuery]) -> Any:
    """Lo que contaron medidores y concentradores, lo último primero."""
    rows = find_events(
        user_of(request),
        text=asked.text,
        alarm=asked.alarm,
        device_id=asked.device_id,
        channel_id=asked.channel_id,
    )
    within = {"at__gte": asked.since, "at__lte": asked.until}
    rows = rows.filter(**{name: value for name, value in within.items() if value is not None})
    return page_of(Page[FieldEventOut], rows, asked, _out)
