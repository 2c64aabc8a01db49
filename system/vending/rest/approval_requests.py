"""Routes of requests under dual control: ask, see what is to be signed, carry out."""

import uuid
from collections.abc import Mapping
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router
from pydantic import Field

from protocols.sts.identity import KRN_RANGE, SGC_PATTERN, TI_RANGE
from system.accounts import four_eyes
from system.accounts.access import user_of
from system.accounts.models import Approval
from system.accounts.permissions import Operation
from system.accounts.rest.approvals import ApprovalOut, approval_out
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import In, plain_text, row_or_404, whole
from system.vending.models import Sale
from system.vending.rest.fields import Energy, MeterNumber, Reason, units_of
from system.vending.rest.sales import SaleDetailOut, sale_detail_out, sales_of
from system.vending.selectors.approval_requests import OPERATIONS, open_requests, signable_request
from system.vending.services import issue_tokens, key_changes, reverse_sale
from system.vending.services.approval_requests import execute_request

router = Router(tags=["Solicitudes de cuatro ojos"])
_ONE = "/requests/{uuid:request_id}"


class ReversalIn(In):
    """Sale to be reversed."""

    sale_id: uuid.UUID
    reason: Reason


class FreeIssueIn(In):
    """Energy that nobody pays."""

    number: MeterNumber
    energy_wh: Energy
    reason: Reason


class KeyChangeIn(In):
    """Another key for a meter."""

    number: MeterNumber
    sgc: str = Field(pattern=f"^{SGC_PATTERN}$")
    krn: Annotated[int, whole(*KRN_RANGE)]
    ti: Annotated[int, whole(*TI_RANGE)]
    reason: Reason


class SignatureIn(In):
    """Signature of an operator of the security module."""

    operator: Annotated[str, plain_text(40)]
    signature: str = Field(pattern=r"^[0-9a-fA-F]{128}$", description="Ed25519, hexadecimal")


class ExecutionIn(In):
    """Signatures, where the security module wants them."""

    signatures: Annotated[tuple[SignatureIn, ...], Field(max_length=8)] = ()


class RequestOut(ApprovalOut):
    """A request, its state, and what two operators must sign for it."""

    state: str = Field(description="waiting, granted, rejected o expired")
    to_sign: dict[str, Any] | None = Field(
        description="lo que firma «amibench security-module approve»; nulo: no hace falta firma"
    )


class OpenRequestOut(ApprovalOut):
    """A request in a list."""

    state: str


def _ask(
    request: HttpRequest, request_id: uuid.UUID, operation: Operation, said: Mapping[str, Any], reason: str
) -> ApprovalOut:
    return approval_out(four_eyes.request_approval(user_of(request), operation, said, reason, request_id))


def _found(request: HttpRequest, request_id: uuid.UUID) -> Approval:
    rows = Approval.objects.of(user_of(request)).filter(operation__in=[one.value for one in OPERATIONS])
    found: Approval = row_or_404(rows.select_related("requested_by", "decision__decided_by"), request_id)
    return found


@router.get("/requests", **guarded(Operation.REVERSE_SALE, list[OpenRequestOut]))
def list_requests(request: HttpRequest) -> list[OpenRequestOut]:
    """Las últimas 50 solicitudes que aún no se ejecutan."""
    return [
        OpenRequestOut(**approval_out(one.approval).model_dump(), state=one.state)
        for one in open_requests(user_of(request))
    ]


@router.get(_ONE, **guarded(Operation.REVERSE_SALE, RequestOut, 503))
def one_request(request: HttpRequest, request_id: uuid.UUID) -> RequestOut:
    """Una solicitud: su estado, y lo que deben firmar dos operadores."""
    found, user = _found(request, request_id), user_of(request)
    states = {one.approval.pk: one.state for one in open_requests(user)}
    state = states.get(found.pk, "done")
    signable = signable_request(user, found) if state == "granted" else None
    return RequestOut(**approval_out(found).model_dump(), state=state, to_sign=signable)


@router.put(f"{_ONE}/reversal", **guarded(Operation.REVERSE_SALE, ApprovalOut))
def ask_for_reversal(request: HttpRequest, request_id: uuid.UUID, body: ReversalIn) -> ApprovalOut:
    """Pedir que se reverse una venta."""
    sale = row_or_404(sales_of(request), body.sale_id)
    said = reverse_sale.reversal_arguments(sale)
    return _ask(request, request_id, Operation.REVERSE_SALE, said, body.reason)


@router.put(f"{_ONE}/free-issue", **guarded(Operation.FREE_ISSUE, ApprovalOut))
def ask_for_free_issue(request: HttpRequest, request_id: uuid.UUID, body: FreeIssueIn) -> ApprovalOut:
    """Pedir energía que nadie paga."""
    said = issue_tokens.free_issue_arguments(body.number, units_of(body.energy_wh))
    return _ask(request, request_id, Operation.FREE_ISSUE, said, body.reason)


@router.put(f"{_ONE}/key-change", **guarded(Operation.KEY_CHANGE, ApprovalOut))
def ask_for_key_change(request: HttpRequest, request_id: uuid.UUID, body: KeyChangeIn) -> ApprovalOut:
    """Pedir un cambio de llave por sí solo, también a otro grupo de suministro."""
    said = key_changes.key_change_arguments(
        body.number, key_changes.key_change_target(body.sgc, body.krn, body.ti)
    )
    return _ask(request, request_id, Operation.KEY_CHANGE, said, body.reason)


@router.post(f"{_ONE}/execution", **guarded(Operation.REVERSE_SALE, SaleDetailOut, 409))
def execute(request: HttpRequest, request_id: uuid.UUID, body: ExecutionIn) -> SaleDetailOut:
    """Ejecutar lo aprobado; repetirlo da el mismo resultado."""
    signatures = [one.model_dump() for one in body.signatures]
    made: Sale = execute_request(user_of(request), _found(request, request_id), signatures)
    return sale_detail_out(row_or_404(sales_of(request), made.pk))
