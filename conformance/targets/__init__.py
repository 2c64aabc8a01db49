"""Target files: what a device says of itself, where it is reached, which stations stand beside it."""

from conformance.targets.load import Target, TargetError, load
from conformance.targets.model import Statement

__all__ = ["Statement", "Target", "TargetError", "load"]
