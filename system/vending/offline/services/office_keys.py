"""Office's signing key, one for each provider, derived from the house's ``SECRET_KEY`` and never stored.

Terminals pin its public half, and the security module's, when they load the office's file, after two people
compared fingerprints. Who changes ``SECRET_KEY`` changes it: every terminal must then be enrolled anew.
"""

import hashlib
import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from protocols.offline.envelope import fingerprint, seal
from protocols.offline.messages import OfficeKeys
from system.config.clock import business_now
from system.registry.models import Provider
from system.security_module.errors import SecurityModuleError
from system.vending.module_client import module_client
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.selectors.pack_contents import printable


def office_public(provider_id: int) -> bytes:
    """The public half, 32 octets."""
    return _key(provider_id).public_key().public_bytes_raw()


def office_fingerprint(provider_id: int) -> str:
    """The public half as two people read it to each other."""
    return fingerprint(office_public(provider_id))


def sealed_by_office(provider_id: int, kind: str, body: dict[str, object]) -> bytes:
    """A message that the office signed.

    Raises:
        OfflineError: the body cannot be written, or is too long.
    """
    key = _key(provider_id)
    return seal(kind, body, key.public_key().public_bytes_raw(), key.sign)


def _key(provider_id: int) -> Ed25519PrivateKey:
    said = f"amibench-offline-office:{provider_id}".encode()
    return Ed25519PrivateKey.from_private_bytes(
        hmac.new(settings.SECRET_KEY.encode(), said, hashlib.sha256).digest()
    )


@dataclass(frozen=True, slots=True)
class OfficeFile:
    """The file, and what two people read to each other.

    Args:
        content: the signed envelope.
        office, module: fingerprints of who signs packs, and of who signs leases.
    """

    content: bytes
    office: str
    module: str


def office_file(provider: Provider) -> OfficeFile:
    """The keys of a provider's office and of the security module behind it.

    Raises:
        OfflineRefused: the module does not answer, or has made no lease yet: make a pack first.
    """
    try:
        said = module_client().status().get("lease_public")
    except SecurityModuleError as lost:
        raise OfflineRefused("El módulo de seguridad no responde: intente de nuevo.") from lost
    if not isinstance(said, str) or not said:
        raise OfflineRefused("El módulo todavía no tiene llave de permisos: haga primero un paquete.")
    public, lease_public = office_public(provider.pk), bytes.fromhex(said)
    now = business_now().replace(microsecond=0)
    keys = OfficeKeys(printable(provider.name, 200), public, lease_public, now)
    content = sealed_by_office(provider.pk, OfficeKeys.KIND, keys.to_body())
    return OfficeFile(content, fingerprint(public), fingerprint(lease_public))
