"""The inputs of a sale as JSON and back: what the sale keeps, years after tariff and debts have changed.

The text is canonical (keys sorted, no spaces): the same inputs are the same text, and its hash names them.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import date
from typing import Any, TypeVar

from system.vending.pricing.errors import PricingError
from system.vending.pricing.sale import Obligation, ObligationKind, Rule, SaleInputs
from system.vending.pricing.tariff import Step, Tariff

T = TypeVar("T")


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
        raise PricingError("not-sale-inputs") from error


def tariff_to_plain(tariff: Tariff) -> dict[str, Any]:
    """A version of a tariff as plain JSON values: what a terminal without a link carries along."""
    return _plain(tariff)


def tariff_from_plain(plain: Mapping[str, Any]) -> Tariff:
    """The version that `tariff_to_plain` wrote.

    Raises:
        PricingError: it is none, or makes no sense.
    """
    return _read(_tariff, plain, "not-a-tariff")


def obligation_to_plain(obligation: Obligation) -> dict[str, Any]:
    """An obligation as plain JSON values."""
    return _plain(obligation)


def obligation_from_plain(plain: Mapping[str, Any]) -> Obligation:
    """The obligation that `obligation_to_plain` wrote.

    Raises:
        PricingError: it is none, or makes no sense.
    """
    return _read(_obligation, plain, "not-an-obligation")


def _plain(value: Tariff | Obligation) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(asdict(value), default=str))
    return made


def _read(make: Callable[[Mapping[str, Any]], T], plain: Mapping[str, Any], code: str) -> T:
    try:
        return make(plain)
    except PricingError:
        raise
    except (ValueError, TypeError, KeyError) as error:
        raise PricingError(code) from error


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
