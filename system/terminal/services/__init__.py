"""Verbs of a terminal: each says in one exception why not, and is safe to repeat."""

from system.terminal.services.admit_office import admit_office, read_office
from system.terminal.services.hand_over import make_batch
from system.terminal.services.load_pack import load_pack
from system.terminal.services.log_in import log_in
from system.terminal.services.offer import Offer, offer
from system.terminal.services.print_ticket import print_ticket
from system.terminal.services.recover import recover
from system.terminal.services.sell import Order, Sold, sell
from system.terminal.services.shifts import close_shift, open_shift

__all__ = [
    "Offer",
    "Order",
    "Sold",
    "admit_office",
    "close_shift",
    "load_pack",
    "log_in",
    "make_batch",
    "offer",
    "open_shift",
    "print_ticket",
    "read_office",
    "recover",
    "sell",
]
