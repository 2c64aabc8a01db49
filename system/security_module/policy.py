"""Policy: the key that serves a request, the rules of its use, and the limits of clients."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from protocols.sts.acceptance.key_register import key_type_allowed
from protocols.sts.errors import LuhnError, StsValueError
from protocols.sts.identity import (
    PAN_DIGITS,
    KeyExpiryNumber,
    KeyType,
    MeterPrimaryAccountNumber,
    TokenIdentifier,
)
from system.security_module.refusals import Refused, Words
from system.security_module.sealed_contents import Client, Contents, KeyRegister
from system.security_module.state import State, business_day
from system.security_module.sts_sentences import sts_words

_USES = {
    "credit": Words("crédito con esta clave", "credit under this key"),
    "management": Words("gestión con esta clave", "management under this key"),
    "key-change": Words("un cambio hacia esta clave", "a change to this key"),
}


@dataclass(frozen=True, slots=True)
class Meter:
    """A meter and the key that it holds or shall hold.

    Attributes:
        account: its MeterPAN, checked once.
        ea: encryption algorithm code.
        tct: token carrier type.
        ti: tariff index.
        ken: what the meter holds, or None when the caller does not know.
        register: the vending key that its key is made from.
    """

    account: MeterPrimaryAccountNumber
    ea: str
    tct: int
    ti: int
    ken: int | None
    register: KeyRegister

    @property
    def pan(self) -> str:
        """MeterPAN, 18 digits."""
        return self.account.pan


def account_of(drn: str) -> MeterPrimaryAccountNumber:
    """Return the MeterPAN of a DRN or of a MeterPAN.

    Raises:
        Refused: ``luhn``, or ``bad-request`` for a number that is neither.
    """
    try:
        if len(drn) == PAN_DIGITS:
            return MeterPrimaryAccountNumber(drn)
        return MeterPrimaryAccountNumber.from_drn(drn)
    except LuhnError:
        raise Refused("luhn") from None
    except StsValueError as error:
        raise Refused("bad-request", why=sts_words(error)) from None


def find_register(contents: Contents, sgc: str, krn: int, key_type: int) -> KeyRegister:
    """Return the key of that name.

    Raises:
        Refused: ``key-not-found``.
    """
    for register in contents.registers:
        if register.name == (sgc, krn, key_type):
            return register
    raise Refused("key-not-found", sgc=sgc, krn=krn, key_type=key_type)


def present_meter(contents: Contents, config: dict[str, Any], now: datetime) -> Meter:
    """Return the meter as the caller describes it.

    Raises:
        Refused: ``luhn``, ``card-expired``, ``key-not-found``, or ``key-change-rule`` for a common key on a
            carrier that cannot take one.
    """
    account = account_of(config["drn"])
    if config["doe"] is not None and now.strftime("%y%m") > config["doe"]:
        raise Refused("card-expired")
    register = find_register(contents, config["sgc"], config["krn"], config["key_type"])
    if register.key_type is KeyType.DCTK and config["tct"] != 1:
        raise _rule("una clave común exige tarjeta magnética", "a common key needs a magnetic card")
    return Meter(account, config["ea"], config["tct"], config["ti"], config["ken"], register)


def target_meter(contents: Contents, meter: Meter, target: dict[str, Any] | None) -> Meter:
    """Return the meter as it shall be; without a target, under its present key.

    Raises:
        Refused: ``key-not-found``.
    """
    asked = {name: value for name, value in (target or {}).items() if value is not None}
    present = meter.register
    register = find_register(
        contents,
        asked.get("sgc", present.sgc),
        asked.get("krn", present.krn),
        asked.get("key_type", int(present.key_type)),
    )
    return Meter(meter.account, meter.ea, meter.tct, asked.get("ti", meter.ti), register.ken, register)


def differs(present: Meter, wanted: Meter) -> bool:
    """Tell whether a meter needs a key change (IEC 62055-41, 6.5.2.1): another SGC, KRN, KT, TI or KEN."""
    if present.ken is not None and present.ken != wanted.ken:
        return True
    return (present.register.number, present.ti) != (wanted.register.number, wanted.ti)


def check_key_change(present: Meter, wanted: Meter) -> None:
    """Refuse a change that a meter would refuse.

    Raises:
        Refused: ``key-change-rule``.
    """
    old, new = present.register, wanted.register
    if not key_type_allowed(old.key_type, new.key_type, {present.tct}):
        raise _rule(
            f"de KT {old.key_type:d} no se pasa a KT {new.key_type:d}",
            f"KT {old.key_type:d} does not lead to KT {new.key_type:d}",
        )
    if new.base_date not in (old.base_date, old.base_date.following()):
        raise _rule(
            f"de la fecha base {old.base_date:d} no se pasa a {new.base_date:d}",
            f"base date {old.base_date:d} does not lead to {new.base_date:d}",
        )


def check_usable(register: KeyRegister, use: str, now: datetime, tid: int) -> None:
    """Refuse a key that may not be used so, or not now.

    Args:
        register: the key.
        use: one of `KEY_OPERATIONS`.
        now: the module's time.
        tid: of now, or of the token.

    Raises:
        Refused: ``not-permitted``, ``key-inactive`` or ``key-expired``.
    """
    if use not in register.operations:
        raise Refused("not-permitted", what=_USES[use])
    start, end = register.active_from, register.active_until
    if (start is not None and now < start) or (end is not None and now >= end):
        span = {
            "active_from": start.isoformat() if start else "…",
            "active_until": end.isoformat() if end else "…",
        }
        raise Refused("key-inactive", sgc=register.sgc, krn=register.krn, **span)
    if KeyExpiryNumber(register.ken).expired_at(tid):
        raise Refused("key-expired", sgc=register.sgc, krn=register.krn, ken=register.ken)


def time_identifier(register: KeyRegister, now: datetime) -> TokenIdentifier:
    """Return the TID of now under a key's base date.

    Raises:
        Refused: ``token-failed``, before the base date or after its 31.9 years.
    """
    try:
        return TokenIdentifier.at(now, register.base_date)
    except StsValueError as error:
        raise Refused("token-failed", why=sts_words(error)) from None


@dataclass(frozen=True, slots=True)
class RequestedUnits:
    """Units that a request would mint.

    Attributes:
        tokens: how many tokens.
        units: credit in token units (0.1 kWh and the like); 0 for other tokens.
        register: the key that they are minted under, or None for class 1.
        money: True for credit in currency.
    """

    tokens: int
    units: int
    register: KeyRegister | None
    money: bool = False


def check_limits(state: State, client: Client, wanted: RequestedUnits, now: datetime) -> None:
    """Refuse what would go over a limit of the client or of the key.

    Raises:
        Refused: ``limit-exceeded``.
    """
    use, day = state.used(client.name, now), business_day(now)
    key_limit = key_units = None
    if wanted.register is not None:
        key_limit = wanted.register.vending_limit_units
        key_units = state.register_units(wanted.register.number) + wanted.units
    rows = (
        (client.units_per_token, wanted.units, Words("unidades por token", "units in a token")),
        (client.tokens_per_day, use.tokens + wanted.tokens, Words(f"tokens del {day}", f"tokens of {day}")),
        (client.units_per_day, use.units + wanted.units, Words(f"unidades del {day}", f"units of {day}")),
        (key_limit, key_units or 0, Words("unidades de la clave", "units of the key")),
    )
    if wanted.money and not (client.units_per_token is client.units_per_day is key_limit is None):
        # Limits count energy; money cannot be counted against them.
        raise Refused("limit-exceeded", limit=Words("sin crédito en dinero", "no credit in money"))
    for most, amount, words in rows:
        if most is not None and amount > most:
            raise Refused("limit-exceeded", limit=Words(f"{most} {words.es}", f"{most} {words.en}"))


def _rule(es: str, en: str) -> Refused:
    return Refused("key-change-rule", why=Words(es, en))
