"""Key changes: automatic ones at a sale, the rules of IEC 62055-41, and who must sign."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from protocols.sts.identity import KeyType

OTHER_GROUP = {"sgc": "201461", "krn": 8}


def registers(bench, **changes: Any) -> None:
    """Give the first register other attributes, in memory only."""
    first, *rest = bench.opened.contents.registers
    contents = replace(bench.opened.contents, registers=(replace(first, **changes), *rest))
    bench.opened.contents = bench.service.contents = bench.service._issuer.contents = contents


def test_a_sale_changes_the_key_first_when_it_may(bench) -> None:
    sold = bench.mint("m", target={"krn": 2}, allow_key_change=True)
    assert [token["subclass"] for token in sold["tokens"]] == [3, 4, 8, 9, 0]
    assert (sold["key"]["krn"], sold["key"]["ti"]) == (2, 1)
    same = bench.mint("n", target={"krn": 1, "ti": 1}, allow_key_change=True)
    assert len(same["tokens"]) == 1


def test_a_meter_with_another_ken_needs_a_change_too(bench, meter) -> None:
    sold = bench.mint("m", meter={**meter, "ken": 100}, allow_key_change=True)
    assert len(sold["tokens"]) == 5
    assert len(bench.mint("n", meter={**meter, "ken": 255})["tokens"]) == 1


def test_without_leave_the_sale_is_refused(bench) -> None:
    assert bench.mint("m", target={"ti": 2}).code == "key-change-needed"
    client = replace(bench.client, role="vending")
    bench.client = client
    assert bench.mint("m", target={"ti": 2}, allow_key_change=True).code == "approval-needed"


def test_into_another_supply_group_operators_must_sign(bench, meter) -> None:
    args = {
        "message_id": "m",
        "meter": meter,
        "target": OTHER_GROUP,
        "subclass": 0,
        "amount": 1,
        "allow_key_change": True,
    }
    assert bench.code("mint", **args) == "approval-needed"
    sold = bench.ask("mint", **bench.approve("mint", ("ana", "carla"), **args))
    assert sold["key"]["sgc"] == "201461"


def test_a_base_date_goes_one_step_forward_only(bench, meter) -> None:
    old = {**meter, "ea": "07", "sgc": "123456"}
    args = bench.approve(
        "key_change", ("ana", "beto"), message_id="k", meter=old, target={"sgc": "203557", "krn": 6}
    )
    refused = bench.ask("key_change", **args)
    assert refused.code == "key-change-rule"
    assert "2035" in refused.sentence("es")


def test_a_key_that_expired_is_left_and_never_entered(bench, meter) -> None:
    """CTSA16: from an expired key to a good one yes, to an expired one no."""
    expired = {"sgc": "201460", "krn": 7}
    args = {"message_id": "out", "meter": {**meter, **expired}, "target": {"sgc": "201457", "krn": 1}}
    assert len(bench.ask("key_change", **bench.approve("key_change", ("ana", "beto"), **args))["tokens"]) == 4
    args = {"message_id": "in", "meter": meter, "target": expired}
    assert bench.code("key_change", **bench.approve("key_change", ("ana", "beto"), **args)) == "key-expired"


def test_key_types_follow_the_matrix(bench, meter) -> None:
    registers(bench, key_type=KeyType.DDTK)
    default = {**meter, "key_type": 1}
    refused = bench.mint("m", meter=default)
    assert (refused.code, "default key" in str(refused)) == ("key-change-rule", True)
    args = {"message_id": "k", "meter": {**meter, "krn": 2}, "target": {"krn": 1, "key_type": 1}}
    assert bench.ask("key_change", **bench.approve("key_change", ("ana", "beto"), **args))["tokens"]
    registers(bench, key_type=KeyType.DITK)
    args = {"message_id": "i", "meter": {**meter, "krn": 2}, "target": {"krn": 1, "key_type": 0}}
    code = bench.code("key_change", **bench.approve("key_change", ("ana", "beto"), **args))
    assert code == "key-change-rule"


def test_a_key_serves_what_it_is_for_and_while_it_is(bench, wall) -> None:
    registers(bench, operations=("management",))
    assert bench.mint("a").code == "not-permitted"
    registers(bench, operations=("credit",), active_from=wall() + timedelta(minutes=1))
    assert bench.mint("b").code == "key-inactive"
    wall.pass_minutes(1)
    assert bench.mint("b")["tokens"]
    registers(bench, active_from=None, active_until=wall())
    assert bench.mint("c").code == "key-inactive"
    registers(bench, active_until=None, vending_limit_units=255)
    assert bench.mint("d").code == "limit-exceeded"


def test_limits_of_a_client(bench) -> None:
    bench.client = replace(bench.client, units_per_token=255, tokens_per_day=2)
    assert bench.mint("a", amount=256).code == "limit-exceeded"
    assert bench.mint("b", subclass=4, amount=100).code == "limit-exceeded"  # money is not counted in units
    assert bench.mint("c")["tokens"]
    assert bench.mint("d")["tokens"]
    assert bench.mint("e").code == "limit-exceeded"


@pytest.mark.parametrize("until", [timedelta(minutes=-1), timedelta(days=32)])
def test_signatures_hold_for_a_month_at_most(bench, meter, wall, until: timedelta) -> None:
    args = bench.approve("key_change", ("ana", "beto"), message_id="k", meter=meter, target={"ti": 2})
    args["approval"]["until"] = (wall() + until).isoformat()
    assert bench.code("key_change", **args) == "approval-needed"


def test_one_operator_under_two_names_is_one(bench, meter) -> None:
    contents = bench.opened.contents
    twin = contents.with_operator("beto", contents.operators["ana"])
    bench.opened.contents = bench.service.contents = bench.service._issuer.contents = twin
    args = bench.approve("key_change", ("ana",), message_id="k", meter=meter, target={"ti": 2})
    mine = args["approval"]["signatures"][0]
    args["approval"]["signatures"].append({**mine, "operator": "beto"})
    assert bench.code("key_change", **args) == "approval-needed"


def test_an_expired_card_and_a_common_key_without_card(bench, meter) -> None:
    assert bench.mint("a", meter={**meter, "doe": "2602"}).code == "card-expired"
    assert bench.mint("b", meter={**meter, "doe": "2603"})["tokens"]
    registers(bench, key_type=KeyType.DCTK)
    assert bench.mint("c", meter={**meter, "key_type": 3}).code == "key-change-rule"


def test_verify_reads_a_token_and_gives_no_key_away(bench, meter) -> None:
    sold = bench.mint("m", amount=20_000)
    read = bench.ask("verify", meter=meter, token=sold["tokens"][0]["digits"])
    assert (read["amount_units"], read["remembered"], read["key_expired"]) == (20_004, True, False)
    change = bench.mint("n", target={"krn": 2}, allow_key_change=True)["tokens"][0]
    section = bench.ask("verify", meter=meter, token=change["digits"])
    assert section["name"] == "Set1stSectionDecoderKey"
    assert not {"key_part", "key"} & set(section)
    assert bench.ask("verify", meter={**meter, "ti": 9}, token=change["digits"])["crc_ok"] is False
