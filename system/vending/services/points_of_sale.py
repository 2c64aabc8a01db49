"""Make merchants and their counters, set their limits, suspend them and let them sell again."""

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.vending import ledger
from system.vending.errors import UnableToSell
from system.vending.models import AccountKind, Merchant, PointOfSale
from system.vending.pricing.money import AMOUNT_C_MAX


def create_merchant(user: User, name: str, document: str = "", limit_c: int | None = None) -> Merchant:
    """Register who will hold money.

    Args:
        user: a supervisor.
        name: used once.
        document: identity or tax number.
        limit_c: credit limit, centavos; None: none.

    Raises:
        UnableToSell: not allowed, the name is taken or empty, or the limit is no amount.
    """
    _require_may(user)
    if not name.strip():
        raise UnableToSell("El comercio necesita un nombre.")
    _require_limit(limit_c)
    try:
        with transaction.atomic():
            merchant: Merchant = Merchant.objects.create(
                provider_id=user.provider_pk, name=name.strip()[:80], document=document.strip()[:20]
            )
            _set_limit(merchant, limit_c)
            _audit(user, "create", f"merchant:{merchant.pk}")
    except IntegrityError:
        raise UnableToSell(f"Ya hay un comercio llamado {name.strip()}.") from None
    return merchant


def create_point_of_sale(user: User, merchant: Merchant, name: str) -> PointOfSale:
    """Give a merchant a further counter.

    Raises:
        UnableToSell: not allowed, not his provider's, or the name is taken or empty.
    """
    _require_may(user, merchant)
    if not name.strip():
        raise UnableToSell("El punto de venta necesita un nombre.")
    try:
        with transaction.atomic():
            made: PointOfSale = PointOfSale.objects.create(
                provider_id=user.provider_pk, merchant=merchant, name=name.strip()[:40]
            )
            _audit(user, "create", f"point-of-sale:{made.pk}")
    except IntegrityError:
        raise UnableToSell(f"{merchant} ya tiene un punto llamado {name.strip()}.") from None
    return made


def set_limit(user: User, merchant: Merchant, limit_c: int | None) -> None:
    """Set how much a merchant may owe, centavos; None: no limit.

    Raises:
        UnableToSell: not allowed, no amount, or less than what he owes already.
    """
    _require_may(user, merchant)
    _require_limit(limit_c)
    with transaction.atomic():
        _set_limit(merchant, limit_c)
        _audit(user, "limit", f"merchant:{merchant.pk}", limit_c=limit_c)


def set_active(user: User, row: Merchant | PointOfSale, *, active: bool) -> None:
    """Suspend a merchant or a counter, or let it sell again.

    Raises:
        UnableToSell: not allowed.
    """
    _require_may(user, row)
    with transaction.atomic():
        type(row).objects.filter(pk=row.pk).update(active=active)
        _audit(user, "resume" if active else "suspend", f"{type(row).__name__.lower()}:{row.pk}")
    row.active = active


def _set_limit(merchant: Merchant, limit_c: int | None) -> None:
    account = ledger.account_of(merchant.provider_id, AccountKind.MERCHANT, merchant)
    try:
        ledger.set_limit(account, limit_c)
    except ledger.OverLimit:
        raise UnableToSell("El comercio ya debe más que ese cupo: primero debe consignar.") from None


def _require_limit(limit_c: int | None) -> None:
    if limit_c is not None and not 0 <= limit_c <= AMOUNT_C_MAX:
        raise UnableToSell("El cupo no es un valor válido.")


def _require_may(user: User, row: Merchant | PointOfSale | None = None) -> None:
    if not user.may(Operation.MANAGE_POINTS_OF_SALE) or (row and row.provider_id != user.provider_id):
        raise UnableToSell("Su rol no permite administrar este punto de venta.")


def _audit(user: User, what: str, subject: str, **detail: int | None) -> None:
    audit.record(f"{Operation.MANAGE_POINTS_OF_SALE.value}.{what}", user=user, subject=subject, detail=detail)
