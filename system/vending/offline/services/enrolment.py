"""Enrolment of a terminal, its terms, suspension and replacement, and the PINs of its operators."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError

from protocols.offline.errors import OfflineError
from protocols.offline.messages import Enrolment, open_enrolment
from protocols.offline.pin import SALT_OCTETS, verifier
from system.accounts.models import User
from system.accounts.permissions import Operation
from system.config.clock import business_now, security_now
from system.config.transactions import lock_row, write_transaction
from system.registry.models import Provider
from system.vending.models import PointOfSale
from system.vending.offline.errors import OfflineRefused
from system.vending.offline.models import SLOT_MAX, Pack, Scope, Terminal, TerminalOperator, TerminalState
from system.vending.offline.services.audit_trail import audit_terminal
from system.vending.pricing.money import AMOUNT_C_MAX

# ------------ terminal


@dataclass(frozen=True, slots=True)
class TerminalTerms:
    """On which terms a terminal sells.

    Args:
        point_of_sale: whose merchant owes what it takes.
        limit_c: what it may hold, centavos.
        scope: whose meters; with `place` the community, site or group where it is not all.
        conservative: others sell to the same customers.
    """

    point_of_sale: PointOfSale
    limit_c: int
    scope: Scope = Scope.ALL
    place: Any = None
    conservative: bool = False

    def columns(self) -> dict[str, Any]:
        """Columns of the row."""
        places = {name.value: None for name in Scope if name is not Scope.ALL}
        if self.scope is not Scope.ALL:
            places[self.scope.value] = self.place
        return {
            **places,
            "scope": self.scope,
            "limit_c": self.limit_c,
            "conservative": self.conservative,
            "point_of_sale": self.point_of_sale,
        }


def read_enrolment(data: bytes) -> Enrolment:
    """Enrolment of a terminal; a person compares its fingerprint with what its screen shows.

    Raises:
        OfflineRefused: it is no enrolment, or was altered.
    """
    try:
        return open_enrolment(data)
    except OfflineError as error:
        raise OfflineRefused(f"No se puede leer la inscripción: {error.es}.", "enrolment") from error


def enrol(user: User, data: bytes, terms: TerminalTerms, former: Terminal | None = None) -> Terminal:
    """Bind a terminal to a point of sale; the same enrolment again gives the same terminal.

    Args:
        user: a supervisor or an administrator.
        data: the enrolment that the terminal wrote.
        terms: on which it sells.
        former: that it takes the place of; it gets no packs any more, and what it still has may be settled.

    Raises:
        OfflineRefused: not allowed, no enrolment, known to somebody else, or no place is left.
    """
    require_may_manage(user, terms.point_of_sale, *([former] if former else []))
    _require_terms(user, terms)
    enrolment = read_enrolment(data)
    known: Terminal | None = Terminal.objects.filter(pk=enrolment.terminal_id).first()
    if known is not None:
        return _same_terminal(user, known, enrolment)
    try:
        with write_transaction():
            lock_row(Provider(pk=user.provider_pk))
            if former is not None:
                Terminal.objects.filter(pk=former.pk).update(state=TerminalState.REPLACED)
            row = _terminal_row(user, enrolment, terms, former)
            row.save(force_insert=True)
            audit_terminal(
                user, row, operation=Operation.MANAGE_TERMINALS, what="enrol", limit_c=terms.limit_c
            )
    except IntegrityError:
        raise OfflineRefused("Ese punto de venta ya tiene un terminal activo: reemplácelo.") from None
    return row


def change_terms(user: User, terminal: Terminal, terms: TerminalTerms) -> None:
    """Sell on other terms, from the next pack on.

    Raises:
        OfflineRefused: not allowed, or the terms make no sense.
    """
    require_may_manage(user, terminal, terms.point_of_sale)
    _require_terms(user, terms)
    if terms.point_of_sale.pk != terminal.point_of_sale_id:
        raise OfflineRefused("Un terminal no cambia de punto de venta: reemplácelo.", "point_of_sale")
    with write_transaction():
        Terminal.objects.filter(pk=terminal.pk).update(**terms.columns())
        audit_terminal(
            user, terminal, operation=Operation.MANAGE_TERMINALS, what="terms", limit_c=terms.limit_c
        )


def suspend(user: User, terminal: Terminal) -> None:
    """Give it no packs any more. What it has it may sell until its lease ends: nobody can reach it.

    Raises:
        OfflineRefused: not allowed.
    """
    _switch(user, terminal, TerminalState.ACTIVE, TerminalState.SUSPENDED, "suspend")


def restore(user: User, terminal: Terminal) -> None:
    """Let it have packs again, after a person has looked.

    Raises:
        OfflineRefused: not allowed, or its slot or point of sale is another one's by now.
    """
    try:
        _switch(user, terminal, TerminalState.SUSPENDED, TerminalState.ACTIVE, "restore")
    except IntegrityError:
        raise OfflineRefused("Su punto de venta o su turno de minutos ya es de otro terminal.") from None


def _terminal_row(
    user: User, enrolment: Enrolment, terms: TerminalTerms, former: Terminal | None
) -> Terminal:
    mine = Terminal.objects.filter(provider_id=user.provider_pk)
    return Terminal(
        id=enrolment.terminal_id,
        provider_id=user.provider_pk,
        code=f"T{mine.count() + 1}",
        serial=enrolment.serial[:40],
        name=enrolment.name[:60],
        signing_public=enrolment.signing_public.hex(),
        agreement_public=enrolment.agreement_public.hex(),
        slot=_free_slot(user.provider_pk),
        former=former,
        enrolled_by=user,
        enrolled_at=security_now(),
        **terms.columns(),
    )


def _free_slot(provider_id: int) -> int:
    """A slot of nobody who sells, and of nobody who may still sell because his lease has not ended."""
    active = Terminal.objects.filter(provider_id=provider_id, state=TerminalState.ACTIVE)
    leased = Pack.objects.filter(provider_id=provider_id, leased_until__gt=business_now())
    taken = {*active.values_list("slot", flat=True), *leased.values_list("slot", flat=True)}
    free = [slot for slot in range(1, SLOT_MAX + 1) if slot not in taken]
    if not free:
        raise OfflineRefused(f"Ya hay {SLOT_MAX} terminales activos o con permisos sin vencer.")
    return free[0]


def _same_terminal(user: User, known: Terminal, enrolment: Enrolment) -> Terminal:
    same = known.signing_public == enrolment.signing_public.hex()
    if known.provider_id != user.provider_id or not same:
        raise OfflineRefused("Ese terminal ya está inscrito.", "enrolment")
    return known


def _switch(user: User, terminal: Terminal, before: TerminalState, after: TerminalState, what: str) -> None:
    require_may_manage(user, terminal)
    with write_transaction():
        if Terminal.objects.filter(pk=terminal.pk, state=before).update(state=after):
            audit_terminal(user, terminal, operation=Operation.MANAGE_TERMINALS, what=what)


def _require_terms(user: User, terms: TerminalTerms) -> None:
    if not 0 < terms.limit_c <= AMOUNT_C_MAX:
        raise OfflineRefused("El cupo debe ser mayor que cero.", "limit")
    if terms.scope is Scope.ALL:
        return
    if terms.place is None or terms.place.provider_id != user.provider_id:
        raise OfflineRefused("Elija a qué clientes vende.", "scope")


def require_may_manage(user: User, *rows: Any) -> None:
    """Let go on who may manage what belongs to his provider.

    Raises:
        OfflineRefused: he may not.
    """
    if not user.may(Operation.MANAGE_TERMINALS) or any(row.provider_id != user.provider_id for row in rows):
        raise OfflineRefused("Su rol no permite administrar este terminal.")


# ------------ operators

PIN_LEAST, PIN_MOST = 4, 8


def set_pin(user: User, terminal: Terminal, operator: User, pin: str) -> TerminalOperator:
    """Let somebody sell with a terminal, under a PIN that he alone knows; from the next pack on.

    Raises:
        OfflineRefused: not allowed, he may not sell, or the PIN is no PIN.
    """
    require_may_manage(user, terminal)
    if operator.provider_id != terminal.provider_id or not operator.may(Operation.SELL):
        raise OfflineRefused("Esa persona no puede vender por este prestador.", "operator")
    if not (PIN_LEAST <= len(pin) <= PIN_MOST and pin.isascii() and pin.isdigit()) or len(set(pin)) == 1:
        raise OfflineRefused(f"El PIN son {PIN_LEAST} a {PIN_MOST} dígitos, no todos iguales.", "pin")
    salt = secrets.token_bytes(SALT_OCTETS)
    made = {"salt": salt.hex(), "verifier": verifier(pin, salt).hex(), "active": True}
    with write_transaction():
        row, _ = TerminalOperator.objects.update_or_create(
            terminal=terminal,
            user=operator,
            defaults={**made, "provider_id": terminal.provider_id, "set_at": security_now()},
        )
        audit_terminal(user, terminal, operation=Operation.MANAGE_TERMINALS, what="pin", operator=operator.pk)
    found: TerminalOperator = row
    return found


def remove_operator(user: User, terminal: Terminal, operator: User) -> None:
    """Take somebody out of the next pack.

    Raises:
        OfflineRefused: not allowed.
    """
    require_may_manage(user, terminal)
    with write_transaction():
        TerminalOperator.objects.filter(terminal=terminal, user=operator).update(active=False)
        audit_terminal(
            user, terminal, operation=Operation.MANAGE_TERMINALS, what="remove", operator=operator.pk
        )
