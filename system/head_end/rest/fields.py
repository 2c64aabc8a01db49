"""Fields and look-ups that the routes of the field share."""

from typing import Annotated, Any

from django.http import HttpRequest
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.rest.fields import QueryInt, free_text, row_or_404
from system.config.url_converters import KEY_MAX
from system.head_end.models import MeterAccess
from system.head_end.vocabulary import REASON_SENTENCES, Reason
from system.registry.models import Device

METER = "/field/meters/{key:device_id}"
Obis = Annotated[
    str,
    Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,3}){4,5}$", description="código OBIS, por ejemplo 1.0.1.8.0"),
]
QueryKey = Annotated[QueryInt, Field(ge=1, le=KEY_MAX)]
SerialText = Annotated[str, free_text(100, description="serie, o parte de ella; vacío: todo")]


def device_or_404(request: HttpRequest, device_id: int) -> Device:
    """A device of the user's provider.

    Raises:
        Http404: there is none.
    """
    found: Device = row_or_404(Device.objects.of(user_of(request)), device_id)
    return found


def access_or_404(request: HttpRequest, device_id: int) -> MeterAccess:
    """Access to a meter of the user's provider.

    Raises:
        Http404: it is not in the field, or another provider's.
    """
    rows = MeterAccess.objects.of(user_of(request)).select_related("device", "channel")
    access = rows.filter(device_id=device_id).first()
    found: MeterAccess = access or row_or_404(rows.none(), device_id)
    return found


def reason_sentence(reason: str) -> str:
    """A reason in one Spanish sentence; empty where there is none."""
    return REASON_SENTENCES[Reason(reason)] if reason else ""


def narrowed(asked: Any, *names: str) -> dict[str, Any]:
    """Those values of a query that were given."""
    given = {name: getattr(asked, name) for name in names}
    return {name: value for name, value in given.items() if value is not None}
