"""Background jobs: name, period and verb of each.

A verb takes nothing, is safe to repeat, does a bounded piece, and answers one line or none.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Job:
    """Job that is done again and again.

    Args:
        name: used once.
        period_s: from one end to the next beginning, seconds; after failures it grows.
        verb: dotted path of ``() -> str``; what it answers goes to the log, nothing if it is empty.
        lease_s: so long one worker may take; longer than the verb ever takes.
    """

    name: str
    period_s: float
    verb: str
    lease_s: float = 600.0


JOBS: tuple[Job, ...] = (
    Job("recover-sales", 30, "system.vending.delivery.jobs.recover"),
    Job("deliver-owed", 10, "system.vending.delivery.jobs.deliver"),
    Job("remote-deliveries", 10, "system.vending.delivery.jobs.follow_remote"),
    Job("send-messages", 5, "system.vending.delivery.jobs.send_messages"),
    Job("agreements", 300, "system.vending.services.payment_mode.follow_missed_orders"),
    Job("network-sales", 15, "system.networks.follow_up.follow_up"),
    Job("send-webhooks", 2, "system.networks.follow_up.send_webhooks"),
    Job("scheduled-reports", 60, "system.reports.schedules.run_due"),
)
