"""Inputs of the registry's services: plain data, well formed already."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from system.config.model_fields import default_of
from system.registry.models import AgreementMode, DeviceKind, MeterKeying, Sector


@dataclass(frozen=True, slots=True)
class PersonData:
    """A customer.

    Args:
        document: without points and spaces.
    """

    document: str
    name: str
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PlaceData:
    """An installation.

    Args:
        niu: unique for the provider.
        site, feeder: rows of the provider; no feeder for an individual system.
        estrato: 1 to 6 for homes, None otherwise.
    """

    niu: str
    site: Any
    feeder: Any = None
    address: str = ""
    estrato: int | None = None
    sector: str = Sector.RESIDENTIAL


@dataclass(frozen=True, slots=True)
class TermsData:
    """Terms of an agreement.

    Args:
        monthly_fee_c: centavos of COP; only of an availability agreement.
    """

    mode: str = AgreementMode.PREPAID
    tariff_code: str = ""
    monthly_fee_c: int = 0


@dataclass(frozen=True, slots=True)
class KeyingData:
    """The STS parameters of a meter (`system.registry.models.MeterKeying` says what they mean)."""

    sgc: str
    krn: int = default_of(MeterKeying, "krn")
    ti: int = default_of(MeterKeying, "ti")
    ken: int = default_of(MeterKeying, "ken")
    ea: str = default_of(MeterKeying, "ea")
    dkga: str = default_of(MeterKeying, "dkga")
    tct: str = default_of(MeterKeying, "tct")
    base_date: int = default_of(MeterKeying, "base_date")


@dataclass(frozen=True, slots=True)
class MeterData:
    """A device with its names and keys.

    Args:
        drn: well formed; empty where it has none.
        eui48: twelve hexadecimal digits; empty where it has none.
        keying: None where nothing is minted for it.
    """

    maker: str
    serial: str
    model: str = ""
    kind: str = DeviceKind.METER
    drn: str = ""
    eui48: str = ""
    keying: KeyingData | None = None


@dataclass(frozen=True, slots=True)
class ServicePointData:
    """A whole service point.

    Args:
        since: from when agreement and meter hold.
        meter: None: no meter is installed yet.
    """

    person: PersonData
    place: PlaceData
    terms: TermsData
    since: datetime
    meter: MeterData | None = None
