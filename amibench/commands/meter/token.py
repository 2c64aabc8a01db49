"""``amibench meter token``: a token into the meter's token gateway (class 115), once; what became of it."""

import json
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from amibench.commands.meter import connection
from amibench.commands.meter.connection import MeterEndpoint, opened
from amibench.commands.meter.keys import find_keys
from amibench.commands.meter.objects import NO_CURRENCY, ListedObject, currency_of, object_list
from amibench.commands.meter.texts import text
from amibench.errors import CommandError
from amibench.language import resolve
from protocols.dlms import axdr
from protocols.dlms.axdr import Data
from protocols.dlms.cosem.enumerations import TokenStatusCode
from protocols.dlms.cosem.payment import Credit, TokenGateway
from protocols.dlms.session import AccessRefused, ActionRefused, DlmsSession, OutcomeUnknown

EXIT_REFUSED = 1
EXIT_UNKNOWN = 2

DIGITS = 20
ENTER = 1
DESCRIPTION, STATUS = 4, 6
CREDIT_AMOUNT = 2


@dataclass(frozen=True, slots=True)
class Entered:
    """Result of a token.

    Args:
        result: the standard's bare name, or the gateway's status where the meter gives no name.
        accepted: whether the meter took it.
        credited: by how much the credit grew, with its unit; None where no credit can be read.
        balance: the credit now, with its unit.
    """

    result: str
    accepted: bool
    credited: str | None
    balance: str | None

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "result": self.result,
            "accepted": self.accepted,
            "credited": self.credited,
            "balance": self.balance,
        }


def token(
    url: connection.Url,
    digits: Annotated[str, typer.Argument(help="The 20 digits of the token; blanks and dashes are allowed.")],
    client: connection.Client = 2,
    server: connection.Server = 1,
    keys: connection.Keys = None,
    framing: connection.FramingOption = None,
    physical: connection.Physical = 17,
    address_bytes: connection.AddressBytes = "4",
    timeout: connection.Timeout = 10.0,
    as_json: connection.Json = False,
    lang: connection.Lang = None,
) -> None:
    """Enter a token through the meter's token gateway and say the result by its standard name.

    The token is sent once. When no answer comes, it is not sent again: it may have been credited.
    Exit code 0: the meter took it; 1: it refused it; 2: no answer came, look before you repeat; 3: not sent.
    """
    language = resolve(lang)
    whole = _digits(digits, language)
    reach = connection.reach(url, framing, client, server, physical, address_bytes, timeout, language)
    with opened(reach, find_keys(keys, client, language)) as session:
        listed = object_list(session)
        gateway = _first(listed, TokenGateway.class_id)
        if gateway is None:
            raise CommandError(text("no-gateway", language, client=client))
        entered = _enter(session, reach, listed, gateway, whole)
    if entered is None:
        _say_unknown(language, as_json=as_json)
        raise typer.Exit(EXIT_UNKNOWN)
    _say(entered, language, as_json=as_json)
    if not entered.accepted:
        raise typer.Exit(EXIT_REFUSED)


def _digits(given: str, lang: str) -> str:
    whole = "".join(char for char in given if char not in " -\t")
    if len(whole) != DIGITS or not (whole.isascii() and whole.isdecimal()):
        raise CommandError(text("bad-token", lang, count=len(whole)))
    return whole


def _first(listed: list[ListedObject], class_id: int) -> ListedObject | None:
    return next((item for item in listed if item.class_id == class_id), None)


def _enter(
    session: DlmsSession, reach: MeterEndpoint, listed: list[ListedObject], gateway: ListedObject, digits: str
) -> Entered | None:
    """Send the token, once; None when no answer came."""
    purse = _Purse(session, listed)
    before = purse.amount()
    try:
        session.action(TokenGateway, gateway.obis, ENTER, axdr.octet_string(digits.encode("ascii")))
    except ActionRefused as refusal:
        raise CommandError(
            text("no-right", reach.lang, client=reach.client_sap, reason=refusal.result.label)
        ) from refusal
    except OutcomeUnknown:
        return None
    status = _status(_value(session, gateway, STATUS))
    name = _result_name(_value(session, gateway, DESCRIPTION)) or _status_name(status)
    after = purse.amount()
    return Entered(
        result=name,
        accepted=status is TokenStatusCode.TOKEN_EXECUTION_OK,
        credited=None if before is None or after is None else purse.shown(after - before),
        balance=None if after is None else purse.shown(after),
    )


class _Purse:
    """The meter's token credit: the first object of class 112, in the currency of the account."""

    def __init__(self, session: DlmsSession, listed: list[ListedObject]) -> None:
        self._session = session
        self._credit = _first(listed, Credit.class_id)
        self._currency = currency_of(session, listed) or NO_CURRENCY

    def amount(self) -> int | None:
        """The credit now, as it stands on the wire; None where it cannot be read."""
        found = None if self._credit is None else _value(self._session, self._credit, CREDIT_AMOUNT)
        return found.value if found is not None and isinstance(found.value, int) else None

    def shown(self, amount: int) -> str:
        """An amount with its unit."""
        return self._currency.amount(amount)


def _value(session: DlmsSession, item: ListedObject, attribute: int) -> Data | None:
    try:
        return session.get(item.class_id, item.obis, attribute)
    except AccessRefused:
        return None


def _status(data: Data | None) -> TokenStatusCode | None:
    parts = data.value if data is not None else None
    code = parts[0].value if isinstance(parts, tuple) and parts else None
    try:
        return TokenStatusCode(code) if isinstance(code, int) else None
    except ValueError:
        return None


def _status_name(status: TokenStatusCode | None) -> str:
    return "?" if status is None else status.name.lower().replace("_", " ")


def _result_name(data: Data | None) -> str | None:
    """The bare standard name that this and other meters put first into the token's description."""
    parts = data.value if data is not None else None
    first = parts[0].value if isinstance(parts, tuple) and parts else None
    if isinstance(first, bytes):
        first = first.decode("ascii", "replace")
    return "".join(char for char in first if char.isprintable()) if isinstance(first, str) and first else None


def _say(entered: Entered, lang: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(entered.plain(), ensure_ascii=False))
        return
    facts = [text("accepted" if entered.accepted else "token-refused", lang)]
    if entered.accepted and entered.credited is not None:
        facts.append(text("credited", lang, amount=entered.credited))
    if entered.balance is not None:
        facts.append(text("balance", lang, amount=entered.balance))
    typer.echo(f"{entered.result}: {'; '.join(facts)}")


def _say_unknown(lang: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"result": None, "accepted": None, "error": text("unknown-outcome", lang)}))
    typer.echo(f"amibench: {text('unknown-outcome', lang)}", err=True)
