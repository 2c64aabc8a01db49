"""Clock, registers and access rights."""
# ruff: noqa: D103 - the words of a case stand in its `case(...)`

import pytest

from conformance.bench.bench import Bench
from conformance.bench.case import case
from conformance.bench.dialogue import answers_well
from conformance.bench.exchange import ask, served
from conformance.bench.raw import get_request
from conformance.suites.dlms.test_objects_1_identity import granted_rights, listed_objects
from conformance.text import Text
from protocols.dlms.datetimes import CosemDateTime
from protocols.dlms.obis import Obis

CLOCK = Obis.from_string("0.0.1.0.0")
ENERGY = Obis.from_string("1.0.1.8.0")
SWITCH = Obis.from_string("0.0.96.3.10")

_DRIFT_DAYS = 10
_ACTION_RESPONSE = 0xC7


@case(
    id="dlms/class-8/clock",
    title=Text("Leer el reloj", "Read the clock"),
    stimulus=Text("Leer la hora del reloj.", "Read the time of the clock."),
    requirement=Text(
        "Una fecha completa de 12 octetos, con desviación de UTC entre −720 y 840 minutos. Cuánto se aparta "
        "de la hora se anota: ponerlo en hora es de quien lo opera.",
        "A complete date of 12 octets, with a deviation from UTC of −720 to 840 minutes. How far off the "
        "time it is, is noted: setting it is the operator's.",
    ),
)
@pytest.mark.clause("dlms-bb", "class-8", level="shall")
@pytest.mark.needs("association:public")
def test_clock(bench: Bench) -> None:
    with bench.associated("public") as dialogue, answers_well(Text("leer el reloj", "reading the clock")):
        if (8, CLOCK) not in listed_objects(dialogue):
            raise bench.not_applicable("la asociación no lista reloj", "the association lists no clock")
        raw = dialogue.octets(8, "0.0.1.0.0", 2)
        now = bench.utc()
    bench.check(len(raw) == 12, f"son 12 octetos ({len(raw)})", f"it is 12 octets ({len(raw)})")
    read = CosemDateTime.from_bytes(raw)
    minutes = read.deviation_minutes
    bench.check(
        minutes is not None and -720 <= minutes <= 840,
        f"la desviación está definida ({minutes} min)",
        f"the deviation is defined ({minutes} min)",
    )
    bench.check(
        None not in (read.year, read.month, read.day, read.hour, read.minute),
        "la fecha está completa",
        "the date is complete",
    )
    ahead_s = (read.to_utc() - now).total_seconds()
    bench.measure("clock error", f"{ahead_s:.0f}", "s")
    bench.note(f"se aparta {ahead_s:.0f} s de la hora", f"it is {ahead_s:.0f} s off the time")


@case(
    id="dlms/F7-06/drift",
    title=Text("Deriva del reloj", "Clock drift"),
    stimulus=Text(
        "Leer el reloj, esperar diez días y leerlo otra vez.", "Read the clock, wait ten days, read it again."
    ),
    requirement=Text(
        "Se aparta lo declarado por día como mucho, con un segundo de resolución en el total.",
        "It departs by no more than declared for each day, with one second of resolution in the whole.",
    ),
)
@pytest.mark.clause("ipse-teorama", "F7-06", level="shall")
@pytest.mark.needs("association:public", "fast-clock")
def test_drift(bench: Bench) -> None:
    before_s = _ahead_s(bench)
    bench.clock.wait(_DRIFT_DAYS * 86_400.0)
    drift_s = _ahead_s(bench) - before_s
    limit_s = _DRIFT_DAYS * bench.statement.metrology.clock_error_s_per_day + 1
    bench.measure("drift", f"{drift_s:.1f}", "s")
    bench.check(
        abs(drift_s) <= limit_s,
        f"en {_DRIFT_DAYS} días se aparta {drift_s:.1f} s (límite {limit_s:g} s)",
        f"in {_DRIFT_DAYS} days it departs by {drift_s:.1f} s (limit {limit_s:g} s)",
    )


def _ahead_s(bench: Bench) -> float:
    """How far the device's clock is ahead of the world, in seconds."""
    with bench.associated("public") as dialogue, answers_well(Text("leer el reloj", "reading the clock")):
        raw = dialogue.octets(8, "0.0.1.0.0", 2)
        now = bench.utc()
    return (CosemDateTime.from_bytes(raw).to_utc() - now).total_seconds()


@case(
    id="dlms/class-3/energy",
    title=Text("Leer la energía con multiplicador y unidad", "Read energy with scaler and unit"),
    stimulus=Text(
        "Leer valor, multiplicador y unidad de la energía activa importada, dos veces.",
        "Read value, scaler and unit of the imported active energy, twice.",
    ),
    requirement=Text(
        "Un número con unidad Wh y un multiplicador de −3 a 6, que no baja de una lectura a otra.",
        "A number with the unit Wh and a scaler of −3 to 6, that does not fall from one reading to the next.",
    ),
)
@pytest.mark.clause("dlms-bb", "class-3", level="shall")
@pytest.mark.needs("association:reader")
def test_energy(bench: Bench) -> None:
    with bench.associated("reader") as dialogue, answers_well(Text("leer la energía", "reading the energy")):
        if (3, ENERGY) not in listed_objects(dialogue):
            raise bench.not_applicable("la asociación no lista energía", "the association lists no energy")
        first, second = dialogue.register(str(ENERGY)), dialogue.register(str(ENERGY))
    bench.measure("energy", first.raw, f"10^{first.scaler} {first.unit}")
    bench.check(first.unit == "Wh", f"la unidad es Wh ({first.unit})", f"the unit is Wh ({first.unit})")
    bench.check(
        -3 <= first.scaler <= 6, f"el multiplicador es {first.scaler}", f"the scaler is {first.scaler}"
    )
    bench.check(second.raw >= first.raw >= 0, "el registro no baja", "the register does not fall")


@case(
    id="dlms/class-15/public-rights",
    title=Text("Derechos del cliente público", "Rights of the public client"),
    stimulus=Text(
        "Como cliente público, leer la energía y ordenar la desconexión, si su asociación no los concede.",
        "As the public client, read the energy and order disconnection, where its association does not "
        "grant them.",
    ),
    requirement=Text("Ambas cosas se rechazan.", "Both are refused."),
)
@pytest.mark.clause("dlms-bb", "class-15", level="shall")
@pytest.mark.needs("association:public")
def test_public_rights(bench: Bench) -> None:
    switch_off = (
        bytes.fromhex("c301c1") + (70).to_bytes(2, "big") + SWITCH.to_bytes() + bytes.fromhex("01010f00")
    )
    with bench.associated("public") as dialogue:
        granted = granted_rights(dialogue)
        reads, orders = (3, ENERGY, "read", 2) in granted, (70, SWITCH, "do", 1) in granted
        if not reads:
            answer = ask(
                bench, dialogue.session, get_request(3, ENERGY.to_bytes(), 2), "GET energía", "GET energy"
            )
            bench.check(not served(answer), "la energía no se entrega", "the energy is not given")
        if not orders:
            answer = (
                ask(bench, dialogue.session, switch_off, "ACTION desconectar", "ACTION disconnect") or b""
            )
            done = answer[:1] == bytes((_ACTION_RESPONSE,)) and answer[3:4] == b"\x00"
            bench.check(not done, "la desconexión no se ejecuta", "the disconnection is not carried out")
        if reads and orders:
            bench.informational("su asociación lo concede todo", "its association grants everything")
