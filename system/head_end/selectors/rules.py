"""What a provider wants of his field."""

from system.head_end.models import FieldRules


def rules_of(provider_id: int) -> FieldRules:
    """The provider's rules; where he set none, what the model says."""
    found: FieldRules | None = FieldRules.objects.filter(provider_id=provider_id).first()
    return found or FieldRules(provider_id=provider_id)
