"""What is strange about what a terminal brings is told, and booked all the same ."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from offline_paper import PaperTerminal, token_digits
from vending_world import drn, make_village

from protocols.offline.messages import CounterReading
from system.accounts.models import AuditRecord, User
from system.registry.models import DeviceInstallation, MeterKeying
from system.vending.ledger import ledger_faults
from system.vending.models import Sale
from system.vending.offline.errors import ForkFound, OfflineRefused
from system.vending.offline.models import Batch, Finding, SettledEntry, SettledSale, TerminalState
from system.vending.offline.services.enrolment import restore, suspend
from system.vending.offline.services.packs import make_pack
from system.vending.offline.services.settlement import receive_batch


def kinds() -> list[str]:
    return sorted(Finding.objects.values_list("kind", flat=True))


def test_a_clean_batch_finds_nothing(post: Any) -> None:
    for number in (1, 2, 3):
        post.paper.sell(drn(number), 1_000_000)
    post.settle()
    assert kinds() == []


_STRANGE: list[tuple[dict[str, Any], str]] = [
    ({"number": "T9-000001"}, "number"),
    ({"number": "T1-" + "1" * 30}, "number"),
    ({"operator": "nadie"}, "unknown-operator"),
    ({"shift_id": uuid.UUID(int=77)}, "unknown-shift"),
    ({"lease_id": uuid.UUID(int=78)}, "beyond-lease"),
    ({"sequence": 7}, "counter-differs"),
    ({"tokens": [{"digits": token_digits(1, 16), "tid": 16, "role": "credit"}]}, "wrong-token"),
    ({"tokens": [{"digits": "9" * 20, "tid": 17, "role": "credit"}]}, "wrong-token"),
    ({"subsidy_mc": 1}, "price-differs"),
]


@pytest.mark.requirement("R5.4-01")
@pytest.mark.parametrize(
    ("other", "kind"), _STRANGE, ids=[f"{kind}-{n}" for n, (_, kind) in enumerate(_STRANGE)]
)
def test_what_is_strange_is_told_and_booked(post: Any, other: dict[str, Any], kind: str) -> None:
    post.paper.sell(drn(1), 1_000_000, **other)
    sequence = other.get("sequence", 1)
    receive_batch(post.village.supervisor, post.paper.batch(counter=CounterReading(sequence, 1_000_000)))
    assert kinds() == [kind]
    finding = Finding.objects.get()
    assert (finding.entry, finding.sale) == (3, Sale.objects.get())
    assert ledger_faults() == []


@pytest.mark.requirement("R5.4-05")
def test_above_what_was_allowed_is_told(post: Any) -> None:
    post.paper.spent_c = 49_500_000
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    assert kinds() == ["counter-differs", "over-allowed"]
    assert Sale.objects.count() == 1


def test_a_counter_that_minted_more_than_it_tells_is_told(post: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    data = post.paper.batch(counter=CounterReading(2, 1_500_000))
    receive_batch(post.village.supervisor, data)
    receive_batch(post.village.supervisor, data)
    assert kinds() == ["counter-differs"]
    assert Finding.objects.get().entry == 0


@pytest.mark.parametrize("hours", [-2, 24 * 30])
def test_a_clock_that_goes_wrong_is_told(post: Any, hours: int) -> None:
    post.paper.now += timedelta(hours=hours)
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    assert "clock" in kinds()
    assert Sale.objects.count() == 1


def test_after_its_lease_a_sale_is_told(post: Any, business_time: Any) -> None:
    post.paper.now += timedelta(days=30)
    business_time.instant = post.paper.now
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    assert kinds() == ["beyond-lease"]


def test_a_sale_id_that_the_books_have_is_not_booked_again(post: Any) -> None:
    said = post.paper.sell(drn(1), 1_000_000)
    post.paper.sell(drn(1), 1_000_000, sale_id=said["sale_id"])
    post.settle()
    assert "id-reused" in kinds()
    assert Sale.objects.count() == 1
    assert SettledEntry.objects.count() == 4
    assert ledger_faults() == []


def test_a_meter_of_nobody_is_told_and_not_booked(post: Any) -> None:
    post.paper.sell(drn(1), 1_000_000, drn=drn(99), installation="nadie")
    post.settle()
    assert "unknown-meter" in kinds()
    assert not Sale.objects.exists()
    assert ledger_faults() == []


def test_a_key_that_changed_meanwhile_is_told(post: Any, homes: list[Any]) -> None:
    device = homes[0].devices.get().device if hasattr(homes[0], "devices") else None
    hung = DeviceInstallation.objects.get(installation=homes[0])
    keying = MeterKeying.objects.get(device=device or hung.device)
    keying.ends(post.paper.now)
    MeterKeying.objects.create(
        provider=keying.provider, device=keying.device, valid_from=post.paper.now, sgc="201457", krn=2, ti=1
    )
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    assert kinds() == ["key-changed"]
    assert Sale.objects.get().meter["krn"] == 1


def test_a_meter_that_was_taken_down_meanwhile_is_told(post: Any, homes: list[Any]) -> None:
    DeviceInstallation.objects.get(installation=homes[0]).ends(post.paper.now)
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    assert kinds() == ["key-changed"]
    assert Sale.objects.get().installation == homes[0]


@pytest.mark.requirement("R5.4-05")
def test_a_fork_is_kept_as_evidence_and_suspends(post: Any) -> None:
    before = list(post.paper.entries)
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    # the disk was put back to before the sale: another sale bears the same number
    post.paper.entries, post.paper.sequence, post.paper.spent_c = before, 0, 0
    post.paper.sell(drn(2), 3_000_000)
    data = post.paper.batch()
    for _ in range(2):  # again is the same
        with pytest.raises(ForkFound, match="otra historia"):
            receive_batch(post.village.supervisor, data)
    post.row.refresh_from_db()
    assert post.row.state == TerminalState.SUSPENDED
    assert kinds() == ["fork"]
    assert Batch.objects.get(fork=True).first == 1
    assert Sale.objects.count() == 1
    with pytest.raises(OfflineRefused, match="no está activo"):
        make_pack(post.village.supervisor, post.row)
    assert ledger_faults() == []


@pytest.mark.requirement("R5.4-05")
def test_a_fork_is_seen_where_only_what_follows_it_is_told(post: Any) -> None:
    before = list(post.paper.entries)
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    post.paper.entries, post.paper.sequence, post.paper.spent_c = before, 0, 0
    post.paper.sell(drn(2), 3_000_000)
    post.paper.sell(drn(2), 3_000_000)
    with pytest.raises(ForkFound):
        post.settle(4, 4)
    assert Sale.objects.count() == 1


@pytest.mark.requirement("R5-06")
def test_what_a_suspended_terminal_sold_is_settled(post: Any, village: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    suspend(village.supervisor, post.row)
    assert post.settle().new == 3
    assert Sale.objects.count() == 1
    post.row.refresh_from_db()
    restore(village.supervisor, post.row)
    post.row.refresh_from_db()
    assert post.row.state == TerminalState.ACTIVE


def test_another_providers_people_and_terminals_are_strangers(post: Any) -> None:
    other = make_village("Otra empresa")
    with pytest.raises(OfflineRefused, match="no es de un terminal de este prestador"):
        receive_batch(other.supervisor, post.paper.batch())
    with pytest.raises(OfflineRefused, match="no es de un terminal de este prestador"):
        receive_batch(post.village.supervisor, PaperTerminal(9).batch())
    with pytest.raises(OfflineRefused, match="Su rol no permite"):
        receive_batch(post.village.cashier, post.paper.batch())
    assert not Batch.objects.exists()


def test_a_batch_signed_by_another_terminal_is_refused(make_post: Callable[..., Any], village: Any) -> None:
    first, second = make_post(1), make_post(2)
    data = second.paper.batch(terminal_id=first.paper.id)
    with pytest.raises(OfflineRefused, match="lo firmó otro"):
        receive_batch(village.supervisor, data)


def test_what_was_done_is_in_the_audit_trail_without_secrets(post: Any) -> None:
    post.paper.sell(drn(1), 1_000_000)
    post.settle()
    rows = AuditRecord.objects.filter(subject=f"terminal:{post.row.pk}")
    assert list(rows.values_list("action", flat=True)).count("terminals.settle") >= 2  # the pack, the batch
    said = "".join(str(row.detail) for row in AuditRecord.objects.all())
    assert "4071" not in said
    assert post.row.operators.get().verifier not in said
    assert User.objects.get(pk=post.village.cashier.pk).username not in said
    assert SettledSale.objects.count() == 1
