"""The six artefacts of a run, rendered together and filed together."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conformance.evidence.folder import check_takes_files, replace_files
from conformance.evidence.html_report import render_html
from conformance.evidence.junit import render_junit
from conformance.evidence.matrix import render_matrix
from conformance.evidence.model import Evidence
from conformance.evidence.pcap import render_pcap
from conformance.evidence.pdf_report import render_pdf
from conformance.evidence.presenting import present
from conformance.evidence.record import render_record
from conformance.evidence.strings import instant
from conformance.evidence.view import ReportView


@dataclass(frozen=True, slots=True)
class _Material:
    """What a renderer may draw on."""

    evidence: Evidence
    record: bytes
    view: ReportView
    dated: datetime


#: File name -> what makes its bytes. The record comes first: the reports carry its digest.
RENDERERS: dict[str, Callable[[_Material], bytes]] = {
    "evidence.json": lambda material: material.record,
    "report.html": lambda material: render_html(material.view),
    "report.pdf": lambda material: render_pdf(material.view, material.dated),
    "junit.xml": lambda material: render_junit(material.evidence, material.view.lang),
    "matrix.xlsx": lambda material: render_matrix(material.view, material.dated),
    "frames.pcap": lambda material: render_pcap(material.evidence),
}


def write_all(evidence: Evidence, out_dir: Path, lang: str) -> list[Path]:
    """Write the six artefacts into `out_dir`, all or none, and say where they are.

    Args:
        evidence: the run.
        out_dir: made if need be; files of other names in it stay.
        lang: language of the reports, ``es`` or ``en`` (anything else reads as English).

    Raises:
        EvidenceError: the folder cannot be written; earlier artefacts are as they were.
    """
    record = render_record(evidence)
    spoken = "es" if lang == "es" else "en"
    view = present(evidence, spoken, hashlib.sha256(record).hexdigest())
    material = _Material(evidence, record, view, instant(evidence.run.started_at))
    return replace_files(out_dir, {name: render(material) for name, render in RENDERERS.items()})


def check_writable(out_dir: Path) -> None:
    """See, before a run, that `write_all` can put its artefacts into `out_dir`; changes nothing.

    Raises:
        EvidenceError: it could not.
    """
    check_takes_files(out_dir, tuple(RENDERERS))
