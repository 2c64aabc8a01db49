"""Service points: register, one, correct; agreement and meter swap."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import Page, PageQuery, QueryInt, free_text, page_of, row_or_404
from system.config.clock import business_now
from system.config.model_fields import max_length
from system.config.url_converters import KEY_MAX
from system.registry.errors import UnableToRegister
from system.registry.models import Customer, Device, Installation
from system.registry.rest.schemas import (
    AgreementIn,
    AgreementOut,
    HomeIn,
    InstallationOut,
    PlaceIn,
    SwapIn,
    installation_out,
    own_row,
)
from system.registry.selectors import service_point_of
from system.registry.services.devices import swap_meter
from system.registry.services.inputs import ServicePointData
from system.registry.services.installations import edit_installation, register_service_point, sign_agreement

router = Router(tags=["Instalaciones"])
_ONE = "/installations/{key:installation_id}"


class InstallationsQuery(PageQuery):
    """Filter of installations; a field that is left out does not narrow."""

    niu: Annotated[str, free_text(max_length(Installation, "niu"))] = ""
    site_id: Annotated[QueryInt, Field(ge=1, le=KEY_MAX)] | None = None

    def filters(self) -> dict[str, Any]:
        """Django's filters."""
        wanted = {"niu": self.niu, "site_id": self.site_id}
        return {name: value for name, value in wanted.items() if value}


def _one(request: HttpRequest, installation_id: int) -> Installation:
    found: Installation = row_or_404(Installation.objects.of(user_of(request)), installation_id)
    return found


def _shown(request: HttpRequest, row: Installation) -> InstallationOut:
    return installation_out(service_point_of(user_of(request), row))


@router.get("/installations", **guarded(Operation.SEE_CUSTOMERS, Page[InstallationOut]))
def list_installations(request: HttpRequest, asked: Query[InstallationsQuery]) -> Any:
    """Los puntos de suministro."""
    rows = Installation.objects.of(user_of(request)).filter(**asked.filters()).order_by("niu")
    return page_of(Page[InstallationOut], rows, asked, lambda row: _shown(request, row))


@router.post("/installations", **guarded(Operation.EDIT_CUSTOMERS, InstallationOut, status=201))
def register_installation(request: HttpRequest, body: HomeIn) -> InstallationOut:
    """Registrar un punto de suministro entero: persona, lugar, contrato y medidor; todo o nada."""
    meter = None if body.meter is None else body.meter.data()
    home = ServicePointData(
        body.person.data(), body.place.data(request), body.terms.data(), business_now(), meter
    )
    return _shown(request, register_service_point(user_of(request), home))


@router.get(_ONE, **guarded(Operation.SEE_CUSTOMERS, InstallationOut))
def one_installation(request: HttpRequest, installation_id: int) -> InstallationOut:
    """Un punto de suministro y lo que rige ahora en él."""
    return _shown(request, _one(request, installation_id))


@router.put(_ONE, **guarded(Operation.EDIT_CUSTOMERS, InstallationOut))
def correct_installation(request: HttpRequest, installation_id: int, body: PlaceIn) -> InstallationOut:
    """Corregir una instalación."""
    found = _one(request, installation_id)
    edit_installation(user_of(request), found, body.data(request))
    return _shown(request, found)


@router.post(f"{_ONE}/agreements", **guarded(Operation.EDIT_CUSTOMERS, AgreementOut, status=201))
def agree(request: HttpRequest, installation_id: int, body: AgreementIn) -> AgreementOut:
    """Otro contrato, vigente desde ahora; el anterior termina en el mismo instante."""
    found = _one(request, installation_id)
    known = Customer.objects.of(user_of(request)).filter(pseudonymised_at__isnull=True)
    customer = known.filter(document=body.document).first()
    if customer is None:
        raise UnableToRegister("No hay un cliente con ese documento: créelo primero.", "document")
    return AgreementOut.of(sign_agreement(user_of(request), found, customer, body.data()))


@router.post(f"{_ONE}/meter", **guarded(Operation.EDIT_DEVICES, InstallationOut))
def change_meter(request: HttpRequest, installation_id: int, body: SwapIn) -> InstallationOut:
    """Retirar el medidor e instalar otro en el mismo instante; deudas y contrato siguen iguales."""
    found = _one(request, installation_id)
    device = own_row(request, Device, body.device_id, "device_id")
    swap_meter(user_of(request), found, device, body.at)
    return _shown(request, found)
