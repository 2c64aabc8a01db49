"""Verbs of a terminal: each says in one exception why not, and is safe to repeat."""

from system.terminal.services.office import admit_office, load_pack, make_batch, read_office
from system.terminal.services.recover import recover
from system.terminal.services.sales import Offer, Order, Sold, offer, print_ticket, sell
from system.terminal.services.shifts import close_shift, log_in, open_shift

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
