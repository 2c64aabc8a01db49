"""A nursery for workers: ``amibench system work`` is forked ready-loaded, killed, forked again.

    python worker_processes.py DIRECTORY

The books of DIRECTORY are there already. Commands and answers are those of `nursery.ForkingNursery`.
"""

import os
import sys
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from nursery import ForkingNursery, configure

from system.vending.delivery.messenger import FileMessenger, Outgoing

ARGUMENT = "AMIBENCH_MESSAGES"
#: Where every message is told of, right after it is on the disk and before it is marked.
TOLD_URL = "CAMPAIGN_TOLD_URL"
FILE = "messages.jsonl"
NAMES = uuid.UUID("b3a1a8a4-4c7e-4a86-8f0e-1e8a5d1b9f10")


class TellingMessenger(FileMessenger):
    """The channel that ships, with somebody who is told between its writing and the worker's mark."""

    def send(self, message: Outgoing) -> None:
        super().send(message)
        urllib.request.urlopen(os.environ[TOLD_URL], data=message.id.encode(), timeout=60).close()


class WorkerNursery(ForkingNursery):
    """Workers on books that somebody else filled."""

    def prepare(self) -> dict[str, Any]:
        import django

        django.setup()
        from importlib import import_module

        from system.background_jobs.jobs import JOBS

        import_module("amibench.commands.system.app")  # before the forks
        for job in JOBS:
            import_module(job.verb.rpartition(".")[0])
        return {}

    def work(self) -> dict[str, Any]:
        return self.fork(self._be_worker)

    def work_once(self) -> dict[str, Any]:
        """A worker with ``--once``; its exit code."""
        return self.run(lambda: {"code": self._command("--once", "--json")})

    def _be_worker(self, say: Callable[[Any], None]) -> None:
        say({})
        self._command()

    def _command(self, *options: str) -> int:
        from amibench.commands.system.app import app

        log = os.open(self.directory / "workers.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        try:
            app(["work", *options], standalone_mode=False)
        except SystemExit as end:
            return int(end.code or 0)
        return 0

    def queue(self, number: int, each: int) -> dict[str, Any]:
        """Webhooks and messages of a round; their ids."""
        return self.run(lambda: _queue(number, each))

    def tomorrow(self) -> bool:
        """Every lease is over, and everything is due."""
        return bool(self.run(_tomorrow))

    def books_say(self) -> dict[str, Any]:
        return self.run(_books)


def _queue(number: int, each: int) -> dict[str, Any]:
    from system.config.clock import security_now
    from system.networks.models import Network, WebhookMessage
    from system.networks.webhooks.events import Event, queue_event
    from system.registry.models import Customer
    from system.vending.delivery.models import Message

    network, now, messages = Network.objects.get(), security_now(), []
    customer = Customer.objects.filter(data_consent_at__isnull=False).latest("pk")
    for place in range(each):
        about = uuid.uuid5(NAMES, f"{number} {place}")
        queue_event(network, Event.SALE_DONE, about, {"sale": str(about)})
        row = Message.objects.create(
            id=about,
            provider_id=network.provider_id,
            customer=customer,
            template="token",
            number="3001234567",
            text=f"Su token {number}-{place}",
            next_at=now,
            queued_at=now,
        )
        messages.append(str(row.pk))
    wanted = {body: str(key) for key, body in WebhookMessage.objects.values_list("pk", "body")}
    webhooks = [key for body, key in wanted.items() if any(about in body for about in messages)]
    return {"webhooks": webhooks, "messages": messages}


def _tomorrow() -> dict[str, Any]:
    from system.background_jobs.models import JobRow
    from system.config.clock import security_now
    from system.networks.models import WebhookMessage
    from system.vending.delivery.models import Message

    now = security_now()
    JobRow.objects.update(leased_by="", leased_until=None, due_at=now)
    WebhookMessage.objects.filter(state="waiting").update(next_at=now)
    Message.objects.filter(state="waiting").update(next_at=now)
    return {"done": True}


def _books() -> dict[str, Any]:
    from system.networks.models import WebhookMessage
    from system.vending.delivery.models import Message

    return {
        "webhooks": {str(key): state for key, state in WebhookMessage.objects.values_list("pk", "state")},
        "bodies": {str(key): body for key, body in WebhookMessage.objects.values_list("pk", "body")},
        "messages": {str(key): state for key, state in Message.objects.values_list("pk", "state")},
    }


if __name__ == "__main__":
    FOLDER = Path(sys.argv[1])
    configure(FOLDER)
    os.environ["AMIBENCH_MESSENGER"] = "worker_processes.TellingMessenger"
    os.environ[ARGUMENT] = str(FOLDER / FILE)
    WorkerNursery(FOLDER).live()
