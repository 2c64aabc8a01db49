"""Routes of channels and of meters found behind them: list, one, open, correct, confirm, reject."""

from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    Flag,
    In,
    Instant,
    Key,
    Out,
    Page,
    PageQuery,
    free_text,
    page_of,
    plain_text,
    row_or_404,
    whole,
)
from system.head_end.errors import UnableToConfigure
from system.head_end.models import Channel, FoundDevice
from system.head_end.registration_rules import REGISTRATION_REASONS
from system.head_end.rest.fields import QueryKey, reason_sentence
from system.head_end.selectors.meters import find_channels, find_found
from system.head_end.services.configuration import CHANNEL_FIELDS, ChannelData, set_channel
from system.head_end.services.registration import confirm_found, reject_found
from system.head_end.vocabulary import POLL_S, ChannelKind, Registration
from system.registry.models import Device, Site

router = Router(tags=["Concentradores y conexiones"])
_CHANNEL = "/field/channels/{key:channel_id}"


class FieldChannelIn(In):
    """Terms of a channel into the field."""

    name: Annotated[str, plain_text(100)]
    url: Annotated[str, plain_text(200, "del puerto DLMS, por ejemplo tcp://10.20.0.5:4059")]
    framing: Annotated[str, Field(pattern=r"^(wrapper|hdlc)$")] = "wrapper"
    uplink_url: Annotated[str, free_text(200, "del puerto de gestión; vacía: no tiene")] = ""
    secret_name: Annotated[str, free_text(60, "de la clave de enlace en el archivo de llaves")] = ""
    access: Annotated[str, plain_text(40, "perfil de acceso del archivo de llaves")] = "hls-gmac"
    key_name: Annotated[str, free_text(60, "de la llave en el archivo de llaves")] = ""
    sessions_max: Annotated[int, whole(1, 200)] = 1
    enabled: Flag = True
    poll_s: Annotated[int, whole(10, 86_400, "cada cuánto se consulta el canal de gestión")] = POLL_S
    site_id: Key | None = None


class NewFieldChannelIn(FieldChannelIn):
    """A way into the field that is not there yet."""

    kind: ChannelKind = ChannelKind.CONCENTRATOR
    meter_id: Key | None = Field(None, description="dispositivo, si el medidor tiene conexión propia")
    sap: Annotated[int, whole(1, 16_383)] = 1


class FieldChannelOut(Out):
    """A way into the field."""

    id: int
    kind: ChannelKind
    name: str
    url: str
    framing: str
    uplink_url: str
    secret_name: str
    access: str
    key_name: str
    sessions_max: int
    enabled: bool
    poll_s: int
    site_id: int | None
    meters: int = Field(description="confirmados detrás")
    failing_meters: int
    last_ok_at: Instant | None
    failing_since: Instant | None
    reason: str
    sentence: str = Field(description="qué pasa y dónde mirar; vacía: nada")
    clock_off_s: float | None


def channel_out(row: Any) -> FieldChannelOut:
    """A row of `find_channels` as it travels."""
    failing = row.failing_since is not None
    return FieldChannelOut(
        id=row.pk,
        kind=row.kind,
        **{name: getattr(row, name) for name in CHANNEL_FIELDS},
        site_id=row.site_id,
        meters=row.meter_count,
        failing_meters=row.failing_count,
        last_ok_at=row.last_ok_at,
        failing_since=row.failing_since,
        reason=row.last_reason if failing else "",
        sentence=reason_sentence(row.last_reason) if failing else "",
        clock_off_s=row.clock_off_s,
    )


def _named(request: HttpRequest, model: Any, pk: int | None, what: str) -> Any:
    """A row that a body names; None where it names none."""
    if pk is None:
        return None
    found = model.objects.of(user_of(request)).filter(pk=pk).first()
    if found is None:
        raise UnableToConfigure(f"No existe {what}.")
    return found


def _terms(request: HttpRequest, body: FieldChannelIn, kind: ChannelKind | None) -> ChannelData:
    more: dict[str, Any] = {}
    if isinstance(body, NewFieldChannelIn):
        more = {"meter": _named(request, Device, body.meter_id, "ese medidor"), "sap": body.sap}
    site = _named(request, Site, body.site_id, "ese sitio")
    return ChannelData(**{name: getattr(body, name) for name in CHANNEL_FIELDS}, kind=kind, site=site, **more)


@router.get("/field/channels", **guarded(Operation.SEE_FIELD, Page[FieldChannelOut]))
def list_channels(request: HttpRequest, asked: Query[PageQuery]) -> Any:
    """Los concentradores y las conexiones propias, con lo que hay detrás."""
    return page_of(Page[FieldChannelOut], find_channels(user_of(request)), asked, channel_out)


@router.post("/field/channels", **guarded(Operation.MANAGE_FIELD, FieldChannelOut, status=201))
def open_channel(request: HttpRequest, body: NewFieldChannelIn) -> FieldChannelOut:
    """Abrir un canal; el primero del prestador trae los primeros planes de lectura."""
    made = set_channel(user_of(request), _terms(request, body, body.kind))
    return channel_out(find_channels(user_of(request)).get(pk=made.pk))


@router.get(_CHANNEL, **guarded(Operation.SEE_FIELD, FieldChannelOut))
def one_channel(request: HttpRequest, channel_id: int) -> FieldChannelOut:
    """Un canal."""
    return channel_out(row_or_404(find_channels(user_of(request)), channel_id))


@router.put(_CHANNEL, **guarded(Operation.MANAGE_FIELD, FieldChannelOut))
def correct_channel(request: HttpRequest, channel_id: int, body: FieldChannelIn) -> FieldChannelOut:
    """Corregirlo; sigue siendo concentrador o conexión propia."""
    found: Channel = row_or_404(Channel.objects.of(user_of(request)), channel_id)
    set_channel(user_of(request), _terms(request, body, None), found)
    return channel_out(find_channels(user_of(request)).get(pk=channel_id))


found_router = Router(tags=["Medidores encontrados"])
_FOUND = "/field/found/{key:found_id}"


class FoundQuery(PageQuery):
    """Filter of found meters."""

    state: Literal["", "open", "found", "confirmed", "quarantined", "rejected"] = Field(
        "open", description="open: lo que espera una decisión; vacío: todo"
    )
    channel_id: QueryKey | None = None


class FoundDeviceOut(Out):
    """Meter that was found behind a channel, as it says itself."""

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


def _found_out(row: FoundDevice) -> FoundDeviceOut:
    plain = set(FoundDeviceOut.model_fields) - {"id", "sentence"}
    return FoundDeviceOut(
        id=row.pk,
        sentence=REGISTRATION_REASONS.get(row.reason, row.reason),
        **{name: getattr(row, name) for name in plain},
    )


def _one_found(request: HttpRequest, found_id: int) -> FoundDevice:
    found: FoundDevice = row_or_404(find_found(user_of(request)), found_id)
    return found


@found_router.get("/field/found", **guarded(Operation.SEE_FIELD, Page[FoundDeviceOut]))
def list_found(request: HttpRequest, asked: Query[FoundQuery]) -> Any:
    """Lo que se encontró en campo; sin filtro, lo que espera una decisión."""
    rows = find_found(user_of(request), asked.state)
    if asked.channel_id is not None:
        rows = rows.filter(channel_id=asked.channel_id)
    return page_of(Page[FoundDeviceOut], rows, asked, _found_out)


@found_router.get(_FOUND, **guarded(Operation.SEE_FIELD, FoundDeviceOut))
def one_found(request: HttpRequest, found_id: int) -> FoundDeviceOut:
    """Uno de ellos."""
    return _found_out(_one_found(request, found_id))


@found_router.post(f"{_FOUND}/confirmation", **guarded(Operation.CONFIRM_REGISTRATION, FoundDeviceOut))
def confirm(request: HttpRequest, found_id: int) -> FoundDeviceOut:
    """Hablar con él; el registro debe conocer su serie."""
    confirm_found(user_of(request), _one_found(request, found_id))
    return _found_out(_one_found(request, found_id))


@found_router.post(f"{_FOUND}/rejection", **guarded(Operation.CONFIRM_REGISTRATION, FoundDeviceOut))
def reject(request: HttpRequest, found_id: int) -> FoundDeviceOut:
    """No hablar nunca con él."""
    reject_found(user_of(request), _one_found(request, found_id))
    return _found_out(_one_found(request, found_id))
