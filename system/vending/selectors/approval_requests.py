"""Requests that need four eyes: which are open, and what operators must sign for them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from system.accounts.models import Approval, User
from system.accounts.permissions import Operation
from system.config.clock import business_now, security_now
from system.vending.models import Reversal, Sale
from system.vending.module_client import module_client
from system.vending.selectors.supply import UnknownMeter, find_supply

#: What this room carries out.
OPERATIONS = (Operation.FREE_ISSUE, Operation.KEY_CHANGE, Operation.REVERSE_SALE)
_NAMES = {
    Operation.FREE_ISSUE.value: "Entrega sin cobro",
    Operation.KEY_CHANGE.value: "Cambio de llave",
    Operation.REVERSE_SALE.value: "Reversión",
}
_LAST = 50


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request as a list shows it."""

    approval: Approval
    name: str
    state: str


def open_requests(user: User) -> list[OpenRequest]:
    """Those that are not carried out yet, newest first."""
    rows = (
        Approval.objects.of(user)
        .filter(operation__in=[operation.value for operation in OPERATIONS])
        .select_related("decision", "requested_by")
        .order_by("-requested_at")[:_LAST]
    )
    used = set(Sale.objects.filter(approval__in=list(rows)).values_list("approval_id", flat=True))
    used |= set(Reversal.objects.filter(approval__in=list(rows)).values_list("approval_id", flat=True))
    return [OpenRequest(row, _NAMES[row.operation], request_state(row)) for row in rows if row.pk not in used]


def request_state(approval: Approval) -> str:
    """``granted``, ``rejected``, ``expired`` or ``waiting``."""
    decision = getattr(approval, "decision", None)
    if decision is not None:
        return "granted" if decision.granted else "rejected"
    return "expired" if security_now() > approval.expires_at else "waiting"


def module_arguments(user: User, approval: Approval) -> tuple[str, dict[str, Any]] | None:
    """Operation and arguments of the security module for a request; None where it needs none.

    The request's id is the message id, so that what is signed is good for this request alone.
    """
    make = _ARGS.get(approval.operation)
    if make is None:
        return None
    try:
        supply = find_supply(user, approval.arguments["number"], business_now())
    except UnknownMeter:
        return None
    operation, more = make(approval.arguments)
    return operation, {"message_id": str(approval.pk), "meter": supply.meter_fields(), **more}


def signable_request(user: User, approval: Approval) -> dict[str, Any] | None:
    """The file that ``amibench security-module approve`` signs; None where nothing needs signing.

    Raises:
        SecurityModuleError: the module does not say its name.
    """
    found = module_arguments(user, approval)
    if found is None or request_state(approval) != "granted":
        return None
    operation, args = found
    args["approval"] = {"until": signatures_until(approval)}
    return {"store": module_client().status()["store"], "operation": operation, "args": args}


def demo_signatures(signable: Mapping[str, Any] | None) -> Sequence[Mapping[str, str]]:
    """The operators' signatures that this installation makes by itself: none, but in the demo.

    Args:
        signable: of `signable_request`.
    """
    if signable is None or not settings.REQUEST_SIGNER:
        return ()
    sign: Callable[[Mapping[str, Any]], Sequence[Mapping[str, str]]] = import_string(settings.REQUEST_SIGNER)
    return sign(signable)


def signatures_until(approval: Approval) -> str:
    """Until when signatures for it hold."""
    return str(approval.expires_at.isoformat())


_ARGS: dict[str, Callable[[dict[str, Any]], tuple[str, dict[str, Any]]]] = {
    Operation.FREE_ISSUE.value: lambda said: (
        "mint",
        {"subclass": 0, "amount": said["units"], "free_issue": True},
    ),
    Operation.KEY_CHANGE.value: lambda said: ("key_change", {"target": said["target"]}),
}
