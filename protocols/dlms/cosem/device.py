"""Logical devices: their objects, and the associations that clients may open.

The mandatory objects are made here: current association, SAP assignment and logical device name.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, IntEnum

from protocols.dlms import axdr
from protocols.dlms.acse import MechanismName
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.access import SapAssignment
from protocols.dlms.cosem.enumerations import AccessMode
from protocols.dlms.cosem.measurement import DataObject
from protocols.dlms.cosem.objects import CosemObject, constant
from protocols.dlms.cosem.selection import Selection
from protocols.dlms.errors import DlmsValueError
from protocols.dlms.obis import Obis
from protocols.dlms.security.device import DeviceSecurity
from protocols.dlms.security.hls import WITH_SECRET, WITH_TITLES

# Access rights: what one association may read, write and invoke.
#
# A right is given per object by a function, so that a profile may come from a table, from a rule or from
# both.

_AUTHENTICATED = 0x10

# Modes that let a plain message read or write, and those that let an authenticated one (4 to 6 only that).
READABLE = frozenset({AccessMode.READ_ONLY, AccessMode.READ_AND_WRITE})
WRITABLE = frozenset({AccessMode.WRITE_ONLY, AccessMode.READ_AND_WRITE})
READABLE_AUTHENTICATED = READABLE | {
    AccessMode.AUTHENTICATED_READ_ONLY,
    AccessMode.AUTHENTICATED_READ_AND_WRITE,
}
WRITABLE_AUTHENTICATED = WRITABLE | {
    AccessMode.AUTHENTICATED_WRITE_ONLY,
    AccessMode.AUTHENTICATED_READ_AND_WRITE,
}


class MethodMode(IntEnum):
    """True if a method may be invoked, and by which messages.

    Source: IEC 62056-6-2, Association LN, method_access_mode
    """

    NO_ACCESS = 0
    ACCESS = 1
    AUTHENTICATED_ACCESS = 2


@dataclass(frozen=True, slots=True)
class AccessRights:
    """Rights to one object; an index that is missing has no access.

    Args:
        attributes: attribute index -> mode.
        methods: method index -> whether it may be invoked: a `MethodMode`, or True for any message.
    """

    attributes: Mapping[int, AccessMode] = field(default_factory=dict)
    methods: Mapping[int, MethodMode | bool] = field(default_factory=dict)

    def may_read(self, index: int, control: int = 0) -> bool:
        """True if attribute `index` may be read by a message with this security control octet."""
        return self.attributes.get(index) in (
            READABLE_AUTHENTICATED if control & _AUTHENTICATED else READABLE
        )

    def may_write(self, index: int, control: int = 0) -> bool:
        """True if attribute `index` may be written by a message with this security control octet."""
        return self.attributes.get(index) in (
            WRITABLE_AUTHENTICATED if control & _AUTHENTICATED else WRITABLE
        )

    def may_invoke(self, index: int, control: int = 0) -> bool:
        """True if method `index` may be invoked by a message with this security control octet."""
        mode = self.methods.get(index, MethodMode.NO_ACCESS)
        return mode == MethodMode.ACCESS or (
            mode == MethodMode.AUTHENTICATED_ACCESS and bool(control & _AUTHENTICATED)
        )


# None: the association does not see the object at all.
Rights = Callable[[CosemObject], AccessRights | None]


def read_only(item: CosemObject) -> AccessRights:
    """Every attribute that has a getter, nothing else."""
    return AccessRights(dict.fromkeys(sorted({1, *item.getters}), AccessMode.READ_ONLY))


def full_access(item: CosemObject) -> AccessRights:
    """Everything that the object can do: read by getters, write by setters, every method bound."""
    modes = {
        (True, False): AccessMode.READ_ONLY,
        (False, True): AccessMode.WRITE_ONLY,
        (True, True): AccessMode.READ_AND_WRITE,
    }
    indexes = sorted({1, *item.getters, *item.setters})
    return AccessRights(
        {index: modes[index == 1 or index in item.getters, index in item.setters] for index in indexes},
        dict.fromkeys(sorted(item.methods), True),
    )


def rights_table(table: Mapping[Obis, AccessRights], default: Rights | None = None) -> Rights:
    """Rights by logical name; objects that are not in `table` follow `default` (None: not seen)."""

    def rights(item: CosemObject) -> AccessRights | None:
        found = table.get(item.logical_name)
        if found is not None or default is None:
            return found
        return default(item)

    return rights


CURRENT_ASSOCIATION = Obis(0, 0, 40, 0, 0, 255)
SAP_ASSIGNMENT = Obis(0, 0, 41, 0, 0, 255)
LOGICAL_DEVICE_NAME = Obis(0, 0, 42, 0, 0, 255)


class Mechanism(Enum):
    """Authentication mechanism of a client: none, a password (LLS), or an answer to a challenge (HLS)."""

    NONE = "none"
    LLS = "lls"
    HLS_MD5 = "hls-md5"
    HLS_SHA1 = "hls-sha1"
    HLS_GMAC = "hls-gmac"
    HLS_SHA256 = "hls-sha256"
    HLS_ECDSA = "hls-ecdsa"

    @property
    def mechanism_name(self) -> MechanismName:
        """Its object identifier."""
        return MechanismName[self.name]

    @property
    def hls_name(self) -> MechanismName | None:
        """Its object identifier where it is a high level one, else None."""
        return None if self in (Mechanism.NONE, Mechanism.LLS) else self.mechanism_name


@dataclass(frozen=True, slots=True)
class AssociationProfile:
    """Association that one client address may open on a logical device.

    Args:
        client_sap: address of the client, 1 to 127; usual are 16 public, 2 reader, 1 management.
        mechanism: `Mechanism`, or its value.
        password: secret of LLS, or of the HLS mechanisms that hash one; never shown.
        rights: rights of this association to an object; the objects made here are always readable.
        security: keys, titles and policy of the logical device; with it the client may cipher.
        change_secret: takes a new HLS secret, as change_HLS_secret brings it; None: it stays.

    Raises:
        DlmsValueError: the mechanism lacks its password, or the keys and titles that it needs.
    """

    client_sap: int
    mechanism: Mechanism = Mechanism.NONE
    password: bytes | None = field(default=None, repr=False)
    rights: Rights = read_only
    security: DeviceSecurity | None = None
    change_secret: Callable[[bytes], None] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "mechanism", Mechanism(self.mechanism))
        name = self.mechanism.mechanism_name
        if (name is MechanismName.LLS or name in WITH_SECRET) and not self.password:
            raise DlmsValueError(f"an association with {self.mechanism.value.upper()} needs a password")
        if name in WITH_TITLES and self.security is None:
            raise DlmsValueError(f"an association with {self.mechanism.value.upper()} needs keys and titles")


@dataclass(frozen=True, slots=True)
class LogicalDevice:
    """One logical device.

    Args:
        sap: its server address; 1 is the management logical device.
        name: logical device name, up to 16 octets, the first three are the maker's FLAG id.
        objects: everything it offers, except what is made here.
        associations: who may come, one profile per client address.

    Raises:
        DlmsValueError: two objects with one logical name, or two profiles for one client.
    """

    sap: int
    name: bytes
    objects: Sequence[CosemObject] = ()
    associations: Sequence[AssociationProfile] = ()

    def __post_init__(self) -> None:
        _unique((item.logical_name for item in self.objects), f"logical device {self.sap}: objects")
        _unique(
            (profile.client_sap for profile in self.associations), f"logical device {self.sap}: associations"
        )

    def association(self, client_sap: int) -> AssociationProfile | None:
        """The profile for a client address, None when that client is not known."""
        return next((profile for profile in self.associations if profile.client_sap == client_sap), None)


class LogicalDevices:
    """The logical devices of one physical device, by server address.

    Args:
        devices: at least one; addresses differ.
    """

    __slots__ = ("_by_sap", "_standard")

    def __init__(self, devices: Iterable[LogicalDevice]) -> None:
        found = list(devices)
        _unique((device.sap for device in found), "logical devices")
        self._by_sap = {device.sap: device for device in found}
        self._standard = CosemObject(SapAssignment, SAP_ASSIGNMENT, getters={2: self._sap_list})

    def __iter__(self) -> Iterator[LogicalDevice]:
        return iter(self._by_sap.values())

    def get(self, sap: int) -> LogicalDevice | None:
        """The logical device at a server address, None when there is none."""
        return self._by_sap.get(sap)

    def mandatory_objects(self, device: LogicalDevice) -> list[CosemObject]:
        """SAP assignment and logical device name, unless `device` brings its own."""
        own = {item.logical_name for item in device.objects}
        name = CosemObject(
            DataObject, LOGICAL_DEVICE_NAME, getters={2: constant(axdr.octet_string(device.name))}
        )
        return [item for item in (self._standard, name) if item.logical_name not in own]

    def _sap_list(self, _selection: Selection | None) -> Data:
        return axdr.array(
            *(
                axdr.structure(axdr.long_unsigned(device.sap), axdr.octet_string(device.name))
                for device in self._by_sap.values()
            )
        )


def _unique(keys: Iterable[object], what: str) -> None:
    seen: set[object] = set()
    for key in keys:
        if key in seen:
            raise DlmsValueError(f"{what}: {key} appears twice")
        seen.add(key)
