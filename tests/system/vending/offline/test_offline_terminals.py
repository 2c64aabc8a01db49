"""R5-06, R5.4-05: who a terminal is, what it may hold, who sells with it, and what a pack says."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from offline_paper import FakeModule, PaperTerminal
from vending_world import drn, make_village

from protocols.offline.messages import Pack as PackMessage
from protocols.offline.pin import fits
from system.registry.models import Device, Group, GroupAxis, GroupMembership
from system.vending.errors import UnableToSell
from system.vending.models import PlannedKeyChange
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import LeasedMeter, Pack, Scope, Terminal, TerminalState
from system.vending.offline.selectors.terminals import allowed_c, terminal_position
from system.vending.offline.services.enrolment import (
    TerminalTerms,
    change_terms,
    enrol,
    remove_operator,
    restore,
    set_pin,
    suspend,
)
from system.vending.offline.services.office_keys import office_public
from system.vending.offline.services.packs import make_pack, newest_pack, pack_bytes
from system.vending.offline.services.settlement import receive_cash
from system.vending.services.key_changes import plan_key_change
from system.vending.services.shifts import receive_deposit

pytestmark = pytest.mark.usefixtures("business_time")


def opened(pack: Pack) -> PackMessage:
    return PackMessage.open(pack_bytes(pack), office_public(pack.provider_id))


@pytest.mark.requirement("R5-06")
def test_a_terminal_is_enrolled_once(post: Any, village: Any) -> None:
    terms = TerminalTerms(post.row.point_of_sale, 1_000)
    assert enrol(village.supervisor, post.paper.enrolment(), terms) == post.row
    assert (post.row.code, post.row.slot, post.row.state) == ("T1", 1, TerminalState.ACTIVE)
    other = PaperTerminal(2)
    with pytest.raises(OfflineRefused, match="ya tiene un terminal activo"):
        enrol(village.supervisor, other.enrolment(), terms)
    with pytest.raises(OfflineRefused, match="Su rol no permite"):
        enrol(village.cashier, other.enrolment(), terms)
    with pytest.raises(OfflineRefused, match="firma no corresponde"):
        enrol(village.supervisor, other.enrolment().replace(b"S-2", b"S-3"), terms)
    stranger = make_village("Otra")
    with pytest.raises(OfflineRefused, match="Ese terminal ya está inscrito"):
        enrol(stranger.supervisor, post.paper.enrolment(), TerminalTerms(stranger.point_of_sale, 1_000))


@pytest.mark.requirement("R5-06")
@pytest.mark.parametrize("limit_c", [0, -1, 10**12 + 1])
def test_a_limit_is_an_amount(post: Any, village: Any, limit_c: int) -> None:
    with pytest.raises(OfflineRefused, match="cupo debe ser mayor"):
        change_terms(village.supervisor, post.row, TerminalTerms(post.row.point_of_sale, limit_c))


@pytest.mark.requirement("R5-06")
def test_another_takes_its_place_and_its_sales_are_settled_all_the_same(post: Any, village: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    successor = PaperTerminal(2)
    terms = TerminalTerms(post.row.point_of_sale, 5_000_000)
    made = enrol(village.supervisor, successor.enrolment(), terms, former=post.row)
    assert made.former == post.row
    assert made.slot == 2  # the slot of a lease that has not ended is nobody else's
    post.row.refresh_from_db()
    assert post.row.state == TerminalState.REPLACED
    assert post.settle().new == 3
    set_pin(village.supervisor, made, village.cashier, "4071")
    assert all(one.conservative for one in opened(make_pack(village.supervisor, made)).customers)
    with pytest.raises(OfflineRefused, match="no está activo"):
        make_pack(village.supervisor, post.row)


def test_slots_end(make_post: Callable[..., Any]) -> None:
    for seed in range(1, 16):
        assert make_post(seed).row.slot == seed
    with pytest.raises(OfflineRefused, match="Ya hay 15 terminales"):
        make_post(16)


@pytest.mark.requirement("R5.4-05")
def test_a_deposit_raises_the_limit_by_exactly_itself(post: Any, village: Any) -> None:
    before_c = allowed_c(post.row)
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    assert allowed_c(post.row) == before_c
    deposit_id = uuid.uuid4()
    for _ in range(2):
        receive_cash(village.supervisor, post.row, 700_000, "R-1", deposit_id)
    assert allowed_c(post.row) == before_c + 700_000
    position = terminal_position(post.row)
    assert (position.due_c, position.sold_c, position.sales) == (300_000, 1_000_000, 1)
    assert Pack.objects.get(pk=make_pack(village.supervisor, post.row).pk).allowed_c == before_c + 700_000


@pytest.mark.requirement("R5.4-05")
def test_money_counts_for_one_terminal_once(make_post: Callable[..., Any], village: Any) -> None:
    first, second = make_post(1).row, make_post(2).row
    paid, other = uuid.uuid4(), uuid.uuid4()
    receive_cash(village.supervisor, first, 100_000, "", paid)
    with pytest.raises(OfflineRefused, match="ya se usó"):
        receive_cash(village.supervisor, second, 100_000, "", paid)
    with pytest.raises(OfflineRefused, match="ya se usó"):
        receive_cash(village.supervisor, first, 100_001, "", paid)
    receive_deposit(village.supervisor, village.merchant, 50_000, "", other)  # for what counters on line owe
    with pytest.raises(OfflineRefused, match="ya se usó"):
        receive_cash(village.supervisor, first, 50_000, "", other)
    with pytest.raises(OfflineRefused, match="Su rol no permite recibir"):
        receive_cash(village.cashier, first, 50_000, "", uuid.uuid4())
    assert (allowed_c(first) - first.limit_c, allowed_c(second) - second.limit_c) == (100_000, 0)


@pytest.mark.requirement("R5.4-06")
def test_a_pack_says_all_that_a_terminal_needs(post: Any, village: Any) -> None:
    first = post.paper.sell(drn(1), 1_000_000)
    post.settle()
    pack = opened(make_pack(village.supervisor, post.row, valid_days=20))
    assert (pack.number, pack.terminal_id, pack.point_of_sale.code) == (2, post.paper.id, "T1")
    assert (pack.settled.number, pack.settled.hash) == (3, post.paper.entries[2].hash)
    assert [one.drn for one in pack.customers] == [drn(1), drn(2), drn(3)]
    known = pack.customers[0]
    assert (known.installation, known.month, known.bought_units) == ("NIU-0001", "2026-11", first["units"])
    assert known.residue_mc == first["residue_mc"]
    assert [one["code"] for one in pack.tariffs] == ["ZNI-E1"]
    assert pack.valid_until - pack.made_at == timedelta(days=20)
    assert pack.limits.limit_c == post.row.limit_c
    assert pack.test
    assert newest_pack(post.row).number == 2


@pytest.mark.requirement("R5.4-05")
def test_the_lease_allows_what_the_office_says_and_no_more(
    post: Any, village: Any, fake_module: FakeModule
) -> None:
    receive_cash(village.supervisor, post.row, 700_000, "", uuid.uuid4())
    pack = make_pack(village.supervisor, post.row)
    _, asked = fake_module.asked[-1]
    assert asked["allowed_c"] == post.row.limit_c + 700_000 == pack.allowed_c
    assert (asked["slot"], asked["part"], asked["parts"]) == (1, 1, 1)
    assert asked["terminal"] == {"id": str(post.paper.id), "agreement_public": post.row.agreement_public}
    assert asked["until"] == (pack.valid_until + timedelta(days=3)).isoformat()
    # the largest sale at the lowest price, and no more
    assert asked["units_max"] == 1 + 100_000_000 * 1000 // 3_462_100
    assert LeasedMeter.objects.filter(pack=pack).count() == len(asked["meters"]) == 3


def test_a_hundred_meters_a_lease(post: Any, village: Any, fake_module: FakeModule) -> None:
    for number in range(4, 103):
        village.customer(number)
    fake_module.asked.clear()
    pack = make_pack(village.supervisor, post.row)
    assert [(asked["part"], len(asked["meters"])) for _, asked in fake_module.asked] == [(1, 100), (2, 2)]
    assert len(pack.file.lease_ids) == 2
    row = LeasedMeter.objects.filter(pack=pack).order_by("pk").last()
    assert row.is_in(pack.file.lease_ids[1])
    assert not row.is_in(pack.file.lease_ids[0])


def test_a_pack_that_failed_leaves_a_gap_and_its_leases_known(
    post: Any, village: Any, fake_module: FakeModule
) -> None:
    fake_module.down = True
    with pytest.raises(OfflineRefused, match="módulo de seguridad no responde"):
        make_pack(village.supervisor, post.row)
    fake_module.down = False
    assert newest_pack(post.row).number == 1
    assert LeasedMeter.objects.filter(pack__number=2).count() == 3
    assert make_pack(village.supervisor, post.row).number == 3


def test_a_planned_key_change_waits_or_keeps_its_meter_out(
    make_post: Callable[..., Any], homes: list[Any], village: Any
) -> None:
    post = make_post()
    device = Device.objects.get(identifiers__value=drn(1))
    plan_key_change(village.supervisor, device, krn=2, ti=1)
    assert [one.drn for one in post.load().customers] == [drn(2), drn(3)]
    PlannedKeyChange.objects.all().delete()
    post.load()
    with pytest.raises(UnableToSell, match=r"El terminal sin red T1 puede vender .* hasta el 2026-12"):
        plan_key_change(village.supervisor, device, krn=2, ti=1)


@pytest.mark.parametrize("scope", [Scope.COMMUNITY, Scope.SITE, Scope.GROUP])
def test_a_scope_narrows(make_post: Callable[..., Any], homes: list[Any], village: Any, scope: Scope) -> None:
    group = Group.objects.create(provider=village.provider, axis=GroupAxis.FREE, name="Ruta 1")
    GroupMembership.objects.create(
        provider=village.provider,
        group=group,
        installation=homes[1],
        valid_from=datetime(2026, 1, 1, tzinfo=UTC),
    )
    other = type(village.site).objects.create(
        provider=village.provider, community=village.site.community, name="Otra", kind="nano"
    )
    type(homes[2]).objects.filter(pk=homes[2].pk).update(site=other)
    places = {Scope.COMMUNITY: village.site.community, Scope.SITE: village.site, Scope.GROUP: group}
    wanted = {Scope.COMMUNITY: [1, 2, 3], Scope.SITE: [1, 2], Scope.GROUP: [2]}
    post = make_post(1, scope=scope, place=places[scope])
    assert [one.drn for one in post.load().customers] == [drn(number) for number in wanted[scope]]


def test_a_scope_without_a_place_is_none(make_post: Callable[..., Any]) -> None:
    with pytest.raises(OfflineRefused, match="Elija a qué clientes"):
        make_post(1, scope=Scope.SITE)


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "1111", "١٢٣٤"])
def test_a_pin_is_digits(post: Any, village: Any, pin: str) -> None:
    with pytest.raises(OfflineRefused, match="El PIN son"):
        set_pin(village.supervisor, post.row, village.cashier, pin)


def test_a_pin_is_nowhere_and_fits(post: Any, village: Any) -> None:
    operator = opened(make_pack(village.supervisor, post.row)).operators[0]
    assert operator.username == village.cashier.username
    assert fits("4071", operator.salt, operator.verifier, operator.cost)
    assert not fits("4072", operator.salt, operator.verifier, operator.cost)
    remove_operator(village.supervisor, post.row, village.cashier)
    with pytest.raises(OfflineRefused, match="Nadie puede vender"):
        make_pack(village.supervisor, post.row)
    with pytest.raises(OfflineRefused, match="no puede vender por este prestador"):
        set_pin(village.supervisor, post.row, make_village("Otra").cashier, "4071")


@pytest.mark.requirement("R5-06")
def test_a_suspended_terminal_gets_no_pack(post: Any, village: Any) -> None:
    suspend(village.supervisor, post.row)
    with pytest.raises(OfflineRefused, match="no está activo"):
        make_pack(village.supervisor, post.row)
    with pytest.raises(OfflineRefused, match="Su rol no permite"):
        restore(village.cashier, post.row)
    restore(village.supervisor, post.row)
    assert make_pack(village.supervisor, post.row).number == 2


@pytest.mark.parametrize("days", [0, 41])
def test_a_pack_holds_for_days(post: Any, village: Any, days: int) -> None:
    with pytest.raises(OfflineRefused, match="1 a 40 días"):
        make_pack(village.supervisor, post.row, days)


def test_two_that_both_want_to_be_active_at_one_counter(post: Any, village: Any) -> None:
    suspend(village.supervisor, post.row)
    enrol(village.supervisor, PaperTerminal(2).enrolment(), TerminalTerms(post.row.point_of_sale, 1_000))
    with pytest.raises(OfflineRefused, match="ya es de otro terminal"):
        restore(village.supervisor, post.row)
    assert Terminal.objects.filter(state=TerminalState.ACTIVE).count() == 1


def test_a_tariff_that_nobody_published_is_named(post: Any, village: Any) -> None:
    village.customer(7, tariff="ZNI-E9")
    with pytest.raises(OfflineRefused, match="La tarifa ZNI-E9 no está vigente"):
        make_pack(village.supervisor, post.row)
    assert newest_pack(post.row).number == 1
