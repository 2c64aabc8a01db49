"""Sums, the ticket and the Z: on 32 columns, and the same as the counter's own."""

from datetime import date
from uuid import UUID, uuid4

import pytest
from terminal_world import NOW, World, customer

from system.terminal import services
from system.terminal.errors import TerminalRefused
from system.terminal.tickets import UnableToPrint, send_to_printer, z_slip
from system.terminal.totals import office_position, totals_of
from system.vending.ticket import Ticket
from system.vending.ticket.escpos import printer_bytes
from system.vending.ticket.layout import Style

WIDE = {Style.TITLE, Style.TOKEN}


def texts(ticket: Ticket) -> list[str]:
    for line in ticket.lines:
        assert len(line.text) <= (16 if line.style in WIDE else 32), line
    return [line.text for line in ticket.lines]


@pytest.mark.requirement("R5.4-07")
def test_sums_of_a_shift_a_day_and_a_life(world: World) -> None:
    world.sell(1, 1_000_000)
    world.sell(2, 500_000)
    first = world.desk.book.shift()
    assert first is not None
    sums = services.close_shift(world.desk, first.shift_id, 1_490_000)
    assert (sums.sales, sums.amount_c, sums.first, sums.last) == (2, 1_500_000, "T1-000001", "T1-000002")
    assert services.close_shift(world.desk, first.shift_id, 1_490_000) == sums
    world.pass_time(days=1)
    services.open_shift(world.desk, uuid4(), "beto")
    world.sell(3, 2_000_000, operator="beto")
    assert totals_of(world.desk, day=date(2026, 11, 24)).amount_c == 1_500_000
    assert totals_of(world.desk, day=date(2026, 11, 25)).amount_c == 2_000_000
    assert totals_of(world.desk).sales == 3
    assert office_position(world.desk).due_c == 3_500_000


@pytest.mark.requirement("R5.4-07")
def test_the_z_of_a_shift_on_a_58_mm_roll(world: World) -> None:
    sold = world.sell(1, 1_000_000)
    services.print_ticket(world.desk, UUID(sold.row.content["sale_id"]))
    shift = world.desk.book.shift()
    assert shift is not None
    services.close_shift(world.desk, shift.shift_id, 990_000)
    closed = world.desk.book.shift(shift.shift_id)
    made = z_slip(world.desk, shift=closed)
    lines = texts(made)
    for line in (
        "CIERRE DE TURNO",
        "Vendió                 Ana Ñáñez",
        "Ventas                         1",
        "Energía                 30,5 kWh",
        "RECIBIDO             $ 10.000,00",
        "Tiquetes impresos              1",
        "Contado               $ 9.900,00",
        "Diferencia             -$ 100,00",
        "Por entregar         $ 10.000,00",
        "Cupo que queda      $ 990.000,00",
    ):
        assert line in lines
    number, last_hash = world.desk.book.last
    assert made.code == f"Z T1 {number} {last_hash[:16]}"
    assert b"CIERRE DE TURNO" in printer_bytes(made)


@pytest.mark.requirement("F12-06", "R5-08")
def test_a_ticket_says_all_and_a_copy_says_that_it_is_one(world: World) -> None:
    sold = world.sell(1, 1_000_000)
    sale_id = UUID(sold.row.content["sale_id"])
    world.sell(1, 1_000_000)
    ticket = services.print_ticket(world.desk, sale_id)
    lines = texts(ticket)
    digits = sold.digits
    assert ticket.code == digits
    for line in (
        "*** PRUEBA ***",
        "Tiquete                T1-000001",
        "Fecha           2026-11-24 10:01",
        "NIU                     NIU-0001",
        "SGC 201457 KRN 1 TI 1 EA 11",
        f"{digits[:4]} {digits[4:8]} {digits[8:12]}",
        "RECIBIDO             $ 10.000,00",
        "subsistencia 30,5     $ 9.977,47",
        "Comprado en el mes      30,5 kWh",
        "Reclamos: 018000 123456",
    ):
        assert line in lines
    copy = texts(services.print_ticket(world.desk, sale_id))
    assert "REIMPRESIÓN N.º 1" in copy
    assert [line for line in copy if line != "REIMPRESIÓN N.º 1"] == lines
    assert world.desk.counter.status().sequence == 2  # paper never mints


def test_the_second_ticket_names_the_first(world: World) -> None:
    world.sell(1)
    world.pass_time(days=3)
    second = world.sell(1)
    lines = texts(services.print_ticket(world.desk, UUID(second.row.content["sale_id"])))
    assert "Recarga anterior      2026-11-24" in lines


@pytest.mark.requirement("R5.4-02")
def test_a_provisional_price_is_told_on_the_ticket(bare: World) -> None:
    bare.ready(customer(1, conservative=True))
    sold = bare.sell(1, 1_000_000)
    assert sold.row.content["units"] == 125  # at the price above the subsistence step
    assert sold.row.content["flags"] == ["conservative"]
    lines = texts(services.print_ticket(bare.desk, UUID(sold.row.content["sale_id"])))
    assert "Precio provisional: si pagó de" in " ".join(lines)


def test_no_ticket_of_a_sale_that_never_was(world: World) -> None:
    with pytest.raises(TerminalRefused) as error:
        services.print_ticket(world.desk, uuid4())
    assert error.value.code == "unknown-sale"


def test_paper_out_is_one_sentence(world: World, tmp_path: object) -> None:
    made = z_slip(world.desk, day=NOW.date())
    with pytest.raises(UnableToPrint, match="revise el papel"):
        send_to_printer(f"{tmp_path}/no/such/printer", made)
    send_to_printer(f"{tmp_path}/printer", made)
    with open(f"{tmp_path}/printer", "rb") as paper:
        assert paper.read() == printer_bytes(made)


def test_shifts_are_of_one_person(world: World) -> None:
    with pytest.raises(TerminalRefused) as error:
        services.open_shift(world.desk, uuid4(), "beto")
    assert error.value.code == "shift-open"
    with pytest.raises(TerminalRefused) as error:
        services.close_shift(world.desk, uuid4(), 0)
    assert error.value.code == "no-shift"
    shift = world.desk.book.shift()
    assert shift is not None
    assert services.open_shift(world.desk, shift.shift_id, "ana") == shift
