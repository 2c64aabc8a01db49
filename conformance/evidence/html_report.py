"""``report.html``: one self-contained page for an old screen, a telephone and paper, without JavaScript."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from conformance.evidence.palette import LOOKS
from conformance.evidence.view import ReportView

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
