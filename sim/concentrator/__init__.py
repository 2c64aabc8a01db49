"""One data concentrator: registration, collection, storage, its ways north, its local page."""

from sim.concentrator.concentrator import Concentrator
from sim.concentrator.errors import ConcentratorError, TermsError
from sim.concentrator.meter_sessions import MeterKeys, MeterKeyStore
from sim.concentrator.settings import ConcentratorTerms, concentrator_terms

__all__ = [
    "Concentrator",
    "ConcentratorError",
    "ConcentratorTerms",
    "MeterKeyStore",
    "MeterKeys",
    "TermsError",
    "concentrator_terms",
]
