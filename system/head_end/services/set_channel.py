"""Open a way into the field, or change one. Keys are only named: they lie in the collector's key file."""

from dataclasses import dataclass

from django.db import IntegrityError

from links.errors import LinkUrlError
from links.url import LinkUrl
from system.accounts import audit
from system.accounts.models import User
from system.accounts.operations import Operation
from system.config.clock import business_now
from system.config.writer import writing
from system.head_end.errors import UnableToConfigure
from system.head_end.models import Channel
from system.head_end.services.accesses import give_access, look_again
from system.head_end.services.configure_field import first_plans
from system.head_end.vocabulary import POLL_S, ChannelKind
from system.registry.models import Device, Site

SCHEMES = frozenset({"tcp", "serial"})
FRAMINGS = frozenset({"wrapper", "hdlc"})


@dataclass(frozen=True, slots=True)
class ChannelTerms:
    """How something in the field is reached.

    Args:
        name: for people; once for each provider.
        url: of the DLMS port.
        kind: None: it stays what it is.
        uplink_url: of a concentrator's management port; empty: it has none.
        secret_name, access, key_name: entries of the collector's key file.
        sessions_max: meters that may be spoken with at once.
        meter: the meter of a direct connection.
        sap: its server address there, 1 to 16 383.
        poll_s: so often the uplink is asked.
    """

    name: str
    url: str
    kind: ChannelKind | None = ChannelKind.CONCENTRATOR
    framing: str = "wrapper"
    uplink_url: str = ""
    secret_name: str = ""
    access: str = "hls-gmac"
    key_name: str = ""
    sessions_max: int = 1
    enabled: bool = True
    site: Site | None = None
    device: Device | None = None
    meter: Device | None = None
    sap: int = 1
    poll_s: int = POLL_S


#: Columns of a channel that are set as they are given.
KEPT = (
    "name",
    "url",
    "framing",
    "uplink_url",
    "secret_name",
    "access",
    "key_name",
    "sessions_max",
    "enabled",
    "poll_s",
)


def set_channel(user: User, terms: ChannelTerms, channel: Channel | None = None) -> Channel:
    """Write it; with a `channel` that one changes, and is looked at with the next lease.

    The provider's first one brings the first plans.

    Raises:
        UnableToConfigure: the user may not, or an address, a name or a number makes no sense.
    """
    if not user.may(Operation.MANAGE_FIELD):
        raise UnableToConfigure("Su rol no permite configurar el campo.")
    if channel is not None and channel.provider_id != user.provider_id:
        raise UnableToConfigure("Ese canal es de otra empresa.")
    kind = terms.kind or ChannelKind(channel.kind if channel is not None else ChannelKind.CONCENTRATOR)
    _check(terms, kind, new=channel is None)
    now = business_now()
    kept = channel or Channel(provider_id=user.provider_pk, kind=kind.value, due_at=now)
    for name in KEPT:
        setattr(kept, name, getattr(terms, name))
    kept.site, kept.device = terms.site or kept.site, terms.device or kept.device
    kept.rests_until, kept.failures = None, 0
    try:
        with writing():
            kept.save()
            first_plans(kept.provider_id)
            if terms.meter is not None:
                give_access(kept, terms.meter, terms.sap, now)
            look_again([kept.pk], now)
            audit.record(Operation.MANAGE_FIELD.value, user=user, subject=f"channel:{kept.pk}")
    except IntegrityError:
        raise UnableToConfigure(f"Ya hay un canal llamado {terms.name}.") from None
    return kept


def _check(terms: ChannelTerms, kind: ChannelKind, *, new: bool) -> None:
    for url in (terms.url, terms.uplink_url):
        if url:
            _check_url(url)
    if not terms.url:
        raise UnableToConfigure("Escriba la dirección DLMS.")
    if terms.framing not in FRAMINGS or not 1 <= terms.sap <= 16_383 or not 1 <= terms.sessions_max <= 200:
        raise UnableToConfigure("Las tramas, el SAP o las sesiones a la vez (1 a 200) no son válidos.")
    if new and (terms.meter is None) == (kind is ChannelKind.DIRECT):
        raise UnableToConfigure("Indique la serie solo si el medidor tiene conexión propia.")
    if terms.uplink_url and not terms.secret_name:
        raise UnableToConfigure("El canal de gestión necesita el nombre de su clave de enlace.")


def _check_url(url: str) -> None:
    try:
        parsed = LinkUrl.parse(url)
        known = parsed.scheme in SCHEMES
        if known and parsed.scheme == "tcp":
            parsed.address()
    except LinkUrlError:
        known = False
    if not known:
        raise UnableToConfigure(f"{url} no es una dirección como tcp://10.20.0.5:4059.")
