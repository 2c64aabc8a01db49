"""Background work of delivery; each verb is safe to repeat, and answers one line or none."""

from datetime import timedelta

from system.config.clock import security_now
from system.vending.delivery import carriers, messages
from system.vending.delivery.completion import complete_open
from system.vending.delivery.hand_over import deliver_sale
from system.vending.delivery.models import HandOver, HandOverState
from system.vending.delivery.preference import DELIVERED_KINDS
from system.vending.models import Sale
from system.vending.services.vend_transaction import recover_sales

#: A sale that is open so long is nobody's any more; one that is minted so long was forgotten; seconds.
ABANDONED_S, FORGOTTEN_S = 60.0, 5.0
#: Older sales are not delivered by themselves any more.
OWED_FOR = timedelta(hours=48)
PIECE = 100


def recover() -> str:
    """Give sales that a crash left open an outcome."""
    minted, cancelled, unknown = recover_sales(ABANDONED_S)
    return f"minted {minted}, cancelled {cancelled}, unknown {unknown}" if minted or cancelled else ""


def deliver() -> str:
    """Hand over what nobody did (a recovered sale, a process that died) and what is due again."""
    now = security_now()
    forgotten = Sale.objects.filter(
        kind__in=DELIVERED_KINDS,
        outcome__minted=True,
        outcome__wall_at__range=(now - OWED_FOR, now - timedelta(seconds=FORGOTTEN_S)),
        hand_over__isnull=True,
        reversal__isnull=True,
        settled__isnull=True,  # sold off line: its ticket went home days ago
    )
    sales = list(forgotten.order_by("outcome__wall_at")[:PIECE])
    due = HandOver.objects.filter(state=HandOverState.OWED, next_at__lte=now).select_related("sale")
    sales += [row.sale for row in due.order_by("next_at")[:PIECE]]
    for sale in sales:
        deliver_sale(sale)
    ended = complete_open()
    return f"handed over {len(sales)}, ended {ended}" if sales or ended else ""


def follow_remote() -> str:
    """Send and ask head-ends elsewhere."""
    asked = carriers.follow_remote_tokens()
    return f"asked {asked}" if asked else ""


def send_messages() -> str:
    """Send what customers are to be told."""
    sent, failed = messages.send_due_messages()
    return f"sent {sent}, failed {failed}" if sent or failed else ""
