"""Pages of requests under dual control: ask, see what was decided, carry out."""

import json
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts import four_eyes
from system.accounts.access import requires
from system.accounts.models import Approval
from system.accounts.permissions import Operation
from system.head_end.api import UnableToOrder
from system.security_module.errors import SecurityModuleError
from system.vending.delivery.withdrawal import read_last_token, unanswered_token, undecided_reason
from system.vending.errors import SalePending
from system.vending.models import Sale
from system.vending.pages.forms import (
    ChangeKeyForm,
    FreeIssueForm,
    ReasonForm,
    RiskForm,
    SignaturesForm,
    submit_form,
    user_of,
)
from system.vending.pages.sales import find_sale
from system.vending.selectors.approval_requests import demo_signatures, open_requests, signable_request
from system.vending.services import issue_tokens, key_changes, reverse_sale
from system.vending.services.approval_requests import execute_request

_ASKED = "Solicitud registrada: otra persona debe aprobarla."


@requires(Operation.FREE_ISSUE)
@require_http_methods(["GET", "POST"])
def free_issue(request: HttpRequest) -> HttpResponse:
    """Ask for energy without charge."""
    form = FreeIssueForm(request.POST or None, initial={"sale_id": uuid.uuid4()})

    def ask(said: dict[str, Any]) -> Approval:
        arguments = issue_tokens.free_issue_arguments(said["number"], said["kwh"])
        return four_eyes.request_approval(
            user_of(request), Operation.FREE_ISSUE, arguments, said["reason"], said["sale_id"]
        )

    if request.method == "POST" and submit_form(request, form, ask, _ASKED) is not None:
        return redirect("vending:requests")
    return render(request, "vending/free_issue.html", {"form": form})


@requires(Operation.KEY_CHANGE)
@require_http_methods(["GET", "POST"])
def key_change(request: HttpRequest) -> HttpResponse:
    """Ask for a key change by itself."""
    form = ChangeKeyForm(request.POST or None, initial={"sale_id": uuid.uuid4()})

    def ask(said: dict[str, Any]) -> Approval:
        target = key_changes.key_change_target(said["sgc"], said["krn"], said["ti"])
        arguments = key_changes.key_change_arguments(said["number"], target)
        return four_eyes.request_approval(
            user_of(request), Operation.KEY_CHANGE, arguments, said["reason"], said["sale_id"]
        )

    if request.method == "POST" and submit_form(request, form, ask, _ASKED) is not None:
        return redirect("vending:requests")
    return render(request, "vending/change_key.html", {"form": form})


@requires(Operation.REVERSE_SALE)
@require_http_methods(["GET", "POST"])
def reversal(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """Ask for a sale to be taken back."""
    sale, user = find_sale(request, sale_id), user_of(request)
    unknown = unanswered_token(user, sale)
    kind = ReasonForm if unknown is None else RiskForm
    form = kind(request.POST or None, initial={"request_id": uuid.uuid4()})

    def ask(said: dict[str, Any]) -> Approval:
        arguments_of = reverse_sale.reversal_arguments if unknown is None else _with_risk
        return four_eyes.request_approval(
            user, Operation.REVERSE_SALE, arguments_of(sale), said["reason"], said["request_id"]
        )

    def _with_risk(sale: Sale) -> dict[str, str]:
        return reverse_sale.reversal_arguments_with_risk(user, sale)

    if request.method == "POST" and submit_form(request, form, ask, _ASKED) is not None:
        return redirect("vending:requests")
    shown = {"form": form, "sale": sale, "unknown": unknown}
    if unknown is not None:
        shown["why_not"] = undecided_reason(user, sale)
    return render(request, "vending/reversal.html", shown)


@requires(Operation.REVERSE_SALE)
@require_POST
def read_last_token_page(request: HttpRequest, sale_id: uuid.UUID) -> HttpResponse:
    """Ask the meter which token came last, before somebody decides."""
    sale = find_sale(request, sale_id)
    try:
        read_last_token(user_of(request), sale)
    except UnableToOrder as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, gettext("Se le pregunta al medidor en la próxima visita: vuelva en unos minutos.")
        )
    return redirect("vending:reversal", sale_id=sale.pk)


@requires(Operation.REVERSE_SALE)
@require_GET
def request_list(request: HttpRequest) -> HttpResponse:
    """Requests of this provider's people that are not carried out yet."""
    return render(request, "vending/requests.html", {"rows": open_requests(user_of(request))})


@requires(Operation.REVERSE_SALE)
@require_GET
def request_detail(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """A request: its state, and what two operators must sign where the module wants it."""
    return _page(request, _find_request(request, request_id))


@requires(Operation.REVERSE_SALE)
@require_POST
def execute(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """Carry out what was approved."""
    approval, form = _find_request(request, request_id), SignaturesForm(request.POST)
    try:
        made: Sale | None = submit_form(
            request,
            form,
            lambda said: execute_request(user_of(request), approval, said["signatures"]),
            "Hecho.",
        )
    except SalePending as error:
        return render(request, "vending/pending.html", {"sale_id": error.sale_id}, status=503)
    if made is None:
        return _page(request, approval, form)
    return redirect("vending:sale", sale_id=made.pk)


def _find_request(request: HttpRequest, request_id: uuid.UUID) -> Approval:
    found: Approval | None = Approval.objects.of(request.user).filter(pk=request_id).first()
    if found is None:
        raise Http404
    return found


def _page(request: HttpRequest, approval: Approval, form: SignaturesForm | None = None) -> HttpResponse:
    signable: dict[str, Any] | None = None
    signed: Sequence[Mapping[str, str]] = ()
    try:
        signable = signable_request(user_of(request), approval)
        signed = demo_signatures(signable)
    except SecurityModuleError:
        messages.warning(
            request, gettext("El módulo de seguridad no responde: intente de nuevo en un momento.")
        )
    lines = "\n".join(json.dumps(signature) for signature in signed)
    return render(
        request,
        "vending/request.html",
        {
            "approval": approval,
            "form": form or SignaturesForm(initial={"signatures": lines}),
            "signable": None if signable is None else json.dumps(signable, indent=1, ensure_ascii=False),
            "signed_here": bool(signed),
        },
    )
