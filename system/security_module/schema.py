"""Schema of the API's values: kinds of values and objects of named fields, checked by pydantic's core.

A value that does not fit is refused with ``bad-request`` and one sentence that names the field. Where several
do not fit, the sentence is about the first: at each object a field that it does not have, then its fields in
the order of their declaration. Each kind bears its own sentence.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic_core import CoreSchema, ErrorDetails, SchemaValidator, ValidationError, core_schema

from system.security_module.refusals import Refused, Words


def malformed(es: str, en: str) -> Refused:
    """The refusal of a request that does not keep to the schema."""
    return Refused("bad-request", why=Words(es, en))


def integer(low: int, high: int) -> CoreSchema:
    """A whole number from `low` to `high`."""
    return _worded(
        core_schema.int_schema(ge=low, le=high, strict=True),
        f"{{}} debe ser un número entero de {low} a {high}",
        f"{{}} must be a whole number from {low} to {high}",
    )


def text(pattern: str, es: str, en: str) -> CoreSchema:
    """A text that matches all of `pattern`; `es` and `en` say it in words. Digits are ``[0-9]``."""
    whole = core_schema.str_schema(pattern=f"^(?:{pattern})$", strict=True)
    return _worded(whole, f"{{}} debe ser {es}", f"{{}} must be {en}")


def flag() -> CoreSchema:
    """True or false."""
    return _worded(
        core_schema.bool_schema(strict=True), "{} debe ser true o false", "{} must be true or false"
    )


def instant() -> CoreSchema:
    """An ISO 8601 instant with its offset, for example 2026-03-01T12:00:00Z; the result is UTC."""
    return _worded(
        core_schema.no_info_plain_validator_function(_utc),
        "{} debe ser un instante como 2026-03-01T12:00:00Z",
        "{} must be an instant such as 2026-03-01T12:00:00Z",
    )


def optional(kind: CoreSchema) -> CoreSchema:
    """Null, or a value of `kind`."""
    return core_schema.nullable_schema(kind)


def many(kind: CoreSchema, most: int) -> CoreSchema:
    """A list of at most `most` values; the result is a tuple."""
    a_list = _worded(
        core_schema.list_schema(max_length=most, strict=True),
        f"{{}} debe ser una lista de {most} elementos o menos",
        f"{{}} must be a list of at most {most}",
    )
    return core_schema.chain_schema([a_list, core_schema.tuple_variable_schema(kind)])


@dataclass(frozen=True, slots=True)
class Field:
    """One named value of an object.

    Args:
        kind: of its value.
        required: whether it must be there.
        default: stands for it when it is not.
    """

    kind: CoreSchema
    required: bool = True
    default: Any = None


def given(kind: CoreSchema, default: Any = None) -> Field:
    """A field that may be left out."""
    return Field(kind, required=False, default=default)


def fields(table: Mapping[str, Field]) -> CoreSchema:
    """An object of exactly these fields; the result has every one of them, defaults filled in."""
    return core_schema.typed_dict_schema(
        {
            name: core_schema.typed_dict_field(_filled(field), required=field.required)
            for name, field in table.items()
        },
        extra_behavior="forbid",
        strict=True,
    )


class Check:
    """Validator of one kind of value.

    Args:
        kind: of the value.
    """

    __slots__ = ("_validator",)

    def __init__(self, kind: CoreSchema) -> None:
        self._validator = SchemaValidator(kind)

    def __call__(self, value: Any, name: str) -> Any:
        """The value as the module works with it.

        Raises:
            Refused: ``bad-request``; `name` is the value's in the sentence.
        """
        try:
            return self._validator.validate_python(value)
        except ValidationError as error:
            errors = [_of_its_key(one, value) for one in error.errors(include_url=False, include_input=False)]
            raise _refusal(errors, name) from None


def printable(value: object) -> str:
    """A caller's word, short and harmless on a terminal."""
    return ascii(value)[:40]


def _worded(kind: CoreSchema, es: str, en: str) -> CoreSchema:
    """A kind with one sentence for whatever does not fit; ``{}`` stands for the field's name."""
    return core_schema.custom_error_schema(
        kind, "worded", custom_error_message=en, custom_error_context={"es": es}
    )


def _filled(field: Field) -> CoreSchema:
    return (
        field.kind if field.required else core_schema.with_default_schema(field.kind, default=field.default)
    )


def _utc(value: Any) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo is None:
            raise ValueError("an instant without its offset")
        return moment.astimezone(UTC)
    except (TypeError, OverflowError) as error:
        raise ValueError(str(error)) from None


def _of_its_key(error: ErrorDetails, value: Any) -> ErrorDetails:
    """A key with half a surrogate pair spoils its whole object for pydantic: to us it is an unknown field."""
    if error["type"] != "string_unicode":
        return error
    for step in error["loc"]:
        value = value[step]
    key = next(key for key in value if _HALF_PAIR.search(key))
    return {**error, "type": _UNKNOWN, "loc": (*error["loc"], key)}


_HALF_PAIR = re.compile("[\ud800-\udfff]")
_UNKNOWN = "extra_forbidden"


def _refusal(errors: Sequence[ErrorDetails], name: str) -> Refused:
    """The refusal of the error that comes first."""
    error = _first(errors)
    *path, last = error["loc"] or ("",)
    parent = _name(name, path)
    if error["type"] == _UNKNOWN:
        word = printable(last)
        return malformed(f"{parent} no tiene un campo {word}", f"{parent} has no field {word}")
    if error["type"] == "missing":
        return malformed(f"a {parent} le falta {last}", f"{parent} needs {last}")
    whole = _name(name, error["loc"])
    if error["type"] == "worded":
        return malformed(error["ctx"]["es"].format(whole), error["msg"].format(whole))
    return malformed(f"{whole} debe ser un objeto", f"{whole} must be an object")


def _first(errors: Sequence[ErrorDetails]) -> ErrorDetails:
    """The first error; at each object on the way to it, an unknown field comes before the others."""
    depth = 0
    while True:
        unknown = [error for error in errors if len(error["loc"]) == depth + 1 and error["type"] == _UNKNOWN]
        first = (unknown or errors)[0]
        if unknown or len(first["loc"]) <= depth + 1:
            return first
        errors = [error for error in errors if error["loc"][: depth + 1] == first["loc"][: depth + 1]]
        depth += 1


def _name(name: str, path: Sequence[int | str]) -> str:
    """The value's name, for example ``args.meters[2].drn``."""
    return name + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
