"""Service points: installation, customer, agreement and meter at once, and later changes of each."""

from typing import Any

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now
from system.registry.errors import UnableToRegister
from system.registry.hooks import tariff_codes
from system.registry.models import ESTRATOS, Agreement, AgreementMode, Customer, Installation, Sector
from system.registry.services.devices import install_device, write_device
from system.registry.services.inputs import PersonData, PlaceData, ServicePointData, TermsData


def register_service_point(user: User, home: ServicePointData) -> Installation:
    """Register a whole service point.

    Raises:
        UnableToRegister: NIU, serial or DRN are in use, the document is another customer's, the tariff is not
            known, or stratum and sector do not go together.
    """
    with transaction.atomic():
        installation = write_service_point(user.provider_pk, home, frozenset(tariff_codes(user.provider_pk)))
        audit.record(Operation.EDIT_CUSTOMERS.value, user=user, subject=f"installation:{installation.pk}")
    return installation


def write_service_point(provider_id: int, home: ServicePointData, tariffs: frozenset[str]) -> Installation:
    """Write the rows of a service point, within the caller's transaction.

    Args:
        provider_id: whose.
        home: what.
        tariffs: codes that exist.

    Raises:
        UnableToRegister: as `register_service_point`.
    """
    check_place(provider_id, home.place)
    check_terms(home.terms, tariffs)
    customer = _customer(provider_id, home.person)
    place = home.place
    installation = Installation(
        provider_id=provider_id,
        niu=place.niu,
        site=place.site,
        feeder=place.feeder,
        address=place.address,
        estrato=place.estrato,
        sector=place.sector,
    )
    _insert(installation, f"El NIU {place.niu} ya está registrado.", "niu")
    terms = home.terms
    Agreement.objects.create(
        provider_id=provider_id,
        installation=installation,
        customer=customer,
        mode=terms.mode,
        tariff_code=terms.tariff_code,
        monthly_fee_c=terms.monthly_fee_c,
        valid_from=home.since,
    )
    if home.meter is not None:
        install_device(write_device(provider_id, home.meter, home.since), installation, home.since)
    return installation


def check_place(provider_id: int, place: PlaceData) -> None:
    """Refuse site, feeder, sector and stratum that do not go together.

    Raises:
        UnableToRegister: they do not.
    """
    if place.site.provider_id != provider_id:
        raise UnableToRegister("Ese sitio no existe.", "site")
    if place.feeder is not None and place.feeder.site_id != place.site.pk:
        raise UnableToRegister("Ese circuito no es de ese sitio.", "feeder")
    if place.sector == Sector.RESIDENTIAL and place.estrato not in ESTRATOS:
        raise UnableToRegister("Una instalación residencial tiene estrato de 1 a 6.", "estrato")
    if place.sector != Sector.RESIDENTIAL and place.estrato is not None:
        raise UnableToRegister("Sólo una instalación residencial tiene estrato: déjelo vacío.", "estrato")


def check_terms(terms: TermsData, tariffs: frozenset[str]) -> None:
    """Refuse terms that make no sense.

    Raises:
        UnableToRegister: the tariff is not known, or the monthly fee does not go with the mode.
    """
    if terms.tariff_code not in tariffs:
        raise UnableToRegister(
            f"No hay una tarifa con el código «{terms.tariff_code}»: créela primero en «Tarifas».",
            "tariff_code",
        )
    if (terms.mode == AgreementMode.AVAILABILITY) != (terms.monthly_fee_c > 0):
        raise UnableToRegister(
            "La cuota mensual es de los contratos por disponibilidad, y sólo de ellos.", "monthly_fee"
        )


def edit_customer(user: User, customer: Customer, person: PersonData) -> None:
    """Correct a customer's data.

    Raises:
        UnableToRegister: the document is another customer's, or the data were erased.
    """
    _own(user, customer)
    if customer.pseudonymised_at is not None:
        raise UnableToRegister("Los datos de esta persona fueron suprimidos.")
    wanted = {"document": person.document, "name": person.name, "phone": person.phone, "email": person.email}
    changed = sorted(name for name, value in wanted.items() if getattr(customer, name) != value)
    try:
        with transaction.atomic():
            for name in changed:
                setattr(customer, name, wanted[name])
            customer.save()
            # which columns, never what stands in them: the trail holds no personal data
            _audit(user, customer, {"changed": changed})
    except IntegrityError:
        raise UnableToRegister("Ese documento es de otro cliente.", "document") from None


def edit_installation(user: User, installation: Installation, place: PlaceData) -> None:
    """Correct an installation.

    Raises:
        UnableToRegister: the NIU is in use, or the parts do not go together.
    """
    _own(user, installation)
    check_place(user.provider_pk, place)
    wanted = {name: getattr(place, name) for name in PlaceData.__slots__}
    changed = sorted(name for name, value in wanted.items() if getattr(installation, name) != value)
    try:
        with transaction.atomic():
            for name in changed:
                setattr(installation, name, wanted[name])
            installation.save()
            _audit(user, installation, {"changed": changed})
    except IntegrityError:
        raise UnableToRegister(f"El NIU {place.niu} ya está registrado.", "niu") from None


def sign_agreement(user: User, installation: Installation, customer: Customer, terms: TermsData) -> Agreement:
    """Sign another agreement from now on; the former one ends at the same instant.

    Raises:
        UnableToRegister: the terms make no sense, nothing changes, or a row is another provider's.
    """
    _own(user, installation, customer)
    check_terms(terms, frozenset(tariff_codes(user.provider_pk)))
    now = business_now()
    with transaction.atomic():
        present = Agreement.objects.filter(installation=installation, valid_to__isnull=True).first()
        if present is not None:
            same = (present.customer_id, present.mode, present.tariff_code, present.monthly_fee_c)
            if same == (customer.pk, terms.mode, terms.tariff_code, terms.monthly_fee_c):
                raise UnableToRegister("Ese contrato ya es el vigente.")
            if present.valid_from >= now:
                raise UnableToRegister("El contrato vigente empieza después de ahora.")
            present.ends(now)
        row: Agreement = Agreement.objects.create(
            provider_id=user.provider_pk,
            installation=installation,
            customer=customer,
            mode=terms.mode,
            tariff_code=terms.tariff_code,
            monthly_fee_c=terms.monthly_fee_c,
            valid_from=now,
        )
        _audit(user, installation, {"agreement": row.pk, "former": present.pk if present else None})
    return row


def _customer(provider_id: int, person: PersonData) -> Customer:
    known: Customer | None = Customer.objects.filter(
        provider_id=provider_id, document=person.document
    ).first()
    if known is not None:
        if known.name.casefold() != person.name.casefold():
            raise UnableToRegister(
                f"El documento {person.document} ya está registrado con otro nombre.", "document"
            )
        return known
    row = Customer(
        provider_id=provider_id,
        document=person.document,
        name=person.name,
        phone=person.phone,
        email=person.email,
    )
    _insert(row, "Ese documento ya está registrado.", "document")
    return row


def _audit(user: User, row: Any, detail: dict[str, Any]) -> None:
    subject = f"{type(row).__name__.lower()}:{row.pk}"
    audit.record(Operation.EDIT_CUSTOMERS.value, user=user, subject=subject, detail=detail)


def _insert(row: Any, sentence: str, field: str) -> None:
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise UnableToRegister(sentence, field) from None


def _own(user: User, *rows: Any) -> None:
    if any(row.provider_id != user.provider_id for row in rows):
        raise UnableToRegister("Eso no existe.")
