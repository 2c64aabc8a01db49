"""The refusals of `protocols.sts` in the language asked for."""

from amibench.errors import CommandError
from system.security_module.sts_sentences import in_spanish


def spoken(error: Exception, lang: str) -> str:
    """The sentence of an STS error in the language asked for; in English where it has no Spanish twin."""
    return in_spanish(str(error)) if lang == "es" else str(error)


def refused(error: Exception, lang: str) -> CommandError:
    """The error of a command for an STS error."""
    return CommandError(spoken(error, lang))
