"""A village whose meters are in the field: channels, accesses, plans, and rows as a collector brings them."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from vending_world import Village

from system.head_end import store_port
from system.head_end.django_store import DjangoStore
from system.head_end.vocabulary import ChannelKind, OrderState, Reason, Source

#: 05:00 UTC is midnight in Bogotá.
MIDNIGHT = datetime(2026, 11, 24, 5, tzinfo=UTC)
LOAD, DAILY = "1.0.99.1.0", "1.0.99.2.0"
ENERGY = store_port.Column(3, "1.0.1.8.0", 2, 0, 30)
VOLTAGE = store_port.Column(3, "1.0.12.7.0", 2, -1, 35)
CURRENT = store_port.Column(3, "1.0.11.7.0", 2, -2, 33)
#: As meters of several phases have them.
VOLTAGE_L1 = store_port.Column(3, "1.0.32.7.0", 2, -1, 35)
CURRENT_L1 = store_port.Column(3, "1.0.31.7.0", 2, -2, 33)
QUARTER = timedelta(minutes=15)


@dataclass
class Field:
    """What a test has in its hands."""

    village: Village
    store: DjangoStore

    def operator(self, role: str = "operator", name: str = "") -> Any:
        from system.accounts.models import User

        name = name or f"{role}-campo"
        known = User.objects.filter(username=name).first()
        return known or User.objects.create_user(name, provider=self.village.provider, role=role)

    def device(self, number: int, kind: str = "meter") -> Any:
        """A meter at home of customer `number`."""
        from system.registry.models import Device

        serial = f"{self.village.provider.pk}-{number:08d}"
        if not Device.objects.filter(serial=serial).exists():
            self.village.customer(number)
        device = Device.objects.get(serial=serial)
        if device.kind != kind:
            Device.objects.filter(pk=device.pk).update(kind=kind)
        return device

    def channel(self, name: str = "C1", *, concentrator: bool = False, **more: Any) -> Any:
        from system.head_end.models import Channel

        kind = ChannelKind.CONCENTRATOR if concentrator else ChannelKind.DIRECT
        uplink = "tcp://127.0.0.1:7000" if concentrator else ""
        given = {"url": "tcp://127.0.0.1:4059", "uplink_url": uplink, "due_at": MIDNIGHT, **more}
        return Channel.objects.create(provider=self.village.provider, kind=kind.value, name=name, **given)

    def meter(self, number: int, channel: Any = None, **more: Any) -> Any:
        """The access of a confirmed meter."""
        from system.head_end.models import MeterAccess

        given = {"sap": number, "state_since": MIDNIGHT, "wanted_since": MIDNIGHT, **more}
        return MeterAccess.objects.create(
            provider=self.village.provider,
            device=self.device(number),
            channel=channel or self.channel(f"directo {number}"),
            **given,
        )

    def plan(self, profile: str = LOAD, period_s: int = 900, **more: Any) -> Any:
        from system.head_end.models import CollectionPlan

        given = {"name": f"{profile} {period_s}", "at_s": 1800, **more}
        return CollectionPlan.objects.create(
            provider=self.village.provider, profile=profile, period_s=period_s, **given
        )

    def lease(self, now: datetime = MIDNIGHT + QUARTER, who: str = "uno", most: int = 10) -> store_port.Visit:
        """The one visit that is due."""
        (visit,) = self.store.lease(who, most, now)
        return visit

    def report(self, visit: store_port.Visit, order_id: uuid.UUID, state: OrderState, **more: Any) -> None:
        at = more.pop("at", MIDNIGHT + QUARTER)
        self.store.report(visit.lease, store_port.OrderReport(order_id, state, at, **more))

    def begin(self, visit: store_port.Visit, order_id: uuid.UUID, at: datetime = MIDNIGHT + QUARTER) -> bool:
        return self.store.may_begin(visit.lease, store_port.OrderReport(order_id, OrderState.RUNNING, at))


def rows(
    first: datetime, values: Sequence[Sequence[int | None]], step: timedelta = QUARTER, status: int = 0
) -> tuple[store_port.Row, ...]:
    """Rows whose first interval ends at `first`."""
    return tuple(
        store_port.Row(first + number * step, tuple(line), status) for number, line in enumerate(values)
    )


def batch(
    device_id: int,
    lines: Sequence[store_port.Row],
    *,
    columns: Sequence[store_port.Column] = (ENERGY,),
    number: object = None,
    **more: Any,
) -> store_port.RowBatch:
    """A batch of the load profile; `number` makes its id."""
    batch_id = uuid.uuid4() if number is None else uuid.uuid5(uuid.NAMESPACE_OID, str(number))
    given: dict[str, Any] = {
        "profile": LOAD,
        "source": Source.PROFILE,
        "period_s": 900,
        "received_at": MIDNIGHT + timedelta(days=2),
        **more,
    }
    return store_port.RowBatch(
        id=batch_id, device_id=device_id, columns=tuple(columns), rows=tuple(lines), **given
    )


def contact(
    device_id: int | None, at: datetime, reason: Reason | None = None, **more: Any
) -> store_port.Contact:
    return store_port.Contact(device_id, at, reason, 1.0, **more)
