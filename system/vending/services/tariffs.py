"""Tariff publication: a version by its steps, or a month's reference tariffs of the ZNI."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Max

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_day, security_now
from system.vending.errors import UnableToSell
from system.vending.models import Sale, TariffVersion
from system.vending.pricing import PricingError
from system.vending.pricing.tariff import Tariff
from system.vending.pricing.zni import SUBSIDISED_STRATA, ReferenceTariff, zni_tariff

# ------------ a version is never edited; a mistake is mended by the next one

#: No price of a kWh is higher, 10⁻⁴ COP: a typing error by then.
PRICE_E4_MAX = 1_000_000_000


def publish_tariff(
    user: User,
    code: str,
    name: str,
    valid_from: date,
    steps: Sequence[dict[str, Any]],
    unit_cost_e4: int,
    components_e4: Sequence[tuple[str, int]] = (),
) -> TariffVersion:
    """Publish the next version of a tariff.

    Args:
        user: a supervisor.
        code: of the tariff; agreements name it.
        name: as people call it.
        valid_from: from which business day it prices; never a day that is over, and not today once somebody
            bought at today's price: a price stands for its whole day.
        steps: ``{name, price_e4, upto_units}``, the last one without end.
        unit_cost_e4: full cost of a kWh, 10⁻⁴ COP.
        components_e4: what it is made of.

    Raises:
        UnableToSell: not allowed, the day is over or was sold at already, or the steps make no sense.
    """
    if not user.may(Operation.EDIT_TARIFFS):
        raise UnableToSell("Su rol no permite publicar tarifas.")
    code = code.strip().upper()
    if not code or not name.strip():
        raise UnableToSell("La tarifa necesita un código y un nombre.")
    if valid_from < business_day():
        raise UnableToSell("Una tarifa no puede regir desde un día que ya pasó: hay ventas con la anterior.")
    if max((step["price_e4"] for step in steps), default=0) > PRICE_E4_MAX or unit_cost_e4 > PRICE_E4_MAX:
        raise UnableToSell("El precio es demasiado grande: escriba pesos por kWh.")
    try:
        with transaction.atomic():
            _require_unsold(user, code, valid_from)
            version = _next_version(user, code)
            row = TariffVersion(
                provider_id=user.provider_pk,
                code=code,
                version=version,
                name=name.strip()[:80],
                valid_from=valid_from,
                steps=list(steps),
                unit_cost_e4=unit_cost_e4,
                components_e4=[list(part) for part in components_e4],
                published_by=user,
                published_at=security_now(),
            )
            checked_tariff(row)
            row.save()
            audit.record(
                Operation.EDIT_TARIFFS.value, user=user, subject=f"tariff:{code}", detail={"version": version}
            )
    except IntegrityError:
        raise UnableToSell("Otra persona publicó esa tarifa al mismo tiempo: revise la lista.") from None
    return row


def checked_tariff(row: TariffVersion) -> Tariff:
    """A version as pricing wants it.

    Raises:
        UnableToSell: its steps make no sense.
    """
    try:
        return row.priced()
    except PricingError as error:
        raise UnableToSell(f"Los bloques de la tarifa no sirven: {error.es}.") from error
    except (TypeError, KeyError) as error:
        raise UnableToSell("Los bloques de la tarifa no sirven.") from error


def _require_unsold(user: User, code: str, valid_from: date) -> None:
    sold = Sale.objects.of(user).filter(business_day__gte=valid_from, agreement__tariff_code=code)
    if sold.exclude(inputs="").exclude(outcome__minted=False).exists():
        raise UnableToSell("Hoy ya se vendió con esta tarifa: publíquela para que rija desde mañana.")


def _next_version(user: User, code: str) -> int:
    last = TariffVersion.objects.of(user).filter(code=code).aggregate(last=Max("version"))["last"]
    return int(last or 0) + 1


# ------------ reference tariffs of a month: one version for each stratum


@dataclass(frozen=True, slots=True)
class ZniMonth:
    """Month of reference tariffs: what the ministry published, and the local cost of the service.

    Args:
        prefix_code: of the tariffs; ``-E1`` and so on is put behind it.
        valid_from: from which business day they price.
        local_cost_e4: full cost of a kWh, 10⁻⁴ COP.
        altitude_m: of the locality: it decides the subsistence consumption.
        subsistence_e4: stratum -> reference up to it, 10⁻⁴ COP/kWh.
        beyond_e4: reference above it, 10⁻⁴ COP/kWh.
    """

    prefix_code: str
    valid_from: date
    local_cost_e4: int
    altitude_m: int
    subsistence_e4: Mapping[int, int]
    beyond_e4: int


def zni_versions(month: ZniMonth) -> list[dict[str, Any]]:
    """Arguments of `publish_tariff`, one for each stratum.

    Raises:
        PricingError: the prices make no tariff.
    """
    beyond = dict.fromkeys(SUBSIDISED_STRATA, month.beyond_e4)
    reference = ReferenceTariff(month.subsistence_e4, beyond, {})
    return [_version(month, reference, stratum) for stratum in SUBSIDISED_STRATA]


def publish_zni(user: User, month: ZniMonth) -> list[TariffVersion]:
    """Publish them, all or none.

    Raises:
        UnableToSell: see `publish_tariff`.
        PricingError: the prices make no tariff.
    """
    with transaction.atomic():
        return [publish_tariff(user, **version) for version in zni_versions(month)]


def _version(month: ZniMonth, reference: ReferenceTariff, stratum: int) -> dict[str, Any]:
    tariff = zni_tariff(
        f"{month.prefix_code}-E{stratum}",
        1,
        month.valid_from,
        reference=reference,
        local_cost_e4=month.local_cost_e4,
        customer=stratum,
        altitude_m=month.altitude_m,
    )
    steps = [
        {"name": step.name, "price_e4": step.price_e4, "upto_units": step.upto_units} for step in tariff.steps
    ]
    return {
        "code": tariff.code,
        "name": f"Residencial estrato {stratum}",
        "valid_from": tariff.valid_from,
        "steps": steps,
        "unit_cost_e4": tariff.unit_cost_e4,
    }
