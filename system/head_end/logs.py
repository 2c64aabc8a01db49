"""Event logs of meters: what people call them, and a list of them as it is kept."""

import re
from collections.abc import Iterable, Mapping

from system.head_end.errors import UnableToConfigure
from system.head_end.periods import obis_of

#: What a meter bears whose logs nobody wants.
NONE = "-"
#: OBIS of a log -> what people call it; those of this house's meters [M].
LOG_NAMES: Mapping[str, str] = {
    "0.0.99.98.0": "Estándar: energía, reloj, fallas",
    "0.0.99.98.1": "Fraude: tapas, campo magnético, llaves",
    "0.0.99.98.2": "Relé: cortes y reconexiones",
    "0.0.99.98.3": "Calidad de la tensión",
    "0.0.99.98.4": "Comunicación",
    "0.0.99.98.5": "Prepago: tokens y crédito",
}
_CODE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){4,5}")
_LENGTH_MAX = 200


def kept_logs(codes: Iterable[str]) -> str:
    """A list of logs as it is kept: five groups each, apart by spaces, each once.

    Raises:
        UnableToConfigure: one is no OBIS code, or there are too many.

    >>> kept_logs(["0.0.99.98.1.255", "0.0.99.98.1"])
    '0.0.99.98.1'
    """
    wanted = [code.strip() for code in codes if code.strip()]
    wrong = next((code for code in wanted if not _CODE.fullmatch(code)), None)
    if wrong is not None:
        raise UnableToConfigure(f"{wrong[:40]} no es el código OBIS de una bitácora, como 0.0.99.98.0.")
    kept = " ".join(dict.fromkeys(map(obis_of, wanted)))
    if len(kept) > _LENGTH_MAX:
        raise UnableToConfigure("Son demasiadas bitácoras.")
    return kept
