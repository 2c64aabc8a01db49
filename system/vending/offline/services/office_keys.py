"""The office's two public keys as a file: what a new terminal pins, after a person compared fingerprints."""

from dataclasses import dataclass

from protocols.offline.envelope import fingerprint
from protocols.offline.messages import OfficeKeys
from system.config.clock import business_now
from system.registry.models import Provider
from system.security_module.errors import SecurityModuleError
from system.vending.module import module
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.keys import office_public, sealed_by_office
from system.vending.offline.packing.texts import printable


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
        said = module().status().get("lease_public")
    except SecurityModuleError as lost:
        raise OfflineRefused("El módulo de seguridad no responde: intente de nuevo.") from lost
    if not isinstance(said, str) or not said:
        raise OfflineRefused("El módulo todavía no tiene llave de permisos: haga primero un paquete.")
    public, lease_public = office_public(provider.pk), bytes.fromhex(said)
    now = business_now().replace(microsecond=0)
    keys = OfficeKeys(printable(provider.name, 200), public, lease_public, now)
    content = sealed_by_office(provider.pk, OfficeKeys.KIND, keys.to_body())
    return OfficeFile(content, fingerprint(public), fingerprint(lease_public))
