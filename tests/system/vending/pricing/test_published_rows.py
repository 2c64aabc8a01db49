"""R5.3-03: the engine against what was published of Isla Fuerte: costs, tariffs and bills."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from system.vending.pricing import (
    BillInputs,
    ReferenceTariff,
    SaleInputs,
    Step,
    Tariff,
    price_bill,
    price_sale,
    unit_cost_e4,
    zni_tariff,
)

PUBLISHED: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "data" / "zni_published.json").read_text(encoding="utf-8")
)
LOW_LAND_M = 5
ROUNDED_COP = Decimal("0.015")


def e4(cop_per_kwh: str) -> int:
    return int(Decimal(cop_per_kwh) * 10_000)


@pytest.mark.parametrize("row", PUBLISHED["unit_cost_cop_per_kwh"], ids=lambda row: row["month"])
def test_unit_cost_of_its_components(row: dict[str, str]) -> None:
    computed = Decimal(unit_cost_e4(e4(row["g"]), e4(row["d"]), e4(row["c"]))) / 10_000
    off = abs(computed - Decimal(row["published"]))
    assert off <= (Decimal("0.19") if "note" in row else ROUNDED_COP)


def tariff_of(row: dict[str, str], customer: int | str) -> Tariff:
    beyond = e4(row["beyond"])
    reference = ReferenceTariff(
        subsistence_e4={1: e4(row["e1"]), 2: e4(row["e2"]), 3: e4(row["e3"])},
        beyond_e4={1: beyond, 2: beyond, 3: beyond},
        sectors_e4={"official": beyond, "commercial": beyond},
    )
    return zni_tariff(
        f"ZNI-{customer}",
        1,
        date.fromisoformat(f"{row['month']}-01"),
        reference=reference,
        local_cost_e4=e4(row["full"]),
        customer=customer,
        altitude_m=LOW_LAND_M,
    )


@pytest.mark.parametrize("row", PUBLISHED["applied_tariffs_cop_per_kwh"], ids=lambda row: row["month"])
def test_three_blocks_and_the_effective_subsidy(row: dict[str, str]) -> None:
    tariff = tariff_of(row, 1)
    # 173 kWh at the subsistence price, to the centavo
    money_c = int(Decimal(row["e1"]) * 173 * 100)
    quote = price_sale(SaleInputs(money_c, tariff.valid_from, tariff))
    assert (quote.units, quote.residue_mc) == (1730, 0)
    cost_mc = quote.units * tariff.unit_cost_e4
    percent = Decimal(quote.subsidy_mc * 100) / cost_mc
    assert abs(percent - Decimal(row["subsidy_percent"])) < Decimal("0.06")
    # the next kWh of the month cost the reference price, those above 800 the full cost
    after = price_sale(SaleInputs(10**9, tariff.valid_from, tariff, bought_units=quote.units))
    assert [(line.name, line.price_e4) for line in after.lines] == [
        ("complementario", e4(row["beyond"])),
        ("pleno", e4(row["full"])),
    ]
    assert after.lines[0].units == 8000 - 1730


@pytest.mark.parametrize("row", PUBLISHED["bills"], ids=lambda row: f"{row['period']}-{row['customer']}")
def test_bills_to_the_peso(row: dict[str, str]) -> None:
    """Published prices are themselves rounded to the centavo a kWh, so a bill may differ by centavos."""
    tariff = Tariff(
        row["customer"],
        1,
        date(2022, 1, 1),
        (Step("consumo", e4(row["price"])),),
        e4(row["unit_cost"]),
    )
    bill = price_bill(BillInputs(int(Decimal(row["kwh"]) * 1000), date(2022, 3, 31), tariff))
    for ours_c, published in (
        (bill.total_c, row["total"]),
        (bill.cost_c, row["cost"]),
        (bill.subsidy_c, row["subsidy"]),
    ):
        assert abs(Decimal(ours_c) / 100 - Decimal(published)) < Decimal("0.25")
        assert round(Decimal(ours_c) / 100) == round(Decimal(published))
    assert bill.cost_c == bill.total_c + bill.subsidy_c
