"""The operation `lease`: whether a terminal may mint off line for these meters, and the message for it."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from protocols.sts.identity import KeyType
from system.security_module import leasing, policy
from system.security_module.contents import Client, Contents, KeyRegister
from system.security_module.lease_memory import LONGEST
from system.security_module.leasing import LeaseKey, Terms, Wanted
from system.security_module.policy import Meter
from system.security_module.refusals import Refused, Words
from system.security_module.state import State
from system.security_module.vault import Vaults

_EPHEMERAL_OCTETS = 32


@dataclass(frozen=True, slots=True)
class Granted:
    """A lease that was made.

    Attributes:
        result: the answer.
        out: what the journal keeps of it: terminal, slot, until, and the meters as (MeterPAN, base date).
    """

    result: dict[str, Any]
    out: dict[str, Any]


def grant(
    contents: Contents, state: State, vaults: Vaults, client: Client, args: dict[str, Any], now: datetime
) -> Granted:
    """Make a lease.

    Args:
        contents: of the sealed file.
        state: of the journal.
        vaults: where the keys are.
        client: who asks.
        args: of the request, checked.
        now: the module's time.

    Raises:
        Refused: with whatever stands against it.
    """
    if contents.lease_key is None:
        raise _refused("este módulo no tiene clave de arriendos", "this module has no key for leases")
    _check_terms(client, args, now)
    terms = _terms(contents, client, args, now)
    meters = [_wanted(contents, state, terms, config) for config in args["meters"]]
    pans = [(wanted.meter.pan, int(wanted.meter.register.base_date)) for wanted in meters]
    if len(set(pans)) != len(pans):
        raise _refused("un medidor aparece dos veces", "a meter stands in it twice")
    envelope = leasing.write_lease(
        vaults, terms, meters, LeaseKey(contents.lease_key), secrets.token_bytes(_EPHEMERAL_OCTETS)
    )
    result = {"lease": envelope.decode("ascii"), "lease_id": str(terms.lease_id), "test": terms.test}
    out = {
        "terminal": str(terms.terminal_id),
        "slot": terms.slot,
        "until": terms.until.isoformat(),
        "meters": pans,
    }
    return Granted(result, out)


def _check_terms(client: Client, args: dict[str, Any], now: datetime) -> None:
    if args["part"] > args["parts"]:
        raise _refused("part pasa de parts", "part is above parts")
    if not args["meters"]:
        raise _refused("no trae medidores", "it names no meters")
    if not max(now, args["not_before"]) < args["until"] <= now + LONGEST:
        raise _refused(
            f"debe terminar después de empezar, y dentro de {LONGEST.days} días",
            f"it must end after it begins, and within {LONGEST.days} days",
        )
    if client.tokens_per_day is not None or client.units_per_day is not None:
        # What is minted out there cannot be counted against a day here.
        limit = Words("este cliente tiene límites diarios", "this client has limits by the day")
        raise Refused("limit-exceeded", limit=limit)
    most = client.units_per_token
    if most is not None and args["units_max"] > most:
        limit = Words(f"{most} unidades por token", f"{most} units in a token")
        raise Refused("limit-exceeded", limit=limit)


def _terms(contents: Contents, client: Client, args: dict[str, Any], now: datetime) -> Terms:
    terminal = args["terminal"]
    return Terms(
        lease_id=leasing.lease_id_of(contents.store, client.name, args["message_id"]),
        terminal_id=UUID(terminal["id"]),
        agreement_public=bytes.fromhex(terminal["agreement_public"]),
        part=args["part"],
        parts=args["parts"],
        slot=args["slot"],
        allowed_c=args["allowed_c"],
        units_max=args["units_max"],
        not_before=args["not_before"],
        until=args["until"],
        made_at=now,
        test=contents.test_keys,
    )


def _wanted(contents: Contents, state: State, terms: Terms, config: dict[str, Any]) -> Wanted:
    """A meter, if it may be leased to this terminal."""
    meter = policy.present_meter(contents, config, terms.made_at)
    register = meter.register
    if policy.differs(meter, policy.target_meter(contents, meter, None)):
        raise Refused("key-change-needed")
    if register.key_type is KeyType.DDTK:
        why = Words("una clave por defecto no recibe crédito", "a default key takes no credit")
        raise Refused("key-change-rule", why=why)
    tid = policy.time_identifier(register, terms.made_at).tid
    policy.check_usable(register, "credit", terms.made_at, tid)
    _check_end(register, terms)
    base_date = int(register.base_date)
    holder = state.leases.holder(meter.pan, base_date, terms.slot, terms.made_at)
    if holder is not None and holder.terminal != str(terms.terminal_id):
        end = f"{holder.until:%Y-%m-%d %H:%M}Z"
        raise _refused(
            f"otro terminal tiene los minutos {terms.slot} del medidor {config['drn']} hasta {end}",
            f"another terminal has the minutes {terms.slot} of meter {config['drn']} until {end}",
        )
    return Wanted(config["drn"], meter, _tid_above(state, meter))


def _check_end(register: KeyRegister, terms: Terms) -> None:
    """Refuse a lease that outlives its key, or whose key has a limit that is counted here."""
    if register.vending_limit_units is not None:
        limit = Words("la clave tiene un límite de unidades", "the key has a limit of units")
        raise Refused("limit-exceeded", limit=limit)
    tid = policy.time_identifier(register, terms.until).tid
    try:
        policy.check_usable(register, "credit", terms.until, tid)
    except Refused:
        raise _refused(
            f"la clave del SGC {register.sgc} vence antes que él: pida un plazo más corto",
            f"the key of SGC {register.sgc} ends before it: ask for a shorter one",
        ) from None


def _tid_above(state: State, meter: Meter) -> int:
    """The last TID that this module may have given to a meter."""
    base_date = meter.register.base_date
    given = state.memory(meter.pan, base_date).recent
    return max(given[-1] if given else -1, state.floor_tid(base_date))


def _refused(es: str, en: str) -> Refused:
    return Refused("lease-refused", why=Words(es, en))
