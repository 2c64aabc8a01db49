"""From a pydantic complaint to one sentence that a person can act on."""

import typing

from pydantic import BaseModel, ValidationError


def sentence(error: ValidationError, model: type[BaseModel]) -> str:
    """The first complaint of `error`, in words; keys are named as the file spells them."""
    complaints = error.errors(include_url=False, include_input=False)
    # A misspelt key is also a missing one: the spelling is what the person can act on.
    first = next((c for c in complaints if c["type"] == "extra_forbidden"), complaints[0])
    place = [str(part) for part in first["loc"] if part != "[key]"]
    if first["type"] == "extra_forbidden":
        *table, key = place
        allowed = ", ".join(sorted(_fields_at(model, table)))
        return f"unknown key `{key}` in {_table(table)}; allowed: {allowed}"
    if first["type"] == "missing":
        *table, key = place
        return f"{_table(table)} lacks the key `{key}`"
    message = first["msg"].removeprefix("Value error, ")
    return f"`{'.'.join(place)}`: {message}" if place else message


def _table(place: list[str]) -> str:
    return f"[{'.'.join(place)}]" if place else "the target file"


def _fields_at(model: type[BaseModel], place: list[str]) -> set[str]:
    """The keys that the table at `place` may hold."""
    for key in place:
        field = model.model_fields.get(key)
        inner = _model_in(field.annotation) if field else None
        model = inner or model  # the name inside a table of tables (`associations.reader`) leads nowhere new
    return set(model.model_fields)


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, typing.get_args(annotation))), None)
