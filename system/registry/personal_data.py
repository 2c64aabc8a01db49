"""Personal data (Law 1581 of 2012): personal columns, consent, export, erasure.

`personal_data` is the list that the law asks for; a test holds it against the columns that there are. Values
of these columns are never in a log or in the audit trail: those name rows by their keys.

Source: reference regulation.md, 1.10 (Law 1581, confidence C); the ten years of a merchant's papers: Law 962
of 2005, article 28.
"""

import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import transaction

from system.accounts import audit
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import BOGOTA, business_now, security_now
from system.registry.errors import UnableToRegister
from system.registry.hooks import HOOKS, PersonalDataPart
from system.registry.models import Agreement, Customer, DataConsent, Installation

FORMAT = "amibench-personal-data/1"
#: So long a merchant keeps the papers of a contract after its end (parameter, confidence C).
KEEP_YEARS = 10


_HELD = {"agreements__valid_to__isnull": True}
#: Personal columns of the registry; apps above add theirs by `system.registry.hooks`.
REGISTRY_DATA: tuple[PersonalDataPart, ...] = (
    PersonalDataPart(
        "persona", "registry.Customer", "pk", ("document", "name", "phone", "email", "data_consent_at")
    ),
    PersonalDataPart(
        "autorizaciones",
        "registry.DataConsent",
        "customer",
        ("given", "channel", "reference", "recorded_at"),
    ),
    PersonalDataPart(
        "contratos",
        "registry.Agreement",
        "customer",
        ("installation__niu", "mode", "tariff_code", "monthly_fee_c", "valid_from", "valid_to"),
    ),
    PersonalDataPart(
        "instalaciones",
        "registry.Installation",
        "agreements__customer",
        ("niu", "address", "estrato", "sector", "latitude", "longitude"),
        _HELD,
    ),
)
LOGIN_DATA = PersonalDataPart(
    "usuario", "accounts.User", "customer", ("username", "first_name", "last_name", "email")
)


def personal_data() -> tuple[PersonalDataPart, ...]:
    """The list that the law asks for: personal columns of all apps."""
    return (*REGISTRY_DATA, *HOOKS.personal_data, LOGIN_DATA)


@dataclass(frozen=True, slots=True)
class Erasure:
    """Result of an erasure.

    Args:
        whole: True: nothing names the person any more; False: name and document stay for the duty to keep.
        until: the day on which that duty ends; None where it is not known yet, or there is none.
    """

    whole: bool
    until: datetime | None = None


def record_consent(
    user: User, customer: Customer, *, given: bool, channel: str, reference: str
) -> DataConsent:
    """Record that a person agreed to the treatment of the data, or took it back.

    Raises:
        UnableToRegister: the customer is another provider's, or was erased.
    """
    _require_not_erased(user, customer)
    now = security_now()
    with transaction.atomic():
        row = DataConsent(
            provider_id=user.provider_pk,
            customer=customer,
            given=given,
            channel=channel,
            reference=reference,
            recorded_by=user,
            recorded_at=now,
        )
        row.save()
        customer.data_consent_at = now if given else None
        customer.save(update_fields=["data_consent_at"])
        audit.record(
            Operation.EDIT_CUSTOMERS.value, user=user, subject=_subject(customer), detail={"consent": given}
        )
    return row


def export_personal_data(user: User, customer: Customer) -> bytes:
    """Everything that is known of a person, as a ZIP with ``datos.json`` and a note; audited.

    Raises:
        UnableToRegister: the customer is another provider's.
    """
    _require_own(user, customer)
    parts = {part.title: list(_rows_of(part, customer)) for part in personal_data()}
    said = {
        "format": FORMAT,
        "provider": str(user.provider),
        "made_at": security_now().isoformat(),
        "units": {"amount_c": "centavos de COP", "units": "0,1 kWh"},
        "parts": parts,
    }
    counts = {title: len(found) for title, found in parts.items()}
    audit.record(
        Operation.EXPORT_PERSONAL_DATA.value, user=user, subject=_subject(customer), detail={"rows": counts}
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("datos.json", json.dumps(said, ensure_ascii=False, indent=2, default=str))
        archive.writestr("LEAME.txt", _NOTE.format(provider=user.provider))
    return buffer.getvalue()


def retention_duty(customer: Customer) -> Erasure:
    """Result that an erasure would have now: everything, or all but name and document."""
    ends = list(Agreement.objects.filter(customer=customer).values_list("valid_to", flat=True))
    if any(end is None for end in ends):
        return Erasure(whole=False)
    if not ends:
        return Erasure(whole=True)
    last = max(ends).astimezone(BOGOTA)
    until = last.replace(year=last.year + KEEP_YEARS, day=min(last.day, 28))
    return Erasure(whole=True) if business_now() >= until else Erasure(whole=False, until=until)


def erase_personal_data(user: User, customer: Customer) -> Erasure:
    """Take away what no duty keeps: contact data and consent always, name and document when their time is up.

    Raises:
        UnableToRegister: the customer is another provider's, or was erased.
    """
    _require_not_erased(user, customer)
    result = retention_duty(customer)
    with transaction.atomic():
        if customer.data_consent_at is not None:
            record_consent(user, customer, given=False, channel="written", reference="")
        customer.phone, customer.email = "", ""
        if result.whole:
            customer.name = f"Persona suprimida {customer.pk}"
            customer.document = f"SUPRIMIDO-{customer.pk}"[:20]
            customer.pseudonymised_at = security_now()
            _forget_address(customer)
        customer.save()
        _close_logins(customer)
        audit.record(
            Operation.ERASE_PERSONAL_DATA.value,
            user=user,
            subject=_subject(customer),
            detail={"whole": result.whole},
        )
    return result


_NOTE = """Estos son los datos personales que {provider} tiene de usted (Ley 1581 de 2012).
El archivo datos.json se abre con cualquier editor de texto. Los tokens de sus recargas están en sus tiquetes.
Puede pedir que se corrijan, que se actualicen o que se supriman los que la ley no obliga a conservar.
"""


def _rows_of(part: PersonalDataPart, customer: Customer) -> Iterator[dict[str, Any]]:
    manager: Any = apps.get_model(part.model)._default_manager  # noqa: SLF001 - public by documentation
    found = manager.filter(**{part.owner: customer.pk}, **(part.now or {}))
    yield from found.order_by("pk").values(*part.columns)


def _forget_address(customer: Customer) -> None:
    """Clear the addresses of installations that no other customer had after this one."""
    left = Installation.objects.filter(agreements__customer=customer)
    others = Agreement.objects.exclude(customer=customer).values("installation")
    left.exclude(pk__in=others).update(address="", latitude=None, longitude=None)


def _close_logins(customer: Customer) -> None:
    for login in User.objects.filter(customer=customer):
        login.is_active = False
        login.first_name = login.last_name = login.email = ""
        login.set_unusable_password()
        login.save()


def _subject(customer: Customer) -> str:
    return f"customer:{customer.pk}"


def _require_own(user: User, customer: Customer) -> None:
    if customer.provider_id != user.provider_id:
        raise UnableToRegister("Ese cliente no existe.")


def _require_not_erased(user: User, customer: Customer) -> None:
    _require_own(user, customer)
    if customer.pseudonymised_at is not None:
        raise UnableToRegister("Los datos de esta persona ya fueron suprimidos.")
