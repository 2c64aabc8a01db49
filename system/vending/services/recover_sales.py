"""After a crash: every sale without an outcome gets one, from what the security module says."""

from datetime import timedelta

from system.config.clock import security_now
from system.vending.errors import SalePending
from system.vending.models import OpenSale
from system.vending.services.finish_sale import resolve_sale


def recover_sales(older_than_s: float = 0.0) -> tuple[int, int, int]:
    """Resolve what is open.

    Args:
        older_than_s: leave alone what was reserved less long ago, by the wall: it may be under way.

    Returns:
        How many were minted, cancelled, and are still unknown.
    """
    minted = cancelled = unknown = 0
    before = security_now() - timedelta(seconds=older_than_s)
    for place in OpenSale.objects.select_related("sale").filter(sale__wall_at__lte=before):
        try:
            outcome = resolve_sale(place.sale)
        except SalePending:
            unknown += 1
        else:
            minted, cancelled = minted + outcome.minted, cancelled + (not outcome.minted)
    return minted, cancelled, unknown
