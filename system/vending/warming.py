"""Warm-up of a process before it serves, so that the first sale of a day does not wait."""

import gc
import sys

from django.template.loader import get_template
from django.urls import reverse

from system.config.compiled_queries import compile_all

#: What a cashier sees from the counter to the ticket.
TEMPLATES = ("vending/counter.html", "vending/_offer.html", "vending/refused.html", "vending/sale.html")

#: How long a thread computes while others wait for the interpreter, seconds. A sale comes back from the
#: database some forty times, and may be kept waiting so long each time, while it holds what others need.
SWITCH_S = 0.001


def warm_up() -> None:
    """Load pages, compile the queries of a sale, and spare the collector of garbage what stays for ever.

    What is loaded lives as long as the process; going through it stops every sale for a fifth of a second.
    """
    reverse("vending:counter")  # loads every page's module
    for name in TEMPLATES:
        get_template(name)
    compile_all()
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(SWITCH_S)
