"""Head-ends elsewhere: connect one, try whether it lets us in, give it another key, leave it alone.

A key is written down sealed, is never shown again, and appears in no log and no trail.
"""

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction

from system.accounts import audit
from system.accounts.permissions import Operation
from system.config.outgoing_http import UnableToSend, check_url
from system.registry.models import Site
from system.vending.delivery import carriers
from system.vending.delivery.models import RemoteHeadEnd
from system.vending.delivery.remote_keys import NoRemoteKey, key_of, seal_key

API_PATH = "/api/v1/network"
_NAME_MAX, _URL_MAX, _KEY_MIN, _KEY_MAX = 60, 300, 16, 200
_FORBIDDEN = "Su rol no permite conectar otras cabeceras."
_ABSENT, _NOT_FOR_US, _UNKNOWN_KEY, _TOO_MANY, _REFUSED_BODY = 404, 403, 401, 429, 422


class UnableToManageRemote(ValueError):
    """Refusal about a head-end elsewhere.

    Args:
        sentence: Spanish.
        field: of the form; empty: none.
    """

    def __init__(self, sentence: str, field: str = "") -> None:
        super().__init__(sentence)
        self.field = field


@dataclass(frozen=True, slots=True)
class RemoteTerms:
    """Terms of a head-end elsewhere.

    Args:
        name: for people.
        url: of its network API; `API_PATH` is put behind one that has no path.
        key: that it gave us; empty: the file of keys has it.
        key_name: in that file; empty: `key` is given.
        site: whose meters it reaches; None: all that nobody else reaches.
    """

    name: str
    url: str
    key: str = field(default="", repr=False)
    key_name: str = ""
    site: Site | None = None


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Result of a trial: True where tokens would be taken, and a Spanish sentence."""

    works: bool
    sentence: str


def add_remote(user: Any, terms: RemoteTerms) -> RemoteHeadEnd:
    """Connect a head-end elsewhere.

    Raises:
        UnableToManageRemote: not allowed, no address, no key, or the site has one.
    """
    if not user.may(Operation.MANAGE_NETWORKS) or user.provider_id is None:
        raise UnableToManageRemote(_FORBIDDEN)
    if terms.site is not None and terms.site.provider_id != user.provider_id:
        raise UnableToManageRemote("Ese sitio no existe.", "site")
    made = RemoteHeadEnd(
        provider_id=user.provider_id,
        name=terms.name.strip()[:_NAME_MAX],
        url=_address(terms.url),
        key_name=terms.key_name.strip(),
        site=terms.site,
    )
    if not made.name:
        raise UnableToManageRemote("Escriba un nombre.", "name")
    _set_key(made, terms.key)
    with _alone(made):
        made.save()
        _audit(user, "remote-add", made, {"url": made.url})
    return made


def renew_key(user: Any, head_end: RemoteHeadEnd, key: str) -> None:
    """Let another key open it from now on.

    Raises:
        UnableToManageRemote: not allowed, or no key.
    """
    _require_may(user, head_end)
    head_end.key_name = ""
    _set_key(head_end, key)
    with transaction.atomic():
        head_end.save(update_fields=["key_name", "sealed_key"])
        _audit(user, "remote-key", head_end)


def switch_remote(user: Any, head_end: RemoteHeadEnd, *, active: bool) -> None:
    """Give it no new tokens, or give it some again; it is asked for those that it has all the same.

    Raises:
        UnableToManageRemote: not allowed, or another one serves the site by now.
    """
    _require_may(user, head_end)
    head_end.active = active
    with _alone(head_end):
        head_end.save(update_fields=["active"])
        _audit(user, "remote-switch", head_end, {"active": active})


def try_remote(user: Any, head_end: RemoteHeadEnd) -> TrialResult:
    """Ask whether it lets us in, without giving it anything.

    It is asked for a delivery that there is not, and handed one that is empty.

    Raises:
        UnableToManageRemote: not allowed.
    """
    _require_may(user, head_end)
    base = head_end.url.rstrip("/")
    try:
        headers = {"Authorization": f"Bearer {key_of(head_end)}", "Content-Type": "application/json"}
        sender = carriers.SENDERS[-1]
        seen = sender(f"{base}/deliveries/{uuid.uuid4()}", b"", headers, "GET").status
        if seen == _ABSENT:
            seen = sender(f"{base}/deliveries", b"{}", headers, "POST").status
            found = TrialResult(True, "Conexión correcta: acepta nuestra llave y recibe tokens.")
            return found if seen == _REFUSED_BODY else _refused(seen, "entregar tokens")
        return _refused(seen, "consultar entregas")
    except (UnableToSend, NoRemoteKey) as error:
        return TrialResult(False, str(error))


_SENTENCES: Mapping[int, str] = {
    _UNKNOWN_KEY: "Contesta, pero no conoce nuestra llave: venció, fue retirada o no vale desde aquí.",
    _TOO_MANY: "Contesta que hacemos demasiadas solicitudes: espere un minuto.",
    _ABSENT: "Contesta, pero en esa dirección no hay una API de redes: revise la dirección.",
}


def _refused(status: int, what: str) -> TrialResult:
    if status == _NOT_FOR_US:
        return TrialResult(False, f"Contesta, pero nuestra llave no tiene permiso para {what}.")
    return TrialResult(
        False, _SENTENCES.get(status, f"Contesta algo inesperado ({status}): revise la dirección.")
    )


def _address(url: str) -> str:
    text = url.strip()
    try:
        parts = check_url(text)
    except UnableToSend as error:
        raise UnableToManageRemote(str(error), "url") from error
    if parts.query:
        raise UnableToManageRemote("La dirección no lleva signos de pregunta.", "url")
    full = text.rstrip("/") + (API_PATH if parts.path in ("", "/") else "")
    if len(full) > _URL_MAX:
        raise UnableToManageRemote("La dirección es demasiado larga.", "url")
    return full


def _set_key(head_end: RemoteHeadEnd, key: str) -> None:
    typed = key.strip()
    if bool(typed) == bool(head_end.key_name):
        raise UnableToManageRemote(
            "Escriba la llave, o su nombre en el archivo de llaves: una de las dos.", "key"
        )
    if typed and not (_KEY_MIN <= len(typed) <= _KEY_MAX and typed.isascii() and typed.isprintable()):
        raise UnableToManageRemote("Eso no es una llave: cópiela completa, sin espacios.", "key")
    head_end.sealed_key = seal_key(head_end, typed) if typed else b""


@contextmanager
def _alone(head_end: RemoteHeadEnd) -> Iterator[None]:
    """A transaction in which no other serves its site, if it is active; also where two begin at once."""
    try:
        with transaction.atomic():
            if head_end.active:
                _require_alone(head_end)
            yield
    except IntegrityError:
        raise UnableToManageRemote(
            "Otra cabecera acaba de tomar ese sitio: deténgala primero.", "site"
        ) from None


def _require_alone(head_end: RemoteHeadEnd) -> None:
    others = RemoteHeadEnd.objects.filter(provider_id=head_end.provider_id, site=head_end.site, active=True)
    other = others.exclude(pk=head_end.pk).first()
    if other is not None:
        where = "ese sitio" if head_end.site_id else "los demás sitios"
        raise UnableToManageRemote(f"«{other}» ya atiende {where}: deténgala primero.", "site")


def _require_may(user: Any, head_end: RemoteHeadEnd) -> None:
    if not user.may(Operation.MANAGE_NETWORKS) or head_end.provider_id != user.provider_id:
        raise UnableToManageRemote(_FORBIDDEN)


def _audit(user: Any, what: str, head_end: RemoteHeadEnd, detail: Mapping[str, Any] | None = None) -> None:
    audit.record(
        f"{Operation.MANAGE_NETWORKS.value}.{what}",
        user=user,
        subject=f"remote-head-end:{head_end.pk}",
        detail={"name": head_end.name, **(detail or {})},
    )
