"""Registration rules of meters that were found in the field: a decision table, without a database.

The registry is what counts: what it knows by serial number, with the EUI-48 that it knows, may be confirmed
by itself. Duplicates, unknown meters and meters under another's name are kept apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from system.head_end.vocabulary import Registration

#: Why a meter is not confirmed -> what people are told.
REGISTRATION_REASONS: Mapping[str, str] = {
    "": "",
    "waiting": "Espera que alguien lo confirme.",
    "elsewhere": "Estaba detrás de otro concentrador: confirme que cambió de sitio.",
    "unknown-serial": "Nadie registró esta serie.",
    "duplicate-serial": "La misma serie aparece dos veces.",
    "duplicate-eui48": "Otro dispositivo lleva ese EUI-48.",
    "other-eui48": "El registro tiene otro EUI-48 para esta serie.",
    "not-a-meter": "El registro dice que no es un medidor.",
    "no-keys": "El concentrador no tiene llaves de este medidor.",
    "wrong-keys": "El medidor no acepta las llaves del concentrador.",
    "rogue-serial": "El concentrador lo tiene por intruso.",
    "wrong-serial": "En su dirección contestó otro medidor.",
    "scaler-changed": "Cambió la escala o la unidad de un registro.",
    "by-operator": "Alguien lo apartó.",
}


@dataclass(frozen=True, slots=True)
class Findings:
    """Findings about a found meter.

    Args:
        known: the registry has a meter of this serial for this provider.
        is_meter: and it is a meter.
        same_eui48: the registry's EUI-48 is the found one, or one of them is missing.
        eui48_elsewhere: another device of the registry bears the found EUI-48.
        twice: the same serial was found with another EUI-48, or is reachable behind another channel.
        elsewhere: it is confirmed behind another channel, where it is not seen any more.
        concentrator_reason: what the concentrator holds against it; empty: nothing.
    """

    known: bool
    is_meter: bool = True
    same_eui48: bool = True
    eui48_elsewhere: bool = False
    twice: bool = False
    elsewhere: bool = False
    concentrator_reason: str = ""


def decide_registration(found: Findings, *, confirm_known: bool) -> tuple[Registration, str]:
    """Registration of a found meter, and its reason (a key of `REGISTRATION_REASONS`).

    >>> decide(Findings(known=False), confirm_known=True)
    (<Registration.QUARANTINED: 'quarantined'>, 'unknown-serial')
    """
    against = (
        (
            found.concentrator_reason in REGISTRATION_REASONS and bool(found.concentrator_reason),
            found.concentrator_reason,
        ),
        (not found.known, "unknown-serial"),
        (found.twice, "duplicate-serial"),
        (not found.is_meter, "not-a-meter"),
        (found.eui48_elsewhere, "duplicate-eui48"),
        (not found.same_eui48, "other-eui48"),
    )
    for true, why in against:
        if true:
            return Registration.QUARANTINED, why
    if found.elsewhere:
        return Registration.FOUND, "elsewhere"
    return (Registration.CONFIRMED, "") if confirm_known else (Registration.FOUND, "waiting")
