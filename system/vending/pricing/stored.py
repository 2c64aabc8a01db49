"""The inputs of a sale as JSON and back: what the sale keeps, years after tariff and debts have changed.

The text is canonical (keys sorted, no spaces): the same inputs are the same text, and its hash names them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from typing import Any

from system.vending.pricing.errors import PricingError
from system.vending.pricing.inputs import SaleInputs
from system.vending.pricing.obligations import Obligation, ObligationKind, Rule
from system.vending.pricing.tariff import Step, Tariff


def to_json(inputs: SaleInputs) -> str:
    """The inputs as canonical JSON."""
    return json.dumps(asdict(inputs), sort_keys=True, separators=(",", ":"), ensure_ascii=False, default=str)


def from_json(text: str) -> SaleInputs:
    """The inputs that `to_json` wrote.

    Raises:
        PricingError: it is no such text, or its rules are unknown here.
    """
    try:
        plain = json.loads(text)
        return SaleInputs(
            **{
                **plain,
                "day": date.fromisoformat(plain["day"]),
                "tariff": _tariff(plain["tariff"]),
                "obligations": tuple(map(_obligation, plain["obligations"])),
            }
        )
    except PricingError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise PricingError("these are not the stored inputs of a sale") from error


def _tariff(plain: Mapping[str, Any]) -> Tariff:
    return Tariff(
        **{
            **plain,
            "valid_from": date.fromisoformat(plain["valid_from"]),
            "steps": tuple(Step(**step) for step in plain["steps"]),
            "components_e4": tuple((name, price_e4) for name, price_e4 in plain["components_e4"]),
        }
    )


def _obligation(plain: Mapping[str, Any]) -> Obligation:
    return Obligation(
        **{**plain, "kind": ObligationKind(plain["kind"]), "rule": Rule(**plain["rule"])},
    )
