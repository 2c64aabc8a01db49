"""What a person decides about one meter: how it is spoken with, whether it is read, what really changed."""

from typing import Annotated, Literal

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from system.accounts.operations import Operation
from system.accounts.rest.auth import does, user_of
from system.accounts.rest.fields import In, Instant, InstantIn, Out, free_text, plain_text, whole
from system.head_end.rest.fields import METER, access_or_404
from system.head_end.rest.meters import FieldMeterDetailOut, meter_detail
from system.head_end.selectors.changes import WaitingChange, waiting_changes
from system.head_end.services.accept_change import accept_change
from system.head_end.services.confirm_found import set_access_state
from system.head_end.services.set_meter import SAP_MAX, MeterTerms, set_meter
from system.head_end.vocabulary import Registration

router = Router(tags=["Medidores en campo"])


class MeterAccessIn(In):
    """How a meter is spoken with. Keys are only named: they lie in the collector's key file."""

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
    """Whether it is spoken with."""

    state: Literal["confirmed", "quarantined"]


class AcceptanceIn(In):
    """Which change really happened."""

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
    """What came of it."""

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


@router.put(f"{METER}/access", **does(Operation.MANAGE_FIELD, FieldMeterDetailOut))
def correct(request: HttpRequest, device_id: int, body: MeterAccessIn) -> FieldMeterDetailOut:
    """Corregir cómo se le habla y qué bitácoras se le leen."""
    set_meter(user_of(request), access_or_404(request, device_id), MeterTerms(**body.model_dump()))
    return meter_detail(request, access_or_404(request, device_id))


@router.put(f"{METER}/state", **does(Operation.CONFIRM_REGISTRATION, FieldMeterDetailOut))
def set_state(request: HttpRequest, device_id: int, body: MeterStateIn) -> FieldMeterDetailOut:
    """Ponerlo en cuarentena, o volver a leerlo."""
    access = access_or_404(request, device_id)
    set_access_state(user_of(request), access, Registration(body.state))
    return meter_detail(request, access_or_404(request, device_id))


@router.get(f"{METER}/changes", **does(Operation.SEE_FIELD, list[WaitingChangeOut]))
def list_changes(request: HttpRequest, device_id: int) -> list[WaitingChangeOut]:
    """Lecturas en cuarentena, por motivo: esperan a que alguien diga si el medidor cambió de verdad."""
    return [_change(change) for change in waiting_changes(access_or_404(request, device_id))]


@router.post(f"{METER}/changes/acceptance", **does(Operation.CONFIRM_REGISTRATION, AcceptedOut))
def accept(request: HttpRequest, device_id: int, body: AcceptanceIn) -> AcceptedOut:
    """El medidor cambió de verdad: lo que esperaba cuenta desde ahora, como registro nuevo."""
    access = access_or_404(request, device_id)
    return AcceptedOut(values=accept_change(user_of(request), access, body.reason))
