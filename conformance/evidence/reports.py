"""Reports of a run, ``report.html`` and ``report.pdf``, made of one view by templates."""

import dataclasses
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import typst
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from conformance.evidence.formatting import LOOKS
from conformance.evidence.report_view import CaseView, ReportView

# ---------------------------------------------------------------- report.html

TEMPLATES = Path(__file__).with_name("templates")


def render_html(view: ReportView) -> bytes:
    """`view` as UTF-8 HTML; whatever the evidence holds is escaped."""
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    page = environment.get_template("report.html.j2").render(view=view, t=view.labels, looks=LOOKS)
    return page.encode()


# ---------------------------------------------------------------- report.pdf

#: The paper shows so many frames of a case at most; the page and the capture hold all of them.
FRAMES_MAX = 120


def render_pdf(view: ReportView, dated: datetime) -> bytes:
    """`view` as PDF, `dated` (an aware instant) in its properties."""
    return bytes(
        typst.compile(
            TEMPLATES / "report.typ",
            root=TEMPLATES,
            format="pdf",
            ignore_system_fonts=True,
            sys_inputs={"view": json.dumps(on_paper(view))},
            timestamp=int(dated.timestamp()),
        )
    )


def on_paper(view: ReportView) -> dict[str, Any]:
    """`view` as plain data, with the cases that went well kept short."""
    suites = tuple(
        dataclasses.replace(suite, cases=tuple(map(_shortened, suite.cases))) for suite in view.suites
    )
    paper = dataclasses.asdict(dataclasses.replace(view, suites=suites, attention=()))
    paper["attention"] = [case.anchor for case in view.attention]
    paper["frames_left_off"] = {
        case.anchor: len(case.frames) - FRAMES_MAX for case in view.attention if len(case.frames) > FRAMES_MAX
    }
    return paper


def _shortened(case: CaseView) -> CaseView:
    if case.in_full:
        return dataclasses.replace(case, frames=case.frames[:FRAMES_MAX])
    return dataclasses.replace(case, steps=(), frames=())
