"""Every word of the reports that is not the evidence's own, in both languages side by side."""

from conformance.verdicts import Verdict
from i18n import Message

FROM_MEMORY = Message("(Clause number from memory: check it in the standard.)")

LABELS: dict[str, Message] = {
    "report_title": Message("Conformance report"),
    "verdict": Message("Verdict"),
    "interrupted": Message("Run interrupted: only the cases that were finished are judged."),
    "device": Message("Device"),
    "device_note": Message("As its target file declares; not measured."),
    "link": Message("Link and clock"),
    "run": Message("Run"),
    "counts": Message("Cases by verdict"),
    "total": Message("Total"),
    "cases": Message("Cases"),
    "case": Message("Case"),
    "attention": Message("Needs attention"),
    "matrix": Message("Matrix of clauses"),
    "matrix_empty": Message("No clause in this run."),
    "cases_empty": Message("No case in this run."),
    "standard": Message("Standard"),
    "edition": Message("edition"),
    "clause": Message("Clause"),
    "title": Message("Title"),
    "paraphrase": Message("Paraphrase"),
    "level": Message("Level"),
    "requirements": Message("IPSE requirements"),
    "reason": Message("Reason"),
    "stimulus": Message("Stimulus"),
    "requirement": Message("Requirement"),
    "needs": Message("Needs"),
    "steps": Message("Steps"),
    "time": Message("Time (s)"),
    "time_note": Message("Times are device time, in seconds since the run began."),
    "kind": Message("Kind"),
    "text": Message("Description"),
    "passed": Message("passed"),
    "failed": Message("failed"),
    "frames": Message("Frames"),
    "frames_word": Message("frames"),
    "frames_filter": Message("In frames.pcap:"),
    "frames_left_off": Message("More frames of this case, in report.html and frames.pcap:"),
    "direction": Message("Direction"),
    "direction_note": Message("→ from the bench to the device; ← from the device to the bench."),
    "octets": Message("octets"),
    "measurements": Message("Measurements"),
    "quantity": Message("Quantity"),
    "value": Message("Value"),
    "unit": Message("Unit"),
    "duration": Message("Duration"),
    "duration_s": Message("Duration (s)"),
    "suite": Message("Suite"),
    "notices": Message("What this result is not"),
    "secret": Message("Contains secrets"),
    "versions": Message("Versions and reproduction"),
    "digest": Message("SHA-256 of evidence.json"),
    "page": Message("Page"),
    "of": Message("of"),
    "back": Message("Back to the verdict"),
    "compact_note": Message(
        "Cases without findings are kept short; their full steps and frames are in report.html."
    ),
    "summary": Message("Summary"),
    "name": Message("Name"),
    "manufacturer": Message("Manufacturer"),
    "model": Message("Model"),
    "serial": Message("Serial number"),
    "drn": Message("DRN"),
    "firmware": Message("Firmware"),
    "capabilities": Message("Declared capabilities"),
    "stations": Message("Stations of the bench"),
    "link_url": Message("Address"),
    "scheme": Message("Medium"),
    "framing": Message("Framing"),
    "clock": Message("Clock"),
    "profile": Message("Profile"),
    "suites": Message("Suites"),
    "seed": Message("Seed"),
    "started_at": Message("Started"),
    "finished_at": Message("Finished"),
    "wall_duration": Message("Wall-clock duration"),
    "target": Message("Target"),
    "operator": Message("Operator"),
    "host": Message("Host"),
    "python": Message("Python"),
    "command": Message("Command"),
    "product": Message("amibench"),
    "schema": Message("Schema"),
}

SUITE_NAMES: dict[str, Message] = {
    "sts": Message("STS: prepayment by token (IEC 62055-41)"),
    "dlms": Message("DLMS/COSEM (IEC 62056)"),
    "vending": Message("STS vending system (STS 531-1)"),
    "closed-loop": Message("Closed loop: token, supply and register"),
}

LEVELS: dict[str, Message] = {
    "shall": Message("shall"),
    "should": Message("should"),
    "may": Message("may"),
}

STEP_KINDS: dict[str, Message] = {
    "stimulus": Message("Stimulus"),
    "observation": Message("Observation"),
    "check": Message("Check"),
    "note": Message("Note"),
}

SCHEMES: dict[str, Message] = {
    "sim": Message("simulated device, in this process"),
    "mutant": Message("simulated meter, built wrong on purpose"),
    "tcp": Message("TCP"),
    "udp": Message("UDP"),
    "serial": Message("serial port"),
    "memory": Message("in memory"),
    "vendor": Message("vending system, in this process"),
    "security-module+unix": Message("security module, Unix socket"),
    "security-module+tls": Message("security module, TLS"),
}

FRAMINGS: dict[str, Message] = {
    "wrapper": Message("wrapper (IEC 62056-4-7)"),
    "hdlc": Message("HDLC (IEC 62056-46)"),
    "requests": Message("requests of the adapter"),
}

CLOCKS: dict[str, Message] = {
    "virtual": Message("virtual (simulated time)"),
    "served": Message("served (simulated device in another process)"),
    "wall": Message("wall clock"),
}

#: What the verdict of the whole run means, in one sentence.
VERDICT_SENTENCES: dict[Verdict, Message] = {
    Verdict.CONFORMS: Message("No case contradicted the clauses that could be tested."),
    Verdict.FAILS: Message("The device answered against what at least one clause requires."),
    Verdict.INCONCLUSIVE: Message(
        "No failure was seen, but evidence is missing: cases stayed inconclusive or none applied."
    ),
}

NOTICE_SECRET = Message(
    "This bundle holds secrets of the device: frames may carry passwords and tokens. "
    "Keep it and share it as confidential information."
)

NOTICES: tuple[Message, ...] = (
    Message(
        "Conformant is not certified. The report says whether the device met the clauses "
        "that were tested; certifying belongs to the STS Association, the DLMS User "
        "Association and accredited laboratories."
    ),
    Message(
        "The STS tests use published test keys, which are no vending keys: nothing here "
        "proves that the device holds the keys of a utility."
    ),
    Message(
        "“Not applicable” and “not implemented” are no evidence in favour: those clauses "
        "were not tested, for the reason written in each case."
    ),
    Message("The texts of the clauses are this project's paraphrases; the text of each standard prevails."),
)

NOTICE_VIRTUAL = Message(
    "The device under test is virtual: the result speaks of the program that simulates "
    "it, not of a physical meter."
)

NOTICE_VENDOR = Message(
    "The vending system under test ran in this process: the result speaks of its rules "
    "and tokens, not of its process, its store or its connections."
)

NOTICE_REAL = Message(
    "The device was reached over a real link: the result holds for the specimen and the firmware under test."
)


def spoken(labels: dict[str, Message], key: str, lang: str) -> str:
    """The word for `key` in `lang`; a key without a word is shown as it is."""
    return labels[key].spoken(lang) if key in labels else key


def all_spoken(lang: str) -> dict[str, str]:
    """Every label in `lang`, for a template."""
    return {key: text.spoken(lang) for key, text in LABELS.items()}
