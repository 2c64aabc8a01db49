"""Customers: search, one, correct; consent, export and erasure (Law 1581)."""

from typing import Annotated, Any

from django.http import HttpRequest, HttpResponse
from ninja import Router
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import (
    Flag,
    In,
    Instant,
    Out,
    Page,
    PageIn,
    free_text,
    page_of,
    row_or_404,
    text_of,
)
from system.registry import personal_data
from system.registry.models import ConsentChannel, Customer, DataConsent
from system.registry.rest.schemas import (
    CustomerOut,
    InstallationOut,
    PersonIn,
    installation_out,
)
from system.registry.selectors import find_customers, service_points_of
from system.registry.services.installations import edit_customer

router = Router(tags=["Clientes"])
_ONE = "/customers/{key:customer_id}"


class SearchIn(PageIn):
    """Search text, in a body: a name in an address stays in logs."""

    text: Annotated[
        str, free_text(100), Field(description="nombre, documento, NIU o medidor; vacío: todos")
    ] = ""


class CustomerDetailOut(CustomerOut):
    """A customer and his points of supply."""

    installations: list[InstallationOut]


class ConsentIn(In):
    """Consent to the treatment of personal data, given or taken back."""

    given: Flag
    channel: ConsentChannel
    reference: Annotated[str, text_of(DataConsent, "reference", "dónde está el papel")] = ""


class ErasedOut(Out):
    """Result of an erasure."""

    whole: bool = Field(description="false: nombre y documento quedan mientras haya deber de conservarlos")
    until: Instant | None = Field(description="cuándo termina ese deber, si se sabe")


def _one(request: HttpRequest, customer_id: int) -> Customer:
    found: Customer = row_or_404(Customer.objects.of(user_of(request)), customer_id)
    return found


@router.post("/customers/search", **guarded(Operation.SEE_CUSTOMERS, Page[CustomerOut]))
def search_customers(request: HttpRequest, body: SearchIn) -> Any:
    """Buscar clientes."""
    return page_of(Page[CustomerOut], find_customers(user_of(request), body.text), body, CustomerOut.of)


@router.get(_ONE, **guarded(Operation.SEE_CUSTOMERS, CustomerDetailOut))
def one_customer(request: HttpRequest, customer_id: int) -> CustomerDetailOut:
    """Un cliente y sus instalaciones."""
    found = _one(request, customer_id)
    homes = [installation_out(home) for home in service_points_of(user_of(request), found)]
    return CustomerDetailOut.of(found, installations=homes)


@router.put(_ONE, **guarded(Operation.EDIT_CUSTOMERS, CustomerOut))
def correct_customer(request: HttpRequest, customer_id: int, body: PersonIn) -> CustomerOut:
    """Corregir sus datos."""
    found = _one(request, customer_id)
    edit_customer(user_of(request), found, body.data())
    return CustomerOut.of(found)


@router.post(f"{_ONE}/consents", **guarded(Operation.EDIT_CUSTOMERS, CustomerOut, status=201))
def record_consent(request: HttpRequest, customer_id: int, body: ConsentIn) -> CustomerOut:
    """Registrar que autorizó el tratamiento de sus datos, o que lo retiró."""
    found = _one(request, customer_id)
    channel = body.channel.value
    personal_data.record_consent(
        user_of(request), found, given=body.given, channel=channel, reference=body.reference
    )
    return CustomerOut.of(found)


@router.post(
    f"{_ONE}/personal-data",
    **guarded(Operation.EXPORT_PERSONAL_DATA, None, media_type="application/zip"),
)
def export_personal_data(request: HttpRequest, customer_id: int) -> HttpResponse:
    """Todo lo que se sabe de una persona, como ZIP; queda en la auditoría."""
    found = _one(request, customer_id)
    answer = HttpResponse(
        personal_data.export_personal_data(user_of(request), found), content_type="application/zip"
    )
    answer["Content-Disposition"] = f'attachment; filename="datos-cliente-{found.pk}.zip"'
    return answer


@router.post(f"{_ONE}/erasure", **guarded(Operation.ERASE_PERSONAL_DATA, ErasedOut))
def erase_customer(request: HttpRequest, customer_id: int) -> ErasedOut:
    """Suprimir los datos que ningún deber conserva."""
    result = personal_data.erase_personal_data(user_of(request), _one(request, customer_id))
    return ErasedOut.of(result)
