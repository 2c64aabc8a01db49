"""ACSE: associations are asked for (AARQ), answered (AARE) and released (RLRQ, RLRE)."""

from protocols.dlms.acse.aare import Aare
from protocols.dlms.acse.aarq import Aarq
from protocols.dlms.acse.names import ApplicationContextName, MechanismName
from protocols.dlms.acse.release import Rlre, Rlrq
from protocols.dlms.codes import AssociationResult, SourceDiagnostic

__all__ = [
    "Aare",
    "Aarq",
    "ApplicationContextName",
    "AssociationResult",
    "MechanismName",
    "Rlre",
    "Rlrq",
    "SourceDiagnostic",
]
