"""Shapes of JSON objects: fields as data, checked by pydantic, refused in one sentence.

A `Shape` compiles its fields once; a fitting object costs one call of the compiled validator. Where something
does not fit, the sentence names the first: an unknown field, else the first as they are declared.

>>> shape = Shape((Field("number", "integer", low=1, high=9), Field("kind", "text", choices=("read",))))
>>> shape.complaint({"number": 3, "kind": "read"})
>>> shape.complaint({"number": 30, "kind": "?"})
'number must be from 1 to 9'
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import CoreSchema, SchemaValidator, ValidationError, core_schema

#: Longest text of a message, characters.
TEXT_MAX = 512
#: Most items of a list.
ITEMS_MAX = 1000
#: Most batches of a file, which is longer than a message.
BUNDLE_ITEMS_MAX = 100_000

_INTEGER = core_schema.int_schema(strict=True)
_NUMBER = core_schema.union_schema(
    [_INTEGER, core_schema.float_schema(strict=True, allow_inf_nan=False)], mode="left_to_right"
)
_TEXT = core_schema.str_schema(strict=True, max_length=TEXT_MAX)
_ANY_TEXT = core_schema.str_schema(strict=True)
_FLAG = core_schema.bool_schema(strict=True)
_OBJECT = core_schema.dict_schema(strict=True)
_CELL = core_schema.union_schema([_INTEGER, _TEXT, core_schema.none_schema()], mode="left_to_right")


def _list_of(item: CoreSchema, most: int | None = ITEMS_MAX) -> CoreSchema:
    return core_schema.list_schema(item, max_length=most, strict=True)


#: Type name -> (its values in words, their schema).
TYPES: dict[str, tuple[str, CoreSchema]] = {
    "integer": ("an integer", _INTEGER),
    "number": ("a finite number", _NUMBER),
    "text": (f"a text of at most {TEXT_MAX} characters", _TEXT),
    "hex": (
        "an even number of small hexadecimal digits",
        core_schema.str_schema(strict=True, max_length=TEXT_MAX, pattern=r"^([0-9a-f]{2})*\z"),
    ),
    "flag": ("true or false", _FLAG),
    "texts": (f"a list of at most {ITEMS_MAX} texts", _list_of(_TEXT)),
    "rows": (
        f"a list of at most {ITEMS_MAX} lists of integers, texts and nulls",
        _list_of(_list_of(_CELL)),
    ),
    "object": ("an object", _OBJECT),
    "bundle": (
        f"a list of at most {BUNDLE_ITEMS_MAX} batches",
        _list_of(core_schema.any_schema(), BUNDLE_ITEMS_MAX),
    ),
    "objects": (f"a list of at most {ITEMS_MAX} objects", _list_of(_OBJECT)),
    "any text": ("a text", _ANY_TEXT),
    "any texts": ("a list of texts", _list_of(_ANY_TEXT, None)),
    "flags": (
        "an object of names and true or false",
        core_schema.dict_schema(values_schema=_FLAG, strict=True),
    ),
}


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object.

    Args:
        name: its key; the unit is its last part.
        type_name: a key of `TYPES`.
        required: False where it may be left out.
        choices: the only texts allowed, where that is a closed list.
        low: the smallest number allowed.
        high: the largest number allowed.
        of: fields of an object, or of each object of a list; empty: any.
    """

    name: str
    type_name: str
    required: bool = True
    choices: tuple[str, ...] = ()
    low: float = float("-inf")
    high: float = float("inf")
    of: tuple["Field", ...] = ()

    def schema(self) -> CoreSchema:
        """Its schema: type, then choices, range and fields within, each refused in its own words."""
        words, schema = TYPES[self.type_name]
        steps = [_refused(schema, f"must be {words}")]
        if self.choices:
            allowed = core_schema.literal_schema(list(self.choices))
            steps.append(_refused(allowed, f"must be one of {', '.join(self.choices)}"))
        if (self.low, self.high) != (float("-inf"), float("inf")):
            kind: Callable[..., CoreSchema] = (
                core_schema.int_schema if self.type_name == "integer" else core_schema.float_schema
            )
            limits = {
                name: int(value) if self.type_name == "integer" else value
                for name, value in (("ge", self.low), ("le", self.high))
                if abs(value) < float("inf")
            }
            steps.append(_refused(kind(**limits), f"must be from {self.low:g} to {self.high:g}"))
        if self.of:
            within = _object_of(self.of, null_is_missing=True)
            steps.append(within if self.type_name == "object" else core_schema.list_schema(within))
        return steps[0] if len(steps) == 1 else core_schema.chain_schema(steps)


def _refused(schema: CoreSchema, words: str) -> CoreSchema:
    # The message is a template of pydantic's: braces in words would be read as one.
    return core_schema.custom_error_schema(schema, "shape", custom_error_message=words)


def _object_of(fields: tuple[Field, ...], *, null_is_missing: bool) -> CoreSchema:
    entries = {}
    for field in fields:
        schema = field.schema()
        if null_is_missing and not field.required:
            schema = core_schema.nullable_schema(schema)
        entries[field.name] = core_schema.typed_dict_field(schema, required=field.required)
    return core_schema.typed_dict_schema(entries, extra_behavior="forbid")


class Shape:
    """Shape of an object that must have these fields and no other.

    Args:
        fields: in the order in which faults are named.
        null_is_missing: a null counts as left out.
        sorted_names: unknown and known fields are named in the order of the alphabet, not of the declaration.
    """

    __slots__ = ("_null_is_missing", "_sorted_names", "_validate", "fields")

    def __init__(
        self, fields: tuple[Field, ...], *, null_is_missing: bool = False, sorted_names: bool = False
    ) -> None:
        self.fields = fields
        self._null_is_missing = null_is_missing
        self._sorted_names = sorted_names
        schema = _object_of(fields, null_is_missing=null_is_missing)
        self._validate = SchemaValidator(schema).validate_python

    def complaint(self, given: object) -> str | None:
        """The sentence that refuses `given`; None where it fits."""
        try:
            self._validate(given)
        except ValidationError as error:
            return self._sentence(self.fields, _faults(error), given)
        return None

    def _sentence(self, fields: tuple[Field, ...], faults: "list[_Fault]", given: Any) -> str:
        """The first fault of an object, in words."""
        if not faults[0].at:
            return "an object was expected"
        names = [field.name for field in fields]
        unknown = [str(fault.at[0]) for fault in faults if fault.at[0] not in names]
        if unknown:
            names = [field.name for field in fields]
            if self._sorted_names:
                unknown, names = sorted(unknown), sorted(names)
                unknown = [unknown[0][:40]]
            return f"{unknown[0]} is unknown; it takes {', '.join(names) or 'nothing'}"
        name = faults[0].at[0]
        field = next(field for field in fields if field.name == name)
        if faults[0].kind == "missing" and len(faults[0].at) == 1:
            return f"{name} is missing"
        value = given[name]
        if value is None and self._null_is_missing:
            return f"{name} is missing"
        if faults[0].kind == "shape" and len(faults[0].at) == 1:
            return f"{name} {faults[0].words}"
        within = [_Fault(fault.at[1:], fault.kind, fault.words) for fault in faults if fault.at[0] == name]
        if isinstance(value, list):
            place = within[0].at[0]
            within = [
                _Fault(fault.at[1:], fault.kind, fault.words) for fault in within if fault.at[0] == place
            ]
            value = value[place]
        return f"{name}: {self._sentence(field.of, within, value)}"


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault that pydantic found: where, of which kind, in which words."""

    at: tuple[Any, ...]
    kind: str
    words: str


def _faults(error: ValidationError) -> list[_Fault]:
    return [
        _Fault(fault["loc"], fault["type"], fault["msg"])
        for fault in error.errors(include_url=False, include_context=False, include_input=False)
    ]
