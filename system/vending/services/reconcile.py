"""After a restore: what the module minted and the book does not know is written back, by message id.

A sale that was made after the backup has its token at the meter and its money in a shop's drawer. The module
tells the token, the meter and the instant; the money it never knew. It is therefore written as energy given
without charge, at full cost, so that the ledger has it; the office charges the shop when it finds the ticket.
What was bought counts in its month: nobody gets the subsidised block twice.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from protocols.sts.errors import StsValueError
from protocols.sts.identity import MeterPrimaryAccountNumber
from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_day
from system.security_module.errors import RequestRefused
from system.vending.errors import UnableToSell
from system.vending.ledger import Entry, account_of
from system.vending.models import AccountKind, InstallationMonth, MovementKind, Sale, SaleKind
from system.vending.module import module
from system.vending.pricing import PricingError
from system.vending.pricing.money import cost_mc, whole_centavos
from system.vending.selectors.pricing import first_of_month, tariff_in_force
from system.vending.selectors.unknown_results import UnknownResult
from system.vending.services.finish_sale import resolve_sale
from system.vending.services.reserving import Terms, fingerprint, locked_supply, reserve_sale

#: What the audit trail calls it.
RECOVERED = "sale.recovered"
#: Subclasses of class 2 that carry sections of a decoder key.
_KEY_SECTIONS = frozenset({3, 4, 8, 9})
_CREDIT_CLASS = 0


@dataclass(frozen=True, slots=True)
class Left:
    """A result that could not be written back, and why: one sentence."""

    result: UnknownResult
    why: str


def write_back(user: User, result: UnknownResult) -> Sale | Left:
    """Write the sale that a result of the module belongs to; twice is harmless.

    Args:
        user: a supervisor or an administrator of the provider whose meter it is.
        result: of `system.vending.selectors.unknown_results.compare`.

    Raises:
        SalePending: the module stopped answering; the sale is open, and `recover_sales` ends it.
        UnableToReachModule: nobody answers.
    """
    if not user.may(Operation.REVERSE_SALE):
        return Left(result, "Su rol no permite recuperar ventas.")
    if result.sale_id is None or result.pan is None:
        return Left(result, "No es de una venta de este sistema.")
    try:
        answer = module().fetch_result(result.message_id)
        sale = _reserve(user, result, answer)
    except RequestRefused as refused:
        return Left(result, refused.es)
    except IntegrityError:
        return Left(result, "Otra persona la recuperó al mismo tiempo.")
    except (UnableToSell, PricingError, StsValueError) as error:
        return Left(result, str(error))
    resolve_sale(sale)
    return sale


def _reserve(user: User, result: UnknownResult, answer: Mapping[str, Any]) -> Sale:
    units, kind = int(answer.get("units", 0)), _kind_of(answer["tokens"])
    number = MeterPrimaryAccountNumber(result.pan or "").drn
    with transaction.atomic():
        supply = locked_supply(user, number, result.at)
        request, movement, entries = _TERMS[kind](user, supply, result, units, answer)
        asked = fingerprint(RECOVERED, result.message_id)
        sale_id: Any = result.sale_id
        sale = reserve_sale(user, supply, Terms(sale_id, kind, movement, request, asked), result.at, entries)
        if units:
            month, _ = InstallationMonth.objects.get_or_create(
                installation=supply.installation, month=first_of_month(business_day(result.at))
            )
            InstallationMonth.objects.filter(pk=month.pk).update(units=F("units") + units)
        audit.record(RECOVERED, user=user, subject=f"sale:{sale_id}", detail={"units": units, "kind": kind})
    return sale


def _kind_of(tokens: list[dict[str, Any]]) -> SaleKind:
    if any(token["class"] == _CREDIT_CLASS for token in tokens):
        return SaleKind.FREE
    if any(token["subclass"] in _KEY_SECTIONS for token in tokens):
        return SaleKind.KEY_CHANGE
    return SaleKind.MANAGEMENT


_Request = tuple[dict[str, Any], MovementKind, list[Entry]]


def _credit(user: User, supply: Any, result: UnknownResult, units: int, _: Mapping[str, Any]) -> _Request:
    day = business_day(result.at)
    tariff = tariff_in_force(user.provider_pk, supply.agreement.tariff_code, day)
    value_c = whole_centavos(cost_mc(units, tariff.unit_cost_e4))
    given = account_of(user.provider_pk, AccountKind.GRANTS)
    energy = account_of(user.provider_pk, AccountKind.ENERGY)
    request = {"subclass": 0, "amount": units}
    return request, MovementKind.TOKEN_FREE_ISSUE, [Entry(given, energy, value_c)]


def _keys(_u: User, _s: Any, _r: UnknownResult, _n: int, answer: Mapping[str, Any]) -> _Request:
    key = answer["key"]
    return {"target": {"sgc": key["sgc"], "krn": key["krn"], "ti": key["ti"]}}, MovementKind.OPENING, []


def _management(_u: User, _s: Any, _r: UnknownResult, _n: int, answer: Mapping[str, Any]) -> _Request:
    return {"subclass": answer["tokens"][0]["subclass"], "value": 0}, MovementKind.OPENING, []


#: Kind -> what the module was asked for as far as its answer tells, why money moves, and which.
_TERMS: Mapping[SaleKind, Callable[[User, Any, UnknownResult, int, Mapping[str, Any]], _Request]] = {
    SaleKind.FREE: _credit,
    SaleKind.KEY_CHANGE: _keys,
    SaleKind.MANAGEMENT: _management,
}
