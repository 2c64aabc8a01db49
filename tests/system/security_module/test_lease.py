"""The operation `lease`: wrapped keys for one counter, once a message id, and each reason against it."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from protocols.offline.messages import Lease
from protocols.offline.wrapping import KeyWrap
from protocols.sts.identity import BaseDate, TokenIdentifier, luhn_digit
from system.security_module import store
from system.security_module.api import read_json_line, read_request, request_line
from system.security_module.client import SecurityModuleClient
from system.security_module.policy import account_of
from system.security_module.refusals import Refused
from system.security_module.sealed_contents import ROLES, Client, Contents
from system.security_module.state import LONGEST, OUT_AFTER

TERMINAL = "5a1c9d2e-7b1f-4a53-9f0e-3c6b8f2d1e40"
OTHER = "00000000-0000-4000-8000-000000000001"
PRIVATE = bytes([7]) * 32
AGREEMENT = X25519PrivateKey.from_private_bytes(PRIVATE).public_key().public_bytes_raw().hex()


def drn_of(number: int) -> str:
    body = f"07{number:08d}"
    return f"{body}{luhn_digit(body)}"


def meter(number: int = 1, **other: Any) -> dict[str, Any]:
    return {"drn": drn_of(number), "sgc": "201457", "krn": 1, "ti": 1, **other}


def terms(bench: Any, **other: Any) -> dict[str, Any]:
    plain = {
        "message_id": "lease-1",
        "terminal": {"id": TERMINAL, "agreement_public": AGREEMENT},
        "slot": 3,
        "allowed_c": 5_000_000,
        "units_max": 10_000,
        "not_before": bench.wall().isoformat(),
        "until": (bench.wall() + timedelta(days=14)).isoformat(),
        "meters": [meter(1), meter(2)],
    }
    return {**plain, **other}


def public(bench: Any) -> bytes:
    return bytes.fromhex(bench.ask("status")["lease_public"])


def granted(bench: Any, **other: Any) -> Lease:
    answer = bench.ask("lease", **terms(bench, **other))
    assert not isinstance(answer, Exception), answer
    return Lease.open(answer["lease"].encode("ascii"), public(bench))


def refusal(bench: Any, **other: Any) -> str:
    return bench.code("lease", **terms(bench, **other))


@pytest.mark.requirement("R5.4-01")
def test_a_lease_says_what_was_asked_for_and_carries_the_meters_keys(bench) -> None:
    lease = granted(bench, part=2, parts=3)
    assert (lease.terminal_id, lease.part, lease.parts, lease.slot) == (UUID(TERMINAL), 2, 3, 3)
    assert (lease.allowed_c, lease.units_max, lease.test) == (5_000_000, 10_000, True)
    assert (lease.not_before, lease.made_at) == (bench.wall(), bench.wall())
    assert lease.until == bench.wall() + timedelta(days=14)
    wrap = KeyWrap(lease.lease_id, PRIVATE, lease.ephemeral, ephemeral=False)
    register = bench.opened.contents.registers[0]
    for place, leased in enumerate(lease.meters):
        key = wrap.unwrap(place, leased.identity(), leased.sealed)
        assert len(key) == 16
        assert key != register.key.value[:16]
        assert (leased.sgc, leased.krn, leased.ken, leased.base_date) == ("201457", 1, 255, 2014)
        assert leased.tid_above == -1


def test_no_vending_key_and_no_decoder_key_is_in_answer_or_journal(bench) -> None:
    answer = bench.ask("lease", **terms(bench))
    lease = Lease.open(answer["lease"].encode(), public(bench))
    wrap = KeyWrap(lease.lease_id, PRIVATE, lease.ephemeral, ephemeral=False)
    keys = [wrap.unwrap(place, one.identity(), one.sealed) for place, one in enumerate(lease.meters)]
    keys += [register.key.value for register in bench.opened.contents.registers]
    keys.append(bench.opened.contents.lease_key)
    disk = b"".join(path.read_bytes() for path in bench.opened.directory.iterdir() if path.is_file())
    for key in keys:
        assert key.hex() not in json.dumps(answer)
        assert key not in disk
        assert key.hex().encode() not in disk
    assert bench.opened.contents.lease_key.hex() not in repr(bench.opened.contents)


def test_the_same_message_id_has_the_same_lease_and_another_request_is_refused(bench, reopen) -> None:
    first = bench.ask("lease", **terms(bench))
    assert bench.ask("lease", **terms(bench)) == first
    assert refusal(bench, allowed_c=6_000_000) == "message-id-reused"
    again = reopen(bench)
    assert again.ask("lease", **terms(bench)) == first
    assert again.ask("fetch_result", message_id="lease-1") == first
    assert granted(again, message_id="lease-2").lease_id != UUID(first["lease_id"])


def test_leases_are_no_tokens_for_a_book_that_is_reconciled(bench) -> None:
    granted(bench)
    bench.mint("sale-1")
    assert [row["message_id"] for row in bench.ask("list_results")["results"]] == ["sale-1"]
    assert bench.ask("status")["issued_tokens"] == 1


def test_only_roles_that_may_lease_may(bench) -> None:
    for role, rights in ROLES.items():
        client = Client("otra", "uid:1", role)
        answer = bench.ask("lease", client, **terms(bench, message_id=f"lease-{role}"))
        assert isinstance(answer, Exception) == ("lease" not in rights)
        if "lease" not in rights:
            assert answer.code == "not-permitted"
    assert {role for role, rights in ROLES.items() if "lease" in rights} == {"vending-off-line", "operations"}


START_TERMS = {
    "ends before now": ({"days": -1}, "lease-refused"),
    "ends as it begins": ({"days": 0}, "lease-refused"),
    "too long": ({"days": LONGEST.days, "seconds": 1}, "lease-refused"),
}


@pytest.mark.parametrize("name", START_TERMS)
def test_a_lease_ends_after_it_begins_and_not_too_late(bench, name: str) -> None:
    span, code = START_TERMS[name]
    assert refusal(bench, until=(bench.wall() + timedelta(**span)).isoformat()) == code


MALFORMED: dict[str, dict[str, Any]] = {
    "slot 0": {"slot": 0},
    "slot 16": {"slot": 16},
    "eight slots": {"slots": 8},
    "a limit below zero": {"allowed_c": -1},
    "no units": {"units_max": 0},
    "an id of capitals": {"terminal": {"id": TERMINAL.upper(), "agreement_public": AGREEMENT}},
    "half a key": {"terminal": {"id": TERMINAL, "agreement_public": AGREEMENT[:32]}},
    "no instant": {"until": "mañana"},
    "101 meters": {"meters": [meter(number) for number in range(101)]},
    "a field more": {"theft": 1},
}


@pytest.mark.parametrize("name", MALFORMED)
def test_malformed_terms_are_refused(bench, name: str) -> None:

    line = request_line(1, "lease", terms(bench, **MALFORMED[name]))
    with pytest.raises(Refused) as refused:
        read_request(read_json_line(line))
    assert refused.value.code == "bad-request"


METERS: dict[str, tuple[list[dict[str, Any]], str]] = {
    "none": ([], "lease-refused"),
    "twice the same": ([meter(1), meter(1)], "lease-refused"),
    "twice under two names": ([meter(1), meter(1, drn=account_of(drn_of(1)).pan)], "lease-refused"),
    "a wrong check digit": ([meter(1, drn="07000000014")], "luhn"),
    "no such key": ([meter(1, krn=9)], "key-not-found"),
    "an expired key": ([meter(1, sgc="201460", krn=7)], "key-expired"),
    "a key that must change first": ([meter(1, ken=85)], "key-change-needed"),
    "an expired card": ([meter(1, doe="2512")], "card-expired"),
}


@pytest.mark.parametrize("name", METERS)
def test_a_meter_is_refused_as_at_a_sale(bench, name: str) -> None:
    meters, code = METERS[name]
    assert refusal(bench, meters=meters) == code


def test_a_part_above_the_parts_is_refused(bench) -> None:
    assert refusal(bench, part=3, parts=2) == "lease-refused"


def test_a_public_key_that_agrees_with_nobody_is_refused(bench) -> None:
    assert refusal(bench, terminal={"id": TERMINAL, "agreement_public": "00" * 32}) == "lease-refused"


def with_register(bench: Any, **attributes: Any) -> None:
    first, *rest = bench.opened.contents.registers
    contents = replace(bench.opened.contents, registers=(replace(first, **attributes), *rest))
    bench.opened.save(contents, {"what": "test"}, bench.wall())
    bench.__post_init__()


def test_a_lease_does_not_outlive_its_key(bench) -> None:
    with_register(bench, active_until=bench.wall() + timedelta(days=7))
    assert refusal(bench) == "lease-refused"
    assert granted(bench, until=(bench.wall() + timedelta(days=6)).isoformat())
    tid = TokenIdentifier.at(bench.wall(), BaseDate.Y2014).tid
    with_register(bench, active_until=None, ken=tid >> 16)
    weeks = [meter(1), meter(2)]
    assert refusal(bench, message_id="l3", until=(bench.wall() + LONGEST).isoformat(), meters=weeks) in (
        "lease-refused",
    )


def test_limits_that_are_counted_here_cannot_be_counted_out_there(bench) -> None:
    for limits in ({"units_per_day": 10**6}, {"tokens_per_day": 100}, {"units_per_token": 9_999}):
        client = Client("otra", "uid:1", "vending-off-line", **limits)
        assert bench.code("lease", client, **terms(bench)) == "limit-exceeded"
    client = Client("otra", "uid:1", "vending-off-line", units_per_token=10_000)
    assert "lease" in bench.ask("lease", client, **terms(bench))
    with_register(bench, vending_limit_units=10**9)
    assert refusal(bench, message_id="lease-9") == "limit-exceeded"


@pytest.mark.requirement("R5-07")
def test_a_slot_is_one_terminals_while_its_lease_is_out(bench) -> None:
    granted(bench)
    other = {"id": OTHER, "agreement_public": AGREEMENT}
    assert refusal(bench, message_id="l2", terminal=other) == "lease-refused"
    granted(bench, message_id="l3", terminal=other, slot=4)
    granted(bench, message_id="l4", terminal=other, meters=[meter(3)])
    granted(bench, message_id="l5")  # the holder renews
    bench.wall.moment += timedelta(days=14) + OUT_AFTER - timedelta(minutes=1)
    assert refusal(bench, message_id="l6", terminal=other) == "lease-refused"
    bench.wall.pass_minutes(1)
    granted(bench, message_id="l7", terminal=other)


@pytest.mark.requirement("R5-07")
def test_on_line_keeps_to_its_own_minutes_while_a_lease_is_out(bench, reopen) -> None:
    before = bench.mint(meter=meter(1))["tokens"][-1]["tid"]
    lease = granted(bench)
    assert lease.meters[0].tid_above == before
    assert lease.meters[1].tid_above == -1
    during = [bench.mint(meter=meter(1))["tokens"][-1]["tid"] for _ in range(3)]
    assert all(tid % 16 == 0 for tid in during)
    assert sorted({before, *during}) == [before, *during]
    assert bench.mint("free", meter=meter(3))["tokens"][-1]["tid"] == before  # no lease, the present minute
    again = reopen(bench)
    again.opened.compact(again.wall())
    again = reopen(again)
    assert again.mint("m20", meter=meter(2))["tokens"][-1]["tid"] % 16 == 0
    bench.wall.moment += timedelta(days=14) + OUT_AFTER
    now = TokenIdentifier.at(bench.wall(), BaseDate.Y2014).tid
    assert again.mint("m21", meter=meter(1))["tokens"][-1]["tid"] == now


def test_a_restored_module_allows_for_leases_that_it_has_forgotten(bench, tmp_path, passphrase) -> None:
    granted(bench)
    store.back_up(bench.opened.directory, tmp_path / "backup", bench.wall())
    forgotten = granted(bench, message_id="l2", meters=[meter(5)])
    assert forgotten.meters[0].drn == drn_of(5)
    store.restore(tmp_path / "backup", tmp_path / "again", passphrase, bench.wall())
    opened = store.open_store(tmp_path / "again", passphrase, bench.wall())
    again = type(bench)(opened, bench.wall)
    assert public(again) == public(bench)
    bench.wall.pass_minutes(20)
    assert again.mint(meter=meter(5))["tokens"][-1]["tid"] % 16 == 0
    assert granted(again, message_id="l9").meters[0].tid_above == again.opened.state.floor_tid(BaseDate.Y2014)
    bench.wall.moment += LONGEST + OUT_AFTER
    now = TokenIdentifier.at(bench.wall(), BaseDate.Y2014).tid
    assert again.mint("late", meter=meter(5))["tokens"][-1]["tid"] == now
    opened.close()


def test_a_module_that_never_leased_is_restored_as_ever(bench, tmp_path, passphrase) -> None:
    store.back_up(bench.opened.directory, tmp_path / "backup", bench.wall())
    floor = store.restore(tmp_path / "backup", tmp_path / "again", passphrase, bench.wall())
    assert "leases_until" not in floor


def test_a_store_from_before_gets_its_key_once(bench, reopen) -> None:
    old = replace(bench.opened.contents, lease_key=None)
    store.write_sealed(bench.opened.directory, old, bench.opened._key)
    first = public(reopen(bench))
    assert public(reopen(bench)) == first
    assert Contents.from_json({**old.to_json(), "lease_key": None}).lease_key is None
    without = {name: value for name, value in old.to_json().items() if name != "lease_key"}
    assert Contents.from_json(without).lease_key is None


def test_a_module_whose_clients_may_not_lease_has_no_key(bench) -> None:
    nobody = replace(bench.opened.contents, lease_key=None, clients=(Client("a", "uid:1", "vending"),))
    assert nobody.with_lease_key() is nobody
    bench.service.contents = nobody
    assert bench.ask("status")["lease_public"] is None


def test_over_the_socket(on_thread, bench, connect) -> None:
    """A hundred meters fit a line, and their lease an answer."""
    bench.opened.close()
    with on_thread() as url:
        module: SecurityModuleClient = connect(url)
        now = bench.wall()
        answer = module.lease(
            "lease-1",
            terminal={"id": TERMINAL, "agreement_public": AGREEMENT},
            meters=[
                meter(number, drn=account_of(drn_of(number)).pan, ea="11", tct=2, key_type=2, ken=255)
                for number in range(100)
            ],
            slot=15,
            allowed_c=10**15,
            units_max=18_201_624,
            not_before=now,
            until=now + timedelta(days=45),
            part=100,
            parts=100,
        )
        key = bytes.fromhex(module.status()["lease_public"])
        assert len(Lease.open(answer["lease"].encode("ascii"), key).meters) == 100
        assert module.fetch_result("lease-1") == answer
    bench.opened = store.open_store(bench.opened.directory, "una frase que nadie debe leer", now)
