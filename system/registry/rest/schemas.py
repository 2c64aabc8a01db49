"""Schemas of the registry's API; identifiers are made well formed by `system.registry.identifiers`."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

from django.http import HttpRequest
from pydantic import AfterValidator, Field

from system.accounts.access import user_of
from system.accounts.rest.fields import (
    In,
    Instant,
    InstantIn,
    Key,
    Out,
    free_text,
    plain_text,
    text_of,
    whole,
)
from system.config.model_fields import default_of, max_length
from system.registry import identifiers
from system.registry.errors import UnableToRegister
from system.registry.models import (
    ESTRATOS,
    KEYING_RANGES,
    MONTHLY_FEE_C_MAX,
    Agreement,
    AgreementMode,
    Customer,
    Device,
    DeviceKind,
    Feeder,
    Installation,
    MeterKeying,
    Sector,
    Site,
)
from system.registry.selectors import ServicePoint
from system.registry.services.inputs import KeyingData, MeterData, PersonData, PlaceData, TermsData


def _cleaned_by(rule: Callable[[str], str]) -> AfterValidator:
    """A rule of `system.registry.identifiers` as a validator."""

    def clean(typed: str) -> str:
        if not typed:
            return typed
        try:
            made = rule(typed)
        except UnableToRegister as error:
            raise ValueError(error.sentence) from None
        if not made:
            raise ValueError("No queda nada de ese texto.")
        return made

    return AfterValidator(clean)


CLEAN_TEXT = _cleaned_by(identifiers.clean_text)
Document = Annotated[
    str,
    plain_text(identifiers.TYPED_MAX, description="cédula o NIT"),
    _cleaned_by(identifiers.clean_document),
]
Name = Annotated[str, text_of(Customer, "name"), CLEAN_TEXT]
Niu = Annotated[str, text_of(Installation, "niu", "número con que el prestador la reporta"), CLEAN_TEXT]
Maker = Annotated[str, text_of(Device, "maker"), CLEAN_TEXT]
Serial = Annotated[str, text_of(Device, "serial"), CLEAN_TEXT]
Drn = Annotated[str, free_text(20, description="11 o 13 dígitos"), _cleaned_by(identifiers.clean_drn)]
Eui48 = Annotated[
    str, free_text(20, description="12 dígitos hexadecimales"), _cleaned_by(identifiers.clean_eui48)
]
Sgc = Annotated[str, Field(pattern=r"^[0-9]{6}$", description="código de grupo de suministro")]


def own_row(request: HttpRequest, model: Any, pk: int | None, field: str) -> Any:
    """A row that a body names by its key; None where it names none.

    Raises:
        UnableToRegister: there is none, or it is another provider's.
    """
    if pk is None:
        return None
    found = model.objects.of(user_of(request)).filter(pk=pk).first()
    if found is None:
        raise UnableToRegister("No existe un registro con esa llave.", field)
    return found


class PersonIn(In):
    """A customer."""

    document: Document
    name: Name
    phone: Annotated[str, text_of(Customer, "phone"), CLEAN_TEXT] = ""
    email: str = Field(
        "",
        max_length=max_length(Customer, "email"),
        pattern=r"^$|^[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$",
    )

    def data(self) -> PersonData:
        """As the verbs want it."""
        return PersonData(self.document, self.name, self.phone, self.email)


class PlaceIn(In):
    """An installation."""

    niu: Niu
    site_id: Key
    feeder_id: Key | None = Field(None, description="circuito; nulo en soluciones individuales")
    address: Annotated[str, text_of(Installation, "address"), CLEAN_TEXT] = ""
    sector: Sector = Sector.RESIDENTIAL
    estrato: Annotated[int, whole(ESTRATOS[0], ESTRATOS[-1])] | None = None

    def data(self, request: HttpRequest) -> PlaceData:
        """As the verbs want it.

        Raises:
            UnableToRegister: site or feeder are not the provider's.
        """
        site = own_row(request, Site, self.site_id, "site_id")
        feeder = own_row(request, Feeder, self.feeder_id, "feeder_id")
        return PlaceData(self.niu, site, feeder, self.address, self.estrato, self.sector)


class TermsIn(In):
    """Terms of an agreement."""

    mode: AgreementMode = AgreementMode.PREPAID
    tariff_code: Annotated[str, text_of(Agreement, "tariff_code")]
    monthly_fee_c: Annotated[int, whole(0, MONTHLY_FEE_C_MAX, description="sólo por disponibilidad")] = 0

    def data(self) -> TermsData:
        """As the verbs want it."""
        return TermsData(self.mode, self.tariff_code, self.monthly_fee_c)


class KeyingIn(In):
    """The STS parameters of a meter."""

    sgc: Sgc
    krn: Annotated[int, whole(*KEYING_RANGES["krn"])] = default_of(MeterKeying, "krn")
    ti: Annotated[int, whole(*KEYING_RANGES["ti"])] = default_of(MeterKeying, "ti")
    ken: Annotated[int, whole(*KEYING_RANGES["ken"])] = default_of(MeterKeying, "ken")
    ea: Literal["07", "11"] = "11"
    dkga: Literal["02", "04"] = "04"
    tct: Literal["01", "02"] = "02"
    base_date: Literal[1993, 2014, 2035] = 2014

    def data(self) -> KeyingData:
        """As the verbs want it."""
        return KeyingData(**self.model_dump())


class DeviceIn(In):
    """A device that is not installed yet."""

    maker: Maker
    serial: Serial
    model: Annotated[str, text_of(Device, "model"), CLEAN_TEXT] = ""
    kind: DeviceKind = DeviceKind.METER
    drn: Drn = ""
    eui48: Eui48 = ""
    keying: KeyingIn | None = None

    def data(self) -> MeterData:
        """As the verbs want it."""
        said = {name: getattr(self, name) for name in ("maker", "serial", "model", "kind", "drn", "eui48")}
        return MeterData(**said, keying=None if self.keying is None else self.keying.data())


class HomeIn(In):
    """A whole point of supply."""

    person: PersonIn
    place: PlaceIn
    terms: TermsIn
    meter: DeviceIn | None = Field(None, description="nulo: todavía no hay medidor")


class AgreementIn(TermsIn):
    """An agreement from now on."""

    document: Document


class SwapIn(In):
    """Swap of a meter at an instant."""

    device_id: Key | None = Field(None, description="nulo: sólo se retira el anterior")
    at: InstantIn


class CustomerOut(Out):
    """A customer: personal data."""

    id: int
    document: str
    name: str
    phone: str
    email: str
    data_consent_at: Instant | None
    pseudonymised_at: Instant | None


class AgreementOut(Out):
    """An agreement."""

    id: int
    customer_id: int
    mode: str
    tariff_code: str
    monthly_fee_c: int
    valid_from: Instant
    valid_to: Instant | None


class InstallationOut(Out):
    """A point of supply and what holds there now."""

    id: int
    niu: str
    site_id: int
    feeder_id: int | None
    address: str
    sector: str
    estrato: int | None
    customer_name: str | None
    agreement: AgreementOut | None
    device_id: int | None = Field(description="del medidor instalado")
    drn: str


class KeyingOut(Out):
    """STS parameters for a time."""

    sgc: str
    krn: int
    ti: int
    ken: int
    ea: str
    dkga: str
    tct: str
    base_date: int
    valid_from: Instant
    valid_to: Instant | None


class DeviceOut(Out):
    """A device."""

    id: int
    kind: str
    maker: str
    model: str
    serial: str


def installation_out(home: ServicePoint) -> InstallationOut:
    """A point of supply as it travels."""
    return InstallationOut.of(
        home.installation,
        customer_name=home.agreement and home.agreement.customer.name,
        agreement=home.agreement and AgreementOut.of(home.agreement),
        device_id=home.meter and home.meter.pk,
        drn=home.drn,
    )
