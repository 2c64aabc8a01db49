"""How an account stands: its mode, and whether it is new, active or closed.

::

    new  --activate-->  active  --close-->  closed  --reset-->  new

The standard names the states; what supply and tokens do in each is our reading: a new account takes tokens
and counts nothing, a closed one takes none and gives no supply.

Source: IEC 62056-6-2, Account, account_mode_and_status
"""

from enum import Enum
from typing import Any

from protocols.dlms.cosem.enumerations import AccountStatus, PaymentMode


class Step(Enum):
    """What is done to an account."""

    ACTIVATE = "activate"
    CLOSE = "close"
    RESET = "reset"


#: (status, step) -> status; what is not here is refused.
TRANSITIONS: dict[tuple[AccountStatus, Step], AccountStatus] = {
    (AccountStatus.NEW_INACTIVE, Step.ACTIVATE): AccountStatus.ACTIVE,
    (AccountStatus.ACTIVE, Step.CLOSE): AccountStatus.CLOSED,
    (AccountStatus.CLOSED, Step.RESET): AccountStatus.NEW_INACTIVE,
}


class Standing:
    """Mode and status, and the times at which the status will change.

    Args:
        mode: credit or prepayment.
        status: of a new meter.
    """

    __slots__ = ("activation_us", "closure_us", "mode", "status")

    def __init__(self, mode: PaymentMode, status: AccountStatus) -> None:
        self.mode = mode
        self.status = status
        #: When a new account opens by itself, by the meter's clock; None for never.
        self.activation_us: int | None = None
        #: When an active account closes by itself.
        self.closure_us: int | None = None

    @property
    def counts(self) -> bool:
        """True where energy and charges are taken from credit."""
        return self.mode is PaymentMode.PREPAYMENT and self.status is AccountStatus.ACTIVE

    @property
    def closed(self) -> bool:
        """True for a closed account."""
        return self.status is AccountStatus.CLOSED

    @property
    def next_us(self) -> int | None:
        """When it will change by itself."""
        planned = (self.activation_us, self.closure_us)
        return min((instant for instant in planned if instant is not None), default=None)

    def step(self, step: Step) -> bool:
        """Do one step; False where it is not allowed now."""
        target = TRANSITIONS.get((self.status, step))
        if target is None:
            return False
        self.status = target
        return True

    def follow(self, epoch_us: int) -> list[Step]:
        """The steps that were planned for this time or before; each is planned once."""
        due: list[Step] = []
        if self.activation_us is not None and self.activation_us <= epoch_us:
            due.append(Step.ACTIVATE)
            self.activation_us = None
        if self.closure_us is not None and self.closure_us <= epoch_us:
            due.append(Step.CLOSE)
            self.closure_us = None
        return due

    def snapshot(self) -> list[int | None]:
        """As plain data."""
        return [int(self.mode), int(self.status), self.activation_us, self.closure_us]

    def restore(self, kept: list[Any]) -> None:
        """Take up what was kept."""
        mode, status, self.activation_us, self.closure_us = kept
        self.mode, self.status = PaymentMode(mode), AccountStatus(status)
