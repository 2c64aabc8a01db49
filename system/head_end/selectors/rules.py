"""What a provider wants of his field."""

from django.db.models import BigIntegerField

from system.config.compiled import CompiledQuery
from system.head_end.models import FieldRules

_RULES = CompiledQuery(
    lambda provider_id: FieldRules.objects.filter(provider_id=provider_id), provider_id=BigIntegerField()
)


def rules_of(provider_id: int) -> FieldRules:
    """The provider's rules; where he set none, what the model says."""
    found: FieldRules | None = _RULES.first(provider_id=provider_id)
    return found or FieldRules(provider_id=provider_id)
