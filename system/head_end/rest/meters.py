"""Routes of meters in the field: how each is reached, how it stands and why, and decisions about it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    In,
    Instant,
    InstantIn,
    Out,
    Page,
    PageQuery,
    free_text,
    page_of,
    plain_text,
    whole,
)
from system.config.clock import business_now
from system.head_end.models import MeterAccess
from system.head_end.rest.fields import METER, QueryKey, SerialText, access_or_404
from system.head_end.selectors.consumption import last_reading
from system.head_end.selectors.meter_access import rules_of
from system.head_end.selectors.meters import STATES, find_accesses, reachable, sentence_of, state_of
from system.head_end.selectors.quarantine import WaitingChange, waiting_changes
from system.head_end.services.configuration import SAP_MAX, MeterAccessData, set_meter
from system.head_end.services.registration import set_access_state
from system.head_end.services.validation import accept_change
from system.head_end.vocabulary import Registration

router = Router(tags=["Medidores en campo"])
State = Literal["well", "failing", "silent", "never", "doubtful", "quarantined"]


class FieldMetersQuery(PageQuery):
    """Filter of meters in the field."""

    text: SerialText = ""
    state: State | None = None
    channel_id: QueryKey | None = None


class FieldMeterOut(Out):
    """A meter in the field."""

    device_id: int
    serial: str
    channel_id: int
    channel: str
    sap: int = Field(description="dirección de servidor detrás del canal")
    state: str = Field(description=", ".join(STATES))
    reason: str = Field(description="palabra del motivo; vacía: ninguno")
    sentence: str = Field(description="qué pasa y dónde mirar; vacía: nada")
    last_ok_at: Instant | None
    failing_since: Instant | None


class RegisterOut(Out):
    """A register at an instant."""

    at: Instant
    energy_wh: int


class FieldMeterDetailOut(FieldMeterOut):
    """A meter with what it said of itself last."""

    reachable: bool = Field(description="una orden podría llegarle ahora")
    access: str = Field(description="perfil de acceso del archivo de llaves del recolector")
    event_logs: str = Field(description="bitácoras propias; vacío: las de las reglas; «-»: ninguna")
    wanted_since: Instant = Field(description="desde cuándo se quieren sus lecturas")
    clock_off_s: float | None
    output_state: bool | None = Field(description="relé cerrado")
    control_state: str
    mode: str = Field(description="prepaid, postpaid; vacío: aún no lo dijo")
    doubt: str = Field(description="motivo por el que sus lecturas no se creen; vacío: se creen")
    last_reading: RegisterOut | None


def _lines(access: MeterAccess, now: datetime, silent_after_s: int) -> dict[str, Any]:
    return {
        "device_id": access.device_id,
        "serial": access.device.serial,
        "channel_id": access.channel_id,
        "channel": access.channel.name,
        "sap": access.sap,
        "state": state_of(access, now, silent_after_s),
        "reason": access.state_reason or access.last_reason or access.doubt,
        "sentence": sentence_of(access),
        "last_ok_at": access.last_ok_at,
        "failing_since": access.failing_since,
    }


def _silent_after_s(request: HttpRequest) -> int:
    return int(rules_of(user_of(request).provider_pk).silent_after_s)


def meter_detail(request: HttpRequest, access: MeterAccess) -> FieldMeterDetailOut:
    """A meter as it travels."""
    newest = last_reading(access.device)
    return FieldMeterDetailOut(
        **_lines(access, business_now(), _silent_after_s(request)),
        reachable=reachable(access.device),
        last_reading=newest and RegisterOut(at=newest.at, energy_wh=newest.energy_wh),
        **{
            name: getattr(access, name)
            for name in (
                "access",
                "event_logs",
                "wanted_since",
                "clock_off_s",
                "output_state",
                "control_state",
                "mode",
                "doubt",
            )
        },
    )


@router.get("/field/meters", **guarded(Operation.SEE_FIELD, Page[FieldMeterOut]))
def list_meters(request: HttpRequest, asked: Query[FieldMetersQuery]) -> Any:
    """Los medidores en campo, con su estado y por qué."""
    now, silent_after_s = business_now(), _silent_after_s(request)
    rows = find_accesses(
        user_of(request), text=asked.text, state=asked.state or "", channel_id=asked.channel_id
    )
    return page_of(
        Page[FieldMeterOut], rows, asked, lambda row: FieldMeterOut(**_lines(row, now, silent_after_s))
    )


@router.get(METER, **guarded(Operation.SEE_FIELD, FieldMeterDetailOut))
def one_meter(request: HttpRequest, device_id: int) -> FieldMeterDetailOut:
    """Un medidor en campo: cómo se le habla y qué dijo por última vez."""
    return meter_detail(request, access_or_404(request, device_id))


change_router = Router(tags=["Medidores en campo"])


class MeterAccessIn(In):
    """Access to a meter. Keys are only named: they lie in the collector's key file."""

    sap: Annotated[int, whole(1, SAP_MAX, "dirección de servidor detrás del canal")]
    access: Annotated[str, plain_text(40, "perfil de acceso del archivo de llaves")]
    key_name: Annotated[str, free_text(60, "de la llave en el archivo de llaves")] = ""
    event_logs: Annotated[
        str, free_text(200, "códigos OBIS separados por espacios; vacío: los de las reglas; «-»: ninguna")
    ] = ""
    wanted_since: InstantIn | None = Field(
        None, description="desde cuándo se quieren sus lecturas, mientras las guarde; sin él, como está"
    )


class MeterStateIn(In):
    """State of a meter's access."""

    state: Literal["confirmed", "quarantined"]


class AcceptanceIn(In):
    """Acceptance of a change that really happened."""

    reason: Literal["scaler-changed", "register-wrapped"]


class WaitingChangeOut(Out):
    """Readings that are not believed, until somebody says that the meter really changed."""

    reason: str
    sentence: str
    acceptable: bool
    values: int
    obis: list[str]
    first_at: Instant
    last_at: Instant


class AcceptedOut(Out):
    """Result of an acceptance."""

    values: int = Field(description="valores que ahora cuentan")


def _change(change: WaitingChange) -> WaitingChangeOut:
    return WaitingChangeOut(
        reason=change.reason,
        sentence=change.sentence,
        acceptable=change.acceptable,
        values=change.values,
        obis=list(change.obis),
        first_at=change.first_at,
        last_at=change.last_at,
    )


@change_router.put(f"{METER}/access", **guarded(Operation.MANAGE_FIELD, FieldMeterDetailOut))
def correct(request: HttpRequest, device_id: int, body: MeterAccessIn) -> FieldMeterDetailOut:
    """Corregir cómo se le habla y qué bitácoras se le leen."""
    set_meter(user_of(request), access_or_404(request, device_id), MeterAccessData(**body.model_dump()))
    return meter_detail(request, access_or_404(request, device_id))


@change_router.put(f"{METER}/state", **guarded(Operation.CONFIRM_REGISTRATION, FieldMeterDetailOut))
def set_state(request: HttpRequest, device_id: int, body: MeterStateIn) -> FieldMeterDetailOut:
    """Ponerlo en cuarentena, o volver a leerlo."""
    access = access_or_404(request, device_id)
    set_access_state(user_of(request), access, Registration(body.state))
    return meter_detail(request, access_or_404(request, device_id))


@change_router.get(f"{METER}/changes", **guarded(Operation.SEE_FIELD, list[WaitingChangeOut]))
def list_changes(request: HttpRequest, device_id: int) -> list[WaitingChangeOut]:
    """Lecturas en cuarentena, por motivo: esperan a que alguien diga si el medidor cambió de verdad."""
    return [_change(change) for change in waiting_changes(access_or_404(request, device_id))]


@change_router.post(f"{METER}/changes/acceptance", **guarded(Operation.CONFIRM_REGISTRATION, AcceptedOut))
def accept(request: HttpRequest, device_id: int, body: AcceptanceIn) -> AcceptedOut:
    """El medidor cambió de verdad: lo que esperaba cuenta desde ahora, como registro nuevo."""
    access = access_or_404(request, device_id)
    return AcceptedOut(values=accept_change(user_of(request), access, body.reason))
