"""Supply behind a meter number (installation, agreement, keys), and what the price of a sale depends on."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import BigIntegerField, CharField, DateField, DateTimeField, FilteredRelation, Q

from protocols.sts.errors import LuhnError, StsValueError
from protocols.sts.identity import DecoderReferenceNumber
from system.config.compiled_queries import CompiledQuery
from system.registry.models import Agreement, Device, DeviceKind, IdentifierKind, Installation, MeterKeying
from system.vending.ledger import account_of, balance_of
from system.vending.models import (
    AccountKind,
    InstallationMonth,
    InstallationResidue,
    ObligationRow,
    PlannedKeyChange,
    TariffVersion,
)
from system.vending.pricing import Obligation, ObligationKind, PricingError, SaleInputs, Tariff

# ------------ supply


class UnknownMeter(ValueError):
    """No meter of this provider bears that number, or it hangs nowhere; one Spanish sentence says so."""


@dataclass(frozen=True, slots=True)
class Supply:
    """A meter where it hangs, and what was agreed there."""

    device: Device
    installation: Installation
    agreement: Agreement
    keying: MeterKeying
    drn: str

    def meter_fields(self) -> dict[str, Any]:
        """The meter as the security module wants it."""
        keying = self.keying
        return {
            "drn": self.drn,
            "ea": keying.ea,
            "tct": int(keying.tct),
            "sgc": keying.sgc,
            "krn": keying.krn,
            "ti": keying.ti,
            "key_type": keying.key_type,
            "ken": keying.ken,
        }


def find_supply(user: Any, number: str, instant: datetime) -> Supply:
    """The supply behind a serial or a DRN as somebody typed it: spaces and dashes do not count.

    A serial number that has dashes of its own is found as it stands on the case.

    Raises:
        UnknownMeter: see there.
    """
    typed = "".join(character for character in number if character.isalnum())
    if user.provider_id is None:
        raise UnknownMeter(_unknown_meter_sentence(typed))
    when: dict[str, Any] = {"provider_id": user.provider_id, "instant": instant}
    # two makers may use one serial number: the DRN tells them apart
    found = _BY_DRN(typed=typed, **when) or _BY_SERIAL(typed=typed, **when)
    if not found and typed != number.strip():
        found = _BY_SERIAL(typed=number.strip()[:40], **when)
    if len({one.pk for one in found}) != 1:
        raise UnknownMeter(_unknown_meter_sentence(typed))
    device = found[0]
    hung, keying, identifier = (getattr(device, name, None) for name in ("hung", "keying", "drn"))
    if hung is None:
        raise UnknownMeter(f"El medidor {device.serial} no está instalado en ninguna parte.")
    installation = hung.installation
    agreement = _AGREED.first(installation_id=installation.pk, **when)
    if agreement is None:
        raise UnknownMeter(f"La instalación {installation.niu} no tiene contrato vigente.")
    if keying is None or identifier is None:
        raise UnknownMeter(f"El medidor {device.serial} no tiene datos STS: un operador debe registrarlos.")
    return Supply(device, installation, agreement, keying, identifier.value)


def planned_key_change(device: Device) -> PlannedKeyChange | None:
    """The open plan of a meter, or None."""
    plan: PlannedKeyChange | None = _PLANNED.first(device_id=device.pk)
    return plan


def _holding(path: str, provider_id: int, instant: datetime, **more: Any) -> FilteredRelation:
    """Rows of a dated table behind a device, those of the provider that hold at an instant: one or none."""
    begun = Q(**{f"{path}__provider": provider_id, f"{path}__valid_from__lte": instant}, **more)
    lasts = Q(**{f"{path}__valid_to__isnull": True}) | Q(**{f"{path}__valid_to__gt": instant})
    return FilteredRelation(path, condition=begun & lasts)


def _meters(provider_id: int, instant: datetime, **which: Any) -> Any:
    """Devices with where they hang (`hung`), their `keying` and their `drn`, of what there is."""
    when: dict[str, Any] = {"provider_id": provider_id, "instant": instant}
    return (
        Device.objects.filter(provider_id=provider_id)
        .annotate(
            hung=_holding("installations", **when),
            keying=_holding("keyings", **when),
            drn=_holding("identifiers", **when, identifiers__kind=IdentifierKind.DRN),
        )
        .filter(**which)
        .select_related("hung__installation__site__community", "hung__installation__feeder", "keying", "drn")
        .order_by("pk")
    )


_WHEN: dict[str, Any] = {"provider_id": BigIntegerField(), "instant": DateTimeField()}
_BY_DRN = CompiledQuery(lambda typed, **when: _meters(**when, drn__value=typed), **_WHEN, typed=CharField())
_BY_SERIAL = CompiledQuery(
    lambda typed, **when: _meters(**when, kind__in=[DeviceKind.METER, DeviceKind.SSFVI], serial=typed),
    **_WHEN,
    typed=CharField(),
)
_AGREED = CompiledQuery(
    lambda installation_id, provider_id, instant: (
        Agreement.objects.at(instant)
        .filter(provider_id=provider_id, installation_id=installation_id)
        .select_related("customer")[:1]
    ),
    **_WHEN,
    installation_id=BigIntegerField(),
)


_PLANNED = CompiledQuery(
    lambda device_id: PlannedKeyChange.objects.filter(device_id=device_id, ended_at__isnull=True),
    device_id=BigIntegerField(),
)


def _unknown_meter_sentence(typed: str) -> str:
    try:
        DecoderReferenceNumber(typed)
    except LuhnError:
        return f"El número {typed} está mal escrito: el dígito de control no corresponde."
    except StsValueError:
        return f"Ningún medidor tiene el número {typed}: son 11 o 13 dígitos."
    return f"Ningún medidor tiene el número {typed}."


# ------------ pricing inputs


def first_of_month(day: date) -> date:
    """The first day of a day's month."""
    return day.replace(day=1)


def month_of(installation_id: int, month: date) -> InstallationMonth:
    """Purchases of an installation in a month, given by its first day; unsaved where there are none."""
    which = {"installation_id": installation_id, "month": month}
    found: InstallationMonth | None = _MONTH.first(**which)
    return found or InstallationMonth(**which)


def tariff_in_force(provider_id: int, code: str, day: date) -> Tariff:
    """The version of a tariff that prices on a day.

    Raises:
        PricingError: none does.
    """
    row = _TARIFF.first(provider_id=provider_id, code=code, day=day)
    if row is None:
        raise PricingError("not-in-force", tariff=code, day=day)
    tariff: Tariff = row.priced()
    return tariff


def sale_inputs(supply: Supply, amount_c: int, day: date) -> SaleInputs:
    """Pricing inputs of `amount_c` for a supply.

    Raises:
        PricingError: the amount makes no sense, or no tariff is in force.
    """
    installation: Any = supply.installation
    month = month_of(installation.pk, first_of_month(day))
    residue = _RESIDUE.first(installation_id=installation.pk)
    return SaleInputs(
        amount_c,
        day,
        tariff_in_force(installation.provider_id, supply.agreement.tariff_code, day),
        bought_units=month.units,
        residue_mc=0 if residue is None else residue.residue_mc,
        obligations=tuple(
            _priced_obligation(row, month.taken_c) for row in _DUE(installation_id=installation.pk, day=day)
        ),
    )


def _priced_obligation(row: ObligationRow, taken_c: dict[str, int]) -> Obligation:
    owed_c = None
    if row.kind != ObligationKind.LEVY:
        balance = balance_of(account_of(row.provider_id, AccountKind.OBLIGATION, row))
        owed_c = max(0, balance.posted_c)
    return Obligation(
        str(row.pk),
        ObligationKind(row.kind),
        row.name,
        row.rule(taken_c.get(str(row.pk), 0)),
        row.priority,
        owed_c,
    )


_TARIFF = CompiledQuery(
    lambda provider_id, code, day: TariffVersion.objects.filter(
        provider_id=provider_id, code=code, valid_from__lte=day
    ).order_by("-valid_from", "-version")[:1],
    provider_id=BigIntegerField(),
    code=CharField(),
    day=DateField(),
)
_MONTH = CompiledQuery(
    InstallationMonth.objects.filter,
    installation_id=BigIntegerField(),
    month=DateField(),
)
_RESIDUE = CompiledQuery(InstallationResidue.objects.filter, installation_id=BigIntegerField())
_DUE = CompiledQuery(
    lambda installation_id, day: ObligationRow.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day), installation_id=installation_id, starts_on__lte=day
    ),
    installation_id=BigIntegerField(),
    day=DateField(),
)
