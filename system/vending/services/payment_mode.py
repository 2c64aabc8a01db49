"""The agreement follows the meter: once a meter says that it counts otherwise, its customer pays otherwise.

The order goes to the meter first (`system.head_end`); when the meter has confirmed it, the present agreement
ends at that instant and one of the other mode begins, with the same customer and tariff. So nothing is billed
that was prepaid, and the credit that was left stays in the meter for when it is prepaid again (R4.1-04).
"""

import logging
from datetime import timedelta
from typing import Any

from system.accounts import audit
from system.config.clock import business_now
from system.config.transactions import write_transaction
from system.head_end import api
from system.registry.models import Agreement, AgreementMode, DeviceInstallation

_LOGGER = logging.getLogger("amibench.vending")
#: So far back the worker looks for what nobody heard.
_LOOK_BACK = timedelta(days=7)
#: What a meter says -> how the customer pays. Who pays by availability goes on doing so.
_MODES = {"prepaid": AgreementMode.PREPAID, "postpaid": AgreementMode.POSTPAID}


def connect() -> None:
    """Hear of orders that ended."""
    api.order_ended.connect(_on_order_ended, dispatch_uid="system.vending.follow_mode")


def follow_missed_orders() -> str:
    """Follow what nobody heard of, as a process can die before it hears; for the worker.

    One that fails keeps no other waiting; it is tried again the next time.
    """
    tried = [_try_follow(order) for order in api.modes_set(business_now() - _LOOK_BACK)]
    parts = (f"{tried.count(True)} agreements follow their meters", f"{tried.count(None)} fail to")
    told = (part for part, found in zip(parts, (True, None), strict=True) if found in tried)
    return ", ".join(told)


def follow_mode(order: api.OrderView) -> bool:
    """Let the agreement follow an order that was done; True where it did so now, again is no news."""
    wanted = _MODES.get(str(order.result.get("mode")))
    at = order.changed_at
    hung = DeviceInstallation.objects.filter(device_id=order.device_id).at(at).first()
    if wanted is None or hung is None:
        return False
    with write_transaction():
        present = (
            Agreement.objects.select_for_update()
            .filter(installation_id=hung.installation_id, valid_to__isnull=True, valid_from__lt=at)
            .exclude(mode=AgreementMode.AVAILABILITY)
            .first()
        )
        if present is None or present.mode == wanted:
            return False
        present.ends(at)
        Agreement.objects.create(
            provider_id=present.provider_id,
            installation_id=present.installation_id,
            customer_id=present.customer_id,
            mode=wanted,
            tariff_code=present.tariff_code,
            valid_from=at,
        )
        audit.record(
            "agreement.follow-meter",
            subject=f"installation:{present.installation_id}",
            detail={"order": str(order.id), "from": present.mode, "to": wanted.value},
            provider_id=present.provider_id,
        )
    return True


def _on_order_ended(order: api.OrderView, **_: Any) -> None:
    if order.kind is not api.OrderKind.MODE or order.state is not api.OrderState.DONE:
        return
    _try_follow(order)


def _try_follow(order: api.OrderView) -> bool | None:
    """See `follow_mode`; None: it failed. The order is kept, and the worker looks again."""
    try:
        return follow_mode(order)
    except Exception as error:
        _LOGGER.error("the agreement after order %s: %s", order.id, type(error).__name__)
        return None
