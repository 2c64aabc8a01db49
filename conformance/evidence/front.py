"""Builds the front page of a report: verdict, counts, device, link, run, versions, notices."""

from conformance.evidence import labels
from conformance.evidence.labels import spoken
from conformance.evidence.model import Evidence
from conformance.evidence.palette import LOOKS, SHOWN_ORDER
from conformance.evidence.strings import clean, decimal, shown_instant
from conformance.evidence.view import CountView, Fact, FrontView, VerdictView
from conformance.verdicts import VERDICT_TEXT, Verdict

#: Schemes and clocks behind which there is a simulated device.
_VIRTUAL_SCHEMES = frozenset({"sim", "mutant", "memory"})
_VIRTUAL_CLOCKS = frozenset({"virtual", "served"})


def show_verdict(verdict: Verdict, lang: str) -> VerdictView:
    """`verdict` in words, sign and colours."""
    look = LOOKS[verdict]
    return VerdictView(verdict.value, look.sign, VERDICT_TEXT[verdict].spoken(lang), look.ink, look.paper)


def is_virtual(evidence: Evidence) -> bool:
    """Whether a simulated device answered."""
    return evidence.link.scheme in _VIRTUAL_SCHEMES or evidence.link.clock in _VIRTUAL_CLOCKS


def build_front(evidence: Evidence, lang: str, digest: str) -> FrontView:
    """The front page of `evidence` in `lang`; `digest` is the SHA-256 of ``evidence.json`` in hex."""
    return FrontView(
        verdict=show_verdict(evidence.verdict, lang),
        sentence=labels.VERDICT_SENTENCES[evidence.verdict].spoken(lang),
        interrupted=evidence.run.interrupted,
        counts=build_counts(evidence, lang),
        total=len(evidence.cases),
        device=_device_facts(evidence, lang),
        link=_link_facts(evidence, lang),
        run=_run_facts(evidence, lang),
        versions=_version_facts(evidence, lang, digest),
        secret=labels.NOTICE_SECRET.spoken(lang) if evidence.contains_secrets else "",
        notices=_notices(evidence, lang),
        digest=digest,
    )


def build_counts(evidence: Evidence, lang: str) -> tuple[CountView, ...]:
    """All seven verdicts with their number of cases, those that need attention first."""
    return tuple(CountView(show_verdict(verdict, lang), evidence.count(verdict)) for verdict in SHOWN_ORDER)


def _facts(lang: str, *pairs: tuple[str, str]) -> tuple[Fact, ...]:
    """A fact per pair of label key and value; what is empty is left out."""
    return tuple(Fact(labels.LABELS[key].spoken(lang), clean(value)) for key, value in pairs if value)


def _device_facts(evidence: Evidence, lang: str) -> tuple[Fact, ...]:
    device = evidence.device
    return _facts(
        lang,
        ("name", device.name),
        ("manufacturer", device.manufacturer),
        ("model", device.model),
        ("serial", device.serial),
        ("drn", device.drn),
        ("firmware", device.firmware),
        ("capabilities", ", ".join(device.capabilities)),
        ("stations", ", ".join(device.stations)),
    )


def _link_facts(evidence: Evidence, lang: str) -> tuple[Fact, ...]:
    link = evidence.link
    return _facts(
        lang,
        ("link_url", evidence.run.link_url),
        ("scheme", spoken(labels.SCHEMES, link.scheme, lang)),
        ("framing", spoken(labels.FRAMINGS, link.framing, lang)),
        ("clock", spoken(labels.CLOCKS, link.clock, lang)),
    )


def _run_facts(evidence: Evidence, lang: str) -> tuple[Fact, ...]:
    run = evidence.run
    return _facts(
        lang,
        ("profile", evidence.profile),
        ("suites", ", ".join(evidence.suites)),
        ("seed", str(evidence.seed)),
        ("started_at", shown_instant(run.started_at)),
        ("finished_at", shown_instant(run.finished_at)),
        ("wall_duration", f"{decimal(run.duration_s, 1, lang)} s"),
        ("operator", run.operator),
    )


def _version_facts(evidence: Evidence, lang: str, digest: str) -> tuple[Fact, ...]:
    run = evidence.run
    named = tuple(Fact(clean(name), clean(version)) for name, version in sorted(run.versions.items()))
    return (
        *_facts(lang, ("product", evidence.product_version), ("python", run.python)),
        *(fact for fact in named if fact.label not in ("amibench", "python")),
        *_facts(
            lang,
            ("host", run.host),
            ("target", run.target),
            ("command", run.command),
            ("schema", evidence.schema),
            ("digest", digest),
        ),
    )


def _notices(evidence: Evidence, lang: str) -> tuple[str, ...]:
    where = labels.NOTICE_REAL
    if is_virtual(evidence):
        vendor = evidence.link.framing == "requests"
        where = labels.NOTICE_VENDOR if vendor else labels.NOTICE_VIRTUAL
    return tuple(notice.spoken(lang) for notice in (labels.NOTICES[0], where, *labels.NOTICES[1:]))
