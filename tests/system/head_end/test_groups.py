"""The same order for many meters: progress, abort, and a second person for a mass disconnection."""

import uuid
from typing import Any

import pytest
from field_store import MIDNIGHT, QUARTER, Field

from system.accounts import four_eyes
from system.head_end import api
from system.head_end.api import OrderKind, OrderState, UnableToOrder
from system.head_end.models import Order, OrderGroup
from system.head_end.selectors.orders import find_groups, progress_of
from system.head_end.services.order_groups import (
    GroupRequest,
    abort_group,
    execute_mass_disconnection,
    request_mass_disconnection,
)

NOW = MIDNIGHT + QUARTER
GROUP = uuid.UUID(int=5)


@pytest.fixture
def meters(field: Field) -> list[Any]:
    channel = field.channel(concentrator=True)
    return [field.meter(number, channel).device for number in (1, 2, 3)]


def test_a_group_shows_its_progress_and_is_aborted(field: Field, meters: list[Any]) -> None:
    user = field.operator()
    given = {"name": "Lectura de cierre", "parameters": {"obis": ["1.0.1.8.0"]}}
    assert api.request_group(user, GROUP, meters, OrderKind.READ, **given) == GROUP
    assert api.request_group(user, GROUP, meters, OrderKind.READ, **given) == GROUP
    assert Order.objects.count() == 3
    visit = field.lease(NOW)
    done, running = visit.orders[0].id, visit.orders[1].id
    assert field.begin(visit, done)
    field.report(visit, done, OrderState.DONE)
    assert field.begin(visit, running)
    group = OrderGroup.objects.get()
    assert abort_group(user, group).cancelled == 1
    assert abort_group(user, group).cancelled == 1
    progress = progress_of(user, GROUP)
    assert progress is not None
    assert (progress.total, progress.done, progress.ended, progress.percent) == (3, 1, 2, 66)
    assert progress.aborted
    field.report(visit, running, OrderState.DONE)
    assert [one.percent for one in find_groups(user)] == [100]


@pytest.mark.requirement("R4.1-05")
def test_a_mass_disconnection_needs_a_second_person(field: Field, meters: list[Any]) -> None:
    asks, decides = field.operator("supervisor", "ana"), field.operator("administrator", "beto")
    with pytest.raises(UnableToOrder, match="otra persona"):
        api.request_group(asks, GROUP, meters, OrderKind.CUT, name="Mora")
    wish = GroupRequest(GROUP, "Mora", OrderKind.CUT, tuple(meters))
    approval = request_mass_disconnection(asks, wish, "mora de tres meses")
    with pytest.raises(UnableToOrder, match="no fue aprobada"):
        execute_mass_disconnection(asks, approval)
    four_eyes.decide(decides, approval, granted=True)
    with pytest.raises(UnableToOrder):
        api.request_group(asks, GROUP, meters[:2], OrderKind.CUT, name="Mora", approval=approval)
    with pytest.raises(UnableToOrder, match="Solo quien pidió"):
        execute_mass_disconnection(field.operator("supervisor", "carla"), approval)
    assert not Order.objects.exists()
    group = execute_mass_disconnection(asks, approval, "Mora")
    assert execute_mass_disconnection(asks, approval, "Mora") == group
    assert Order.objects.filter(group=group, kind="cut").count() == 3


def test_an_operator_cannot_cut_many(field: Field, meters: list[Any]) -> None:
    wish = GroupRequest(GROUP, "Mora", OrderKind.CUT, tuple(meters))
    with pytest.raises(UnableToOrder, match="rol"):
        request_mass_disconnection(field.operator(), wish, "mora")
    with pytest.raises(UnableToOrder, match="rol"):
        api.request_group(field.operator(), GROUP, meters, OrderKind.CUT, name="Mora")
    assert api.request_group(field.operator(), GROUP, meters[:1], OrderKind.CUT, name="Uno") == GROUP


@pytest.mark.parametrize("what", ["twice", "nothing", "tokens", "no name", "other"])
def test_a_senseless_group_is_refused(field: Field, meters: list[Any], what: str) -> None:
    user = field.operator()
    kind = OrderKind.TOKEN if what == "tokens" else OrderKind.RECONNECT
    devices = {"twice": [meters[0], meters[0]], "nothing": []}.get(what, meters)
    if what == "other":
        api.request_group(user, GROUP, meters[:1], kind, name="otro")
    with pytest.raises(UnableToOrder):
        api.request_group(user, GROUP, devices, kind, name=" " if what == "no name" else "Grupo")
    assert Order.objects.count() == (1 if what == "other" else 0)
