"""Logical device: the rows of a profile, the objects made of them, and the rights of each association.

An object is bound when it is first asked for: by a client, a script or a capture.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from protocols.dlms.cosem import CLASSES
from protocols.dlms.cosem.device import (
    AccessRights,
    AssociationProfile,
    LogicalDevice,
    LogicalDevices,
    Mechanism,
    MethodMode,
    Rights,
    rights_table,
)
from protocols.dlms.cosem.enumerations import AccessMode
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.obis import Obis
from protocols.dlms.security import KeyId
from sim.meter.cosem.binding import Bound, RowPlan
from sim.meter.cosem.requests import LiveParts
from sim.meter.metering.load_profile import ColumnKey
from sim.meter.profile import AssociationTerms, ObjectTerms, ProfileError

# ------------------------------------------------------------ objects

#: Binds one row of the object list.
Binder = Callable[[ObjectTerms], Bound]


class _Rows:
    """An object list as a key: all meters of one profile share its index."""

    __slots__ = ("rows",)

    def __init__(self, rows: Sequence[ObjectTerms]) -> None:
        self.rows = rows

    def __hash__(self) -> int:
        return id(self.rows)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Rows) and other.rows is self.rows


@lru_cache(maxsize=16)
def _indexed(key: _Rows) -> dict[Obis, ObjectTerms]:
    return {Obis.from_string(row.obis): row for row in key.rows}


class ObjectTable:
    """The rows of one profile and the objects made of them so far.

    Args:
        rows: the object list.
    """

    __slots__ = ("_made", "_make_binders", "_rows", "_wrap", "row_plans")

    def __init__(self, rows: Sequence[ObjectTerms]) -> None:
        self._rows = _indexed(_Rows(rows))
        self._made: dict[Obis, CosemObject] = {}
        #: Columns of a captured profile -> where their numbers come from.
        self.row_plans: dict[tuple[ColumnKey, ...], RowPlan] = {}
        self._wrap: Callable[[CosemObject], CosemObject] = lambda item: item
        self._make_binders: Callable[[], Mapping[str, Binder]] | None = None

    def bind(
        self,
        make_binders: Callable[[], Mapping[str, Binder]],
        wrap: Callable[[CosemObject], CosemObject] | None = None,
    ) -> None:
        """Say where binders come from; they are asked for with the first object.

        Args:
            make_binders: makes them.
            wrap: given every object that is made, gives the one that is used.
        """
        self._make_binders = make_binders
        self._wrap = wrap or self._wrap

    def find(self, name: Obis) -> CosemObject | None:
        """The object with a logical name, None where the profile has none.

        Raises:
            ProfileError: its row names a class or a binding that there is not.
        """
        made = self._made.get(name)
        if made is None and name in self._rows:
            made = self._made[name] = self._make(name, self._rows[name], self._binders())
        return made

    def make(self, names: Iterable[Obis]) -> None:
        """Make these objects at once, those of them that the profile has.

        Raises:
            ProfileError: a row names a class or a binding that there is not.
        """
        missing = [name for name in names if name in self._rows and name not in self._made]
        if missing:
            binders = self._binders()
            self._made |= {name: self._make(name, self._rows[name], binders) for name in missing}

    def __iter__(self) -> Iterator[tuple[ObjectTerms, CosemObject]]:
        binders = self._binders()
        for name, row in self._rows.items():
            if name not in self._made:
                self._made[name] = self._make(name, row, binders)
            yield row, self._made[name]

    def _binders(self) -> Mapping[str, Binder]:
        """They are not kept: most meters of a large world bind a handful of objects and no more."""
        if self._make_binders is None:
            raise LookupError("the objects are not bound yet")
        return self._make_binders()

    def _make(self, name: Obis, row: ObjectTerms, binders: Mapping[str, Binder]) -> CosemObject:
        if row.class_id not in CLASSES or row.binding not in binders:
            raise ProfileError(
                f"object {row.obis}: class {row.class_id} or binding {row.binding!r} is unknown"
            )
        bound = binders[row.binding](row)
        made = CosemObject(
            bound.interface or CLASSES[row.class_id], name, bound.getters, bound.setters, bound.methods
        )
        return self._wrap(made)


# ------------------------------------------------------------ rights and logical device

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
    """Change of the HLS secret: that of GMAC is the global unicast key, wrapped as keys are.

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
