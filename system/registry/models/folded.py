"""A column that holds another one without accents and case: «nanez» finds «Ñáñez» on every database."""

from typing import Any

from django.db import models

from system.registry.identity import fold


class FoldedField(models.CharField):  # type: ignore[type-arg]
    """What `fold` makes of another column; filled with every save and every bulk creation, never by hand.

    Args:
        source: name of the other column.
    """

    def __init__(self, *args: Any, source: str = "", **more: Any) -> None:
        self.source = source
        super().__init__(*args, **{"editable": False, "default": "", **more})

    def deconstruct(self) -> Any:
        """How a migration writes it."""
        name, path, args, more = super().deconstruct()
        return name, path, args, {**more, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The value of this moment."""
        folded = fold(getattr(model_instance, self.source))[: self.max_length]
        setattr(model_instance, self.attname, folded)
        return folded
