"""Keys of the office and packs: taken whole, or refused with one sentence and nothing of them kept."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from counter_leases import lease_for
from terminal_world import NOW, PaperOffice, World, customer, make_world, signing_key

from protocols.offline.messages import Batch, PackDeposit, Settled
from protocols.offline.wrapping import PRIVATE_OCTETS
from system.terminal import services
from system.terminal.errors import TerminalRefused
from system.terminal.services.office import Fingerprints, read_office
from system.terminal.totals import office_position


def state(world: World) -> tuple[object, ...]:
    """All that a refused file must not change."""
    desk = world.desk
    loaded = None if desk.loaded is None else desk.loaded.pack.number
    return desk.book.last, desk.book.pack(), desk.counter.status(), desk.pinned(), loaded


def test_an_office_is_admitted_once_and_by_its_fingerprints(bare: World) -> None:
    keys = bare.office.keys()
    _, prints = read_office(keys)
    with pytest.raises(TerminalRefused) as error:
        services.admit_office(bare.desk, keys, Fingerprints(prints.office, "0000 0000 0000 0000"))
    assert error.value.code == "not-confirmed"
    assert bare.desk.pinned() is None
    services.admit_office(
        bare.desk, keys, Fingerprints(prints.office.lower(), prints.module.replace(" ", ""))
    )
    services.admit_office(bare.desk, keys, prints)
    other = PaperOffice(signing_key(5)).keys()
    with pytest.raises(TerminalRefused) as error:
        services.admit_office(bare.desk, other, read_office(other)[1])
    assert error.value.code == "office-known"


def test_no_pack_before_the_office_is_known(bare: World) -> None:
    with pytest.raises(TerminalRefused) as error:
        services.load_pack(bare.desk, bare.office.next_pack(bare.desk))
    assert error.value.code == "no-office"


def test_the_same_pack_again_is_no_news(world: World) -> None:
    data, before = world.desk.book.pack(), state(world)
    assert data is not None
    assert not services.load_pack(world.desk, data)
    assert state(world) == before


BadPack = Callable[[World], bytes]


def _forged(world: World) -> bytes:
    other = PaperOffice(signing_key(5), packs=1)
    return other.next_pack(world.desk)


def _altered(world: World) -> bytes:
    return world.office.next_pack(world.desk).replace(b"Ibarg", b"Iberg")


def _older(world: World) -> bytes:
    return world.office.seal(replace(world.office.pack(world.desk), number=1))


def _elsewhere(world: World) -> bytes:
    return world.office.seal(replace(world.office.pack(world.desk), terminal_id=UUID(int=9, version=4)))


def _lease_of_another(world: World) -> bytes:
    pack = world.office.pack(world.desk)
    lease = lease_for(world.desk.counter, now=NOW, terminal_id=UUID(int=9, version=4))
    return world.office.seal(replace(pack, leases=(*pack.leases, lease)))


def _lease_for_other_keys(world: World) -> bytes:
    pack = world.office.pack(world.desk, allowed_c=10**12)
    lease = lease_for(world.desk.counter, now=NOW, agreement_public=bytes(PRIVATE_OCTETS - 1) + b"\x09")
    return world.office.seal(replace(pack, leases=(*pack.leases, lease)))


def _no_tariff(world: World) -> bytes:
    return world.office.seal(replace(world.office.pack(world.desk), tariffs=()))


def _odd_debt(world: World) -> bytes:
    return world.office.next_pack(world.desk, (customer(1, obligations=[{"what": 1}]),))


def _other_history(world: World) -> bytes:
    return world.office.next_pack(world.desk, settled=Settled(1, "0" * 64))


def _future_history(world: World) -> bytes:
    return world.office.next_pack(world.desk, settled=Settled(99, "0" * 64))


@pytest.mark.requirement("R5.4-06")
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_forged, "bad-message"),
        (_altered, "bad-message"),
        (_older, "older-pack"),
        (_elsewhere, "other-terminal"),
        (_lease_of_another, "other-terminal"),
        (_lease_for_other_keys, "bad-message"),
        (_no_tariff, "bad-pack"),
        (_odd_debt, "bad-pack"),
        (_other_history, "other-history"),
        (_future_history, "other-history"),
    ],
)
def test_a_bad_pack_is_refused_with_one_sentence(world: World, make: BadPack, code: str) -> None:
    data, before = make(world), state(world)
    with pytest.raises(TerminalRefused) as error:
        services.load_pack(world.desk, data)
    assert error.value.code == code
    assert state(world) == before
    assert error.value.es.count("\n") == error.value.en.count("\n") == 0
    assert world.sell(1).row.content["sequence"] == 1  # the old pack sells on


def test_a_pack_cut_short_anywhere(world: World) -> None:
    data, before = world.office.next_pack(world.desk), state(world)
    for end in range(0, len(data), max(1, len(data) // 40)):
        with pytest.raises(TerminalRefused) as error:
            services.load_pack(world.desk, data[:end])
        assert error.value.code == "bad-message"
    assert state(world) == before


@pytest.mark.requirement("R5.4-06")
def test_a_settlement_hands_over_what_is_new_and_takes_what_is_new(world: World) -> None:
    world.sell(1, 1_000_000)
    first = Batch.open(services.make_batch(world.desk), world.desk.counter.signing_public)
    assert [entry.kind for entry in first.entries] == ["pack-loaded", "shift-opened", "sale"]
    again = Batch.open(services.make_batch(world.desk), world.desk.counter.signing_public)
    assert again.entries == first.entries  # handed over twice it is the same
    last = first.entries[-1]
    deposit = PackDeposit(uuid4(), 1_000_000, NOW)
    world.pass_time(hours=1)
    pack = world.office.next_pack(
        world.desk,
        settled=Settled(last.number, last.hash),
        deposits=(deposit,),
        allowed_c=world.office.limit_c + 1_000_000,
    )
    assert services.load_pack(world.desk, pack)
    position = office_position(world.desk)
    assert (position.due_c, position.left_c) == (0, world.office.limit_c)
    then = Batch.open(services.make_batch(world.desk), world.desk.counter.signing_public)
    assert [entry.kind for entry in then.entries] == ["pack-loaded"]
    assert then.pack_number == 2
    assert (then.counter.sequence, then.counter.spent_c) == (1, 1_000_000)


def test_a_deposit_that_two_packs_tell_of_counts_once(world: World) -> None:
    deposit = PackDeposit(uuid4(), 400_000, NOW)
    world.sell(1, 1_000_000)
    for _ in range(2):
        world.pass_time(hours=1)
        services.load_pack(world.desk, world.office.next_pack(world.desk, deposits=(deposit,)))
    assert office_position(world.desk).due_c == 600_000


def test_a_pack_is_there_after_a_new_start(world: World) -> None:
    before = state(world)
    world.reopen()
    assert state(world) == before


def test_people_are_found_by_what_they_have_at_hand(bare: World) -> None:
    bare.ready(customer(1), customer(2, name="José Ñáñez"), customer(3, name="María Ñáñez"))
    loaded = bare.desk.selling()

    def found(typed: str) -> list[str]:
        return [one.installation for one in loaded.find(typed)]

    assert found("07000000013") == ["NIU-0001"]
    assert found("0700 0000 021") == ["NIU-0002"]
    assert found("niu-0003") == ["NIU-0003"]
    assert found("039") == ["NIU-0003"]  # the end of the meter's number
    assert found("ñáñez") == ["NIU-0002", "NIU-0003"]
    assert found("josé ñáñez") == ["NIU-0002"]
    assert found("13") == []  # too short to be the end of a number
    assert found(" ") == found("999") == []


def test_two_terminals_in_one_process_do_not_meet(tmp_path: Path) -> None:
    one, two = make_world(tmp_path / "a"), make_world(tmp_path / "b")
    for world in (one, two):
        world.ready()
    one.sell(1)
    assert (one.desk.book.totals()[0], two.desk.book.totals()[0]) == (1, 0)
    for world in (one, two):
        world.desk.close()


def test_the_book_holds_no_pin_and_no_passphrase(world: World) -> None:
    services.log_in(world.desk, "ana", "4711")
    text = json.dumps([list(map(str, row)) for row in world.desk.book._all("SELECT * FROM fact")])
    data = world.desk.book.pack() or b""
    assert b'"4711"' not in data
    assert "solo para pruebas" not in text
