"""From a profile's rows to the logical device that a `ServerConnection` serves."""

from collections.abc import Mapping, Sequence

from protocols.dlms.cosem import CLASSES
from protocols.dlms.cosem.device import AssociationProfile, LogicalDevice, LogicalDevices, Mechanism
from protocols.dlms.cosem.enumerations import AccessMode
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.cosem.rights import AccessRights, Rights, rights_table
from protocols.dlms.obis import Obis
from sim.meter.cosem.live import LiveParts
from sim.meter.cosem.table import Binder
from sim.meter.profile import ObjectTerms, ProfileError

READ_ALL = "r"


def logical_devices(
    live: LiveParts, binders: Mapping[str, Binder], passwords: Mapping[str, bytes]
) -> LogicalDevices:
    """The one logical device of a meter.

    Args:
        live: the parts.
        binders: binding name -> binder.
        passwords: association name -> LLS secret.

    Raises:
        ProfileError: a row names a class or a binding that there is not.
    """
    profile = live.profile
    objects = [(row, _object(row, binders)) for row in profile.objects]
    associations = [
        AssociationProfile(
            client_sap=terms.client_sap,
            mechanism=Mechanism(terms.mechanism),
            password=passwords.get(terms.name),
            rights=_rights(objects, terms.name),
        )
        for terms in profile.associations
    ]
    name = profile.logical_device_name.encode("ascii")
    return LogicalDevices(
        [LogicalDevice(profile.ports.server_sap, name, tuple(item for _, item in objects), associations)]
    )


def _object(row: ObjectTerms, binders: Mapping[str, Binder]) -> CosemObject:
    if row.class_id not in CLASSES or row.binding not in binders:
        raise ProfileError(f"object {row.obis}: class {row.class_id} or binding {row.binding!r} is unknown")
    bound = binders[row.binding](row)
    return CosemObject(
        CLASSES[row.class_id], Obis.from_string(row.obis), bound.getters, bound.setters, bound.methods
    )


def _rights(objects: Sequence[tuple[ObjectTerms, CosemObject]], association: str) -> Rights:
    """Rights by object; an object that the row does not open to the association is seen, but denied."""
    table = {item.logical_name: parse_rights(row.access.get(association, ""), item) for row, item in objects}
    return rights_table(table)


def parse_rights(text: str, item: CosemObject) -> AccessRights:
    """The rights that a row writes as ``"r w2 m1"``.

    Raises:
        ProfileError: a word that is not ``r``, ``wN`` or ``mN``.
    """
    words = text.split()
    readable = {1, *item.getters} if READ_ALL in words else set()
    writable: set[int] = set()
    methods: set[int] = set()
    for word in words:
        if word == READ_ALL:
            continue
        if word[0] not in "wm" or not word[1:].isdigit():
            raise ProfileError(f"object {item.logical_name}: {word!r} is not a right; write r, wN or mN")
        (writable if word[0] == "w" else methods).add(int(word[1:]))
    modes = {
        index: AccessMode(
            AccessMode.READ_ONLY * (index in readable) + AccessMode.WRITE_ONLY * (index in writable)
        )
        for index in sorted(readable | writable)
    }
    return AccessRights(modes, dict.fromkeys(sorted(methods), True))
