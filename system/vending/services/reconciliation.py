"""Reconciliation with the security module after a restore: results that the book lacks are written back.

A sale that was made after the backup has its token at the meter and its money in a shop's drawer. The module
tells the token, the meter and the instant; the money it never knew. It is therefore written as energy given
without charge, at full cost, so that the ledger has it; the office charges the shop when it finds the ticket.
What was bought counts in its month: nobody gets the subsidised block twice.
"""

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F

from protocols.sts.errors import StsValueError
from protocols.sts.identity import MeterPrimaryAccountNumber
from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_day
from system.security_module.errors import RequestRefused
from system.vending.errors import UnableToSell
from system.vending.ledger import LedgerEntry, account_of
from system.vending.models import AccountKind, InstallationMonth, MovementKind, Sale, SaleKind
from system.vending.module_client import module_client
from system.vending.pricing import PricingError
from system.vending.pricing.money import cost_mc, whole_centavos
from system.vending.selectors.supply import first_of_month, tariff_in_force
from system.vending.services.vend_transaction import (
    VendTerms,
    fingerprint,
    locked_supply,
    reserve_sale,
    resolve_sale,
)

# ------------ comparison

_ASKED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class UnknownResult:
    """A message id that the module has tokens for, and the book no sale.

    Attributes:
        message_id: of the module; what is sold here has a UUID.
        at: when it was minted.
        pan: of the meter, 18 digits; None for a token that is of no meter.
    """

    message_id: str
    at: datetime
    pan: str | None

    @property
    def sale_id(self) -> uuid.UUID | None:
        """The id that the sale had, or None where it never was one of ours."""
        return _as_uuid(self.message_id)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The book beside the module.

    Attributes:
        kept: results that the module keeps.
        unknown: those that the book has no sale for, the oldest first.
        only_in_book: sales with tokens that the module has forgotten, though it should not have yet: its
            journal is older than the book. What it mints cannot be theirs again (its floor).
    """

    kept: int
    unknown: tuple[UnknownResult, ...]
    only_in_book: tuple[uuid.UUID, ...]


def compare_with_module(since: datetime | None = None) -> Comparison:
    """Lay the book beside what the module keeps (35 days); nothing is changed.

    Args:
        since: from which instant; None: all that the module keeps.

    Raises:
        UnableToReachModule: nobody answers.
    """
    kept, unknown, first = set[str](), list[UnknownResult](), None
    for page in _pages(module_client().results(since)):
        first = first or datetime.fromisoformat(page[0]["at"])
        kept.update(row["message_id"] for row in page)
        unknown += _unknown_results(page)
    begin = since or first
    return Comparison(len(kept), tuple(unknown), () if begin is None else _forgotten(begin, kept))


def _pages(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    page: list[dict[str, Any]] = []
    for row in rows:
        page.append(row)
        if len(page) == _ASKED_AT_ONCE:
            yield page
            page = []
    if page:
        yield page


def _unknown_results(page: list[dict[str, Any]]) -> Iterator[UnknownResult]:
    ids = [found for row in page if (found := _as_uuid(row["message_id"])) is not None]
    known = {str(pk) for pk in Sale.objects.filter(pk__in=ids).values_list("pk", flat=True)}
    for row in page:
        if row["message_id"] not in known:
            yield UnknownResult(row["message_id"], datetime.fromisoformat(row["at"]), row["pan"])


def _forgotten(begin: datetime, kept: set[str]) -> tuple[uuid.UUID, ...]:
    minted = Sale.objects.filter(outcome__minted=True, outcome__wall_at__gte=begin, business_at__gte=begin)
    found = minted.order_by("business_at").values_list("pk", flat=True)
    return tuple(pk for pk in found.iterator() if str(pk) not in kept)


def _as_uuid(text: str) -> uuid.UUID | None:
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text else None


# ------------ recovery

#: What the audit trail calls it.
RECOVERED = "sale.recovered"
#: Subclasses of class 2 that carry sections of a decoder key.
_KEY_SECTIONS = frozenset({3, 4, 8, 9})
_CREDIT_CLASS = 0


@dataclass(frozen=True, slots=True)
class Unrecovered:
    """A result that could not be written back, and why: one sentence."""

    result: UnknownResult
    why: str


def recover_result(user: User, result: UnknownResult) -> Sale | Unrecovered:
    """Write the sale that a result of the module belongs to; twice is harmless.

    Args:
        user: a supervisor or an administrator of the provider whose meter it is.
        result: of `system.vending.services.reconciliation.compare_with_module`.

    Raises:
        SalePending: the module stopped answering; the sale is open, and `recover_sales` ends it.
        UnableToReachModule: nobody answers.
    """
    if not user.may(Operation.REVERSE_SALE):
        return Unrecovered(result, "Su rol no permite recuperar ventas.")
    if result.sale_id is None or result.pan is None:
        return Unrecovered(result, "No es de una venta de este sistema.")
    try:
        answer = module_client().fetch_result(result.message_id)
        sale = _reserve_recovered(user, result, answer)
    except RequestRefused as refused:
        return Unrecovered(result, refused.es)
    except IntegrityError:
        return Unrecovered(result, "Otra persona la recuperó al mismo tiempo.")
    except PricingError as error:
        return Unrecovered(result, error.sentence)
    except StsValueError:
        return Unrecovered(result, "El módulo dice un número de medidor que no es válido.")
    except UnableToSell as error:
        return Unrecovered(result, str(error))
    resolve_sale(sale)
    return sale


def _reserve_recovered(user: User, result: UnknownResult, answer: Mapping[str, Any]) -> Sale:
    units, kind = int(answer.get("units", 0)), _kind_of(answer["tokens"])
    number = MeterPrimaryAccountNumber(result.pan or "").drn
    with transaction.atomic():
        supply = locked_supply(user, number, result.at)
        request, movement, entries = _TERMS[kind](user, supply, result, units, answer)
        asked = fingerprint(RECOVERED, result.message_id)
        sale_id: Any = result.sale_id
        sale = reserve_sale(
            user, supply, VendTerms(sale_id, kind, movement, request, asked), result.at, entries
        )
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


_Request = tuple[dict[str, Any], MovementKind, list[LedgerEntry]]


def _credit(user: User, supply: Any, result: UnknownResult, units: int, _: Mapping[str, Any]) -> _Request:
    day = business_day(result.at)
    tariff = tariff_in_force(user.provider_pk, supply.agreement.tariff_code, day)
    value_c = whole_centavos(cost_mc(units, tariff.unit_cost_e4))
    given = account_of(user.provider_pk, AccountKind.GRANTS)
    energy = account_of(user.provider_pk, AccountKind.ENERGY)
    request = {"subclass": 0, "amount": units}
    return request, MovementKind.TOKEN_FREE_ISSUE, [LedgerEntry(given, energy, value_c)]


def _key_change(_u: User, _s: Any, _r: UnknownResult, _n: int, answer: Mapping[str, Any]) -> _Request:
    key = answer["key"]
    return {"target": {"sgc": key["sgc"], "krn": key["krn"], "ti": key["ti"]}}, MovementKind.OPENING, []


def _management(_u: User, _s: Any, _r: UnknownResult, _n: int, answer: Mapping[str, Any]) -> _Request:
    return {"subclass": answer["tokens"][0]["subclass"], "value": 0}, MovementKind.OPENING, []


#: Kind -> what the module was asked for as far as its answer tells, why money moves, and which.
_TERMS: Mapping[SaleKind, Callable[[User, Any, UnknownResult, int, Mapping[str, Any]], _Request]] = {
    SaleKind.FREE: _credit,
    SaleKind.KEY_CHANGE: _key_change,
    SaleKind.MANAGEMENT: _management,
}
