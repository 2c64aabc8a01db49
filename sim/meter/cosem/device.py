"""From a profile's rows to the logical device that a `ServerConnection` serves."""

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache

from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice, LogicalDevices, Mechanism
from protocols.dlms.cosem.enumerations import AccessMode
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.cosem.rights import AccessRights, MethodMode, Rights, rights_table
from protocols.dlms.security import KeyId
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.object_table import ObjectTable
from sim.meter.profile import AssociationTerms, ObjectTerms, ProfileError

READ_ALL = "r"


def logical_devices(live: LiveParts, table: ObjectTable, passwords: Mapping[str, bytes]) -> LogicalDevices:
    """The one logical device of a meter.

    Args:
        live: the parts.
        table: the objects.
        passwords: association name -> LLS secret.

    Raises:
        ProfileError: a row names a class or a binding that there is not.
    """
    profile = live.profile
    objects = list(table)
    associations = [
        AssociationProfile(
            client_sap=terms.client_sap,
            mechanism=Mechanism(terms.mechanism),
            password=passwords.get(terms.name),
            rights=_rights(objects, terms),
            security=live.parts.security if Mechanism(terms.mechanism).hls_name is not None else None,
            change_secret=_secret_change(live, Mechanism(terms.mechanism)),
        )
        for terms in profile.associations
    ]
    name = profile.logical_device_name.encode("ascii")
    return LogicalDevices(
        [LogicalDevice(profile.ports.server_sap, name, tuple(item for _, item in objects), associations)]
    )


def _secret_change(live: LiveParts, mechanism: Mechanism) -> Callable[[bytes], None] | None:
    """What change_HLS_secret does: the secret of GMAC is the global unicast key, wrapped as keys are.

    How it travels is the mechanism's affair, which no public source states [M]. Key pairs of ECDSA are
    changed by the security setup.
    """
    if mechanism is not Mechanism.HLS_GMAC:
        return None
    return lambda wrapped: live.parts.security.transfer_keys([(KeyId.GLOBAL_UNICAST_ENCRYPTION, wrapped)])


def _rights(objects: Sequence[tuple[ObjectTerms, CosemObject]], association: AssociationTerms) -> Rights:
    """Rights by object; an object that the row does not open to the association is seen, but denied."""

    def words(row: ObjectTerms) -> str:
        inherited = row.access.get(association.rights_of, "")
        return row.access.get(association.name, inherited)

    return rights_table({item.logical_name: parse_rights(words(row), item) for row, item in objects})


# "r", "wN" or "mN"; an "a" behind it asks for an authenticated message.
_WORD = re.compile(r"(?P<kind>[wm](?P<index>[0-9]+)|r)(?P<authenticated>a?)")
_MODES: dict[tuple[bool, bool, bool], AccessMode] = {
    (True, False, False): AccessMode.READ_ONLY,
    (False, True, False): AccessMode.WRITE_ONLY,
    (True, True, False): AccessMode.READ_AND_WRITE,
    (True, False, True): AccessMode.AUTHENTICATED_READ_ONLY,
    (False, True, True): AccessMode.AUTHENTICATED_WRITE_ONLY,
    (True, True, True): AccessMode.AUTHENTICATED_READ_AND_WRITE,
}


def parse_rights(text: str, item: CosemObject) -> AccessRights:
    """The rights that a row writes as ``"r w2 m1a"``.

    An attribute has one mode: where reading or writing asks for an authenticated message, both do.

    Raises:
        ProfileError: a word that is not ``r``, ``wN`` or ``mN``, with or without an ``a`` behind it.
    """
    try:
        return _rights_of(text, tuple(sorted({1, *item.getters})))
    except ValueError as error:
        raise ProfileError(f"object {item.logical_name}: {error}") from error


@lru_cache(maxsize=4096)
def _rights_of(text: str, attributes: tuple[int, ...]) -> AccessRights:
    """The rights to an object with these readable attributes: a thousand meters of one model share them."""
    readable: set[int] = set()
    writable: set[int] = set()
    authenticated: set[int] = set()
    methods: dict[int, MethodMode] = {}
    for word in text.split():
        found = _WORD.fullmatch(word)
        if found is None:
            raise ValueError(f"{word!r} is not a right; write r, wN or mN")
        kind, asks = found["kind"][0], bool(found["authenticated"])
        if kind == "m":
            methods[int(found["index"])] = MethodMode.AUTHENTICATED_ACCESS if asks else MethodMode.ACCESS
            continue
        indexes = set(attributes) if kind == READ_ALL else {int(found["index"])}
        (readable if kind == READ_ALL else writable).update(indexes)
        if asks:
            authenticated.update(indexes)
    modes = {
        index: _MODES[index in readable, index in writable, index in authenticated]
        for index in sorted(readable | writable)
    }
    return AccessRights(modes, dict(sorted(methods.items())))
