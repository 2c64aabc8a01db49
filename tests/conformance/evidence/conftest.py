"""A hand-made run with all seven verdicts, accents, long frames and hostile strings."""

import dataclasses
from collections.abc import Callable

import pytest

from conformance.evidence.model import (
    CaseRecord,
    ClauseRecord,
    DeviceRecord,
    Evidence,
    FrameRecord,
    LinkRecord,
    Measurement,
    RunRecord,
    Step,
)
from conformance.verdicts import Verdict, gravest
from i18n import Message, Verbatim

HOSTILE = (
    "<script>alert(1)</script>",
    '#let x = 1 *bold* $x^2$ @ref "q" \\',
    "=cmd()",
    "nul\x00 bell\x07 \u202eRTL",
)
LONG_FRAME = ("0001000100100384C401C100" + "02040906C0A80101FF" * 400)[: 2 * 908]

REASONS = {
    Verdict.CONFORMS: Message(""),
    Verdict.CONFORMS_NOT_STRICTLY: Verbatim(
        "The meter answered late, within tolerance.",
        es="El medidor respondió tarde, pero dentro de lo tolerado.",
    ),
    Verdict.INFORMATIONAL: Verbatim(
        "The standard requires nothing here.",
        es="La norma no exige nada aquí.",
    ),
    Verdict.NOT_IMPLEMENTED: Verbatim(
        "The device declares that it lacks EA 07.", es="El dispositivo declara que no implementa EA 07."
    ),
    Verdict.NOT_APPLICABLE: Verbatim("The bench has no magnet.", es="El banco no tiene imán."),
    Verdict.FAILS: Verbatim(
        "The repeated token was accepted: the display said “Accept” and credit went from 10.0 to 20.0 kWh.",
        es="El token repetido fue aceptado: la pantalla dijo «Accept» y el crédito pasó de 10,0 a 20,0 kWh.",
    ),
    Verdict.INCONCLUSIVE: Verbatim(
        "The device fell silent for 5 s: whether it took the token is unknown.",
        es="El dispositivo calló durante 5 s: no se sabe si recibió el token.",
    ),
}


def make_steps() -> tuple[Step, ...]:
    return (
        Step(
            "note",
            Verbatim(
                "The meter starts without credit.",
                es="El medidor arranca sin crédito.",
            ),
            0.0,
        ),
        Step(
            "stimulus",
            Verbatim(
                "Enter 1234 5678 9012 3456 7890",
                es="Se teclea 1234 5678 9012 3456 7890",
            ),
            1.25,
            None,
            0,
            2,
        ),
        Step(
            "observation",
            Verbatim("The display says “Accept”", es="La pantalla dice «Accept»"),
            2.5,
            None,
            2,
            3,
        ),
        Step("check", Verbatim("Credit rises by 10.0 kWh", es="El crédito sube 10,0 kWh"), 2.75, True, 3, 4),
        Step(
            "check",
            Verbatim("The repeated token is refused", es="El token repetido se rechaza"),
            3.125,
            False,
        ),
    )


def make_frames() -> tuple[FrameRecord, ...]:
    return (
        FrameRecord(
            "tx",
            "000100100001000dc001c100030100010800ff0200",
            1.25,
            "GET-request class 3 1.0.1.8.0.255 attribute 2",
        ),
        FrameRecord(
            "rx", "0001000100100009c401c10006000004d2", 1.3125, "GET-response class 3 1.0.1.8.0.255 = 1234 Wh"
        ),
        FrameRecord("rx", LONG_FRAME, 2.5, "GET-response object_list, block 1"),
        FrameRecord("tx", "7ea00802230353b1a17e", 2.75, HOSTILE[0]),
    )


def make_case(number: int, suite: str, verdict: Verdict, clause: str) -> CaseRecord:
    applied = verdict not in (Verdict.NOT_APPLICABLE, Verdict.NOT_IMPLEMENTED)
    return CaseRecord(
        id=f"{suite}/{clause.partition('/')[2]}/case-{number}",
        suite=suite,
        clauses=(clause, "unknown/0"),
        title=Verbatim(
            f"Replay of a used token no. {number}",
            es=f"Repetición de un token ya usado n.º {number}",
        ),
        stimulus=Verbatim(
            "The same credit token is entered twice at the keypad.",
            es="Se introduce dos veces el mismo token de crédito por el teclado.",
        ),
        requirement=Verbatim(
            "The meter refuses the second entry with UsedError and leaves the credit as it is.",
            es="El medidor rechaza la segunda entrada con UsedError y no cambia el crédito.",
        ),
        verdict=verdict,
        reason=REASONS[verdict],
        needs=("keypad", "ea11"),
        steps=make_steps() if applied else (),
        frames=make_frames() if applied else (),
        measurements=(
            Measurement("Energía activa importada", "1234", "Wh"),
            Measurement("Tensión", "119.87", "V"),
        ) if applied else (),
        duration_s=3.125 if applied else 0.0,
    )  # fmt: skip


def make_evidence(verdict: Verdict = Verdict.FAILS) -> Evidence:
    suites = ("sts", "dlms", "closed-loop")
    clause_ids = ("iec62055-41/7.3.7", "dlms-gb/9.3.4", "iec62055-41/8.2")
    cases = tuple(
        make_case(3 * at + which, suite, seen, clause_ids[which])
        for which, suite in enumerate(suites)
        for at, seen in enumerate(Verdict)
    )
    hostile = dataclasses.replace(
        make_case(90, "sts", Verdict.CONFORMS, clause_ids[0]),
        id="sts/hostile/<b>",
        title=Verbatim(HOSTILE[1], es=HOSTILE[0]),
        stimulus=Verbatim(HOSTILE[2]),
        requirement=Verbatim(HOSTILE[3]),
    )
    cases = (*cases, hostile)
    clauses = tuple(
        ClauseRecord(
            id=clause,
            standard={"i": "IEC 62055-41", "d": "DLMS Green Book"}[clause[0]],
            number=clause.partition("/")[2],
            edition={"i": "2018", "d": "11"}[clause[0]],
            level=level,
            title=Verbatim("Validation of the TID", es="Validación del TID"),
            paraphrase=Verbatim(
                "The decoder accepts each token once and says why it refuses the others.",
                es="El decodificador acepta cada token una sola vez y dice por qué rechaza los demás.",
            ),
            requirements=("R5.3-06", "R5.3-07"),
            cases=(*(case.id for case in cases if clause in case.clauses), "sts/not-run"),
            verdict=gravest(case.verdict for case in cases if clause in case.clauses),
        )
        for clause, level in zip(clause_ids, ("shall", "should", "may"), strict=True)
    )
    return Evidence(
        verdict=verdict,
        device=DeviceRecord(
            name="Medidor PPKW «Teorama» <b>&",
            manufacturer="#let x = [*Fábrica*]",
            model="PPKW-1",
            serial="=2+3",
            drn="01000000008",
            firmware="1.0.0",
            capabilities=("sts-ea11", "dlms-wrapper", "block-transfer"),
            stations=("keypad", "ac-source", "clock"),
        ),
        link=LinkRecord("sim", "wrapper", "virtual"),
        profile="ipse-teorama",
        suites=suites,
        seed=1,
        product_version="0.1.0",
        clauses=clauses,
        cases=cases,
        run=RunRecord(
            started_at="2026-01-05T14:03:22+00:00",
            finished_at="2026-01-05T14:03:40+00:00",
            duration_s=18.4,
            link_url="sim://ppkw?seed=1&framing=wrapper",
            target="builtin ppkw",
            operator="María Peñaranda",
            host="banco-1",
            python="3.11.9",
            versions={"typst": "0.15.2", "numpy": "2.4.6"},
            case_wall_s={case.id: 0.25 for case in cases},
            command="amibench certify --suite sts,dlms,closed-loop --seed 1",
        ),
    )


@pytest.fixture
def evidence() -> Evidence:
    """A failing run of 22 cases."""
    return make_evidence()


@pytest.fixture
def evidence_of() -> Callable[[Verdict], Evidence]:
    """The same run with another verdict on its cover."""
    return make_evidence


@pytest.fixture
def hostile() -> tuple[str, ...]:
    """Strings that a careless writer would run, parse or choke on."""
    return HOSTILE
