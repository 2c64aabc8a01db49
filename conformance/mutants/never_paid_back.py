"""A meter that lends emergency credit and never asks for it back: every token goes whole to the customer."""

import dataclasses

from conformance.text import Text
from sim.meter import DEFAULT_PARTS
from sim.meter.payment.purse import Purse
from sim.meter.prepayment import Prepayment

PROFILE = "ppkw-full"
CLAUSE = "ppay/PPAY_CRED_4"
DESCRIPTION = Text("el crédito de emergencia no se paga", "emergency credit is never paid back")


class ForgetsLoans(Purse):
    """Pays nothing back."""

    __slots__ = ()

    def receive(self, amount_nj: int) -> None:
        """All of it is the customer's."""
        self.token.amount_nj += amount_nj


class Generous(Prepayment):
    """An account over such a purse."""

    __slots__ = ()
    purse_type = ForgetsLoans


PARTS = dataclasses.replace(DEFAULT_PARTS, prepayment=Generous)
