"""The objects of a meter, each bound when it is first asked for: by a client, a script or a capture."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from protocols.dlms.cosem import CLASSES
from protocols.dlms.cosem.objects import CosemObject
from protocols.dlms.obis import Obis
from sim.meter.cosem.bound import Bound, RowPlan
from sim.meter.load_profile import ColumnKey
from sim.meter.profile import ObjectTerms, ProfileError

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
