"""What a customer can order by a short code: choose the next credit, close or open the switch by hand.

Whether an order does anything is for the account and for the control mode to say.
"""

from collections.abc import Callable

from sim.meter.components import Components
from sim.meter.cosem.live import Act
from sim.meter.events import EventCode

#: Name of an order, as profiles write it -> what it does; True where it changed something.
Commands = dict[str, Callable[[], bool]]


#: Every name.
ORDERS = frozenset({"next_credit", "reconnect", "disconnect"})


def customer_commands(parts: Components, act: Act) -> Commands:
    """The orders of one meter.

    Args:
        parts: account and switch.
        act: does something to a part, keeps it, and lets the others follow.
    """
    account, switch = parts.prepayment, parts.switch

    def choose_next() -> bool:
        return any(account.choose(source) for source in account.purse.ordered)

    return {
        "next_credit": lambda: act(choose_next),
        "reconnect": lambda: act(switch.manual_reconnect, EventCode.MANUAL_RECONNECTION),
        "disconnect": lambda: act(switch.manual_disconnect, EventCode.MANUAL_DISCONNECTION),
    }
