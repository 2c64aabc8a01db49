"""``report.pdf``: the report to be filed, on A4.

The template receives the view as JSON and never as markup, so that a device called ``#let x`` stays a name.
Only the fonts inside typst are used and the document is dated by the run: the same evidence, the same bytes.
"""

import dataclasses
import json
from datetime import datetime
from typing import Any

import typst

from conformance.evidence.html_report import TEMPLATES
from conformance.evidence.view import CaseView, ReportView

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
