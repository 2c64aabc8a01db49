"""Both languages say everything."""

import re

import pytest

from conformance.evidence import formatting, labels
from conformance.evidence.reports import TEMPLATES
from conformance.verdicts import VERDICT_TEXT, Verdict
from i18n import Message

TABLES = {
    "labels": labels.LABELS,
    "suites": labels.SUITE_NAMES,
    "levels": labels.LEVELS,
    "kinds": labels.STEP_KINDS,
    "schemes": labels.SCHEMES,
    "framings": labels.FRAMINGS,
    "clocks": labels.CLOCKS,
    "sentences": labels.VERDICT_SENTENCES,
    "notices": dict(
        enumerate((*labels.NOTICES, labels.NOTICE_REAL, labels.NOTICE_SECRET, labels.NOTICE_VIRTUAL))
    ),
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_no_sentence_is_empty_in_either_language(table: dict[object, Message]) -> None:
    assert all(text.spoken("es").strip() and text.en.strip() for text in table.values())


def test_notices_are_translated() -> None:
    assert all(text.spoken("es") != text.en for text in (*labels.NOTICES, *labels.VERDICT_SENTENCES.values()))


@pytest.mark.parametrize("template", ["report.html.j2", "case.html.j2", "report.typ"])
def test_templates_ask_only_for_labels_that_exist(template: str) -> None:
    asked = set(re.findall(r"\bt\.([a-z_]+)", (TEMPLATES / template).read_text(encoding="utf-8")))
    assert asked
    assert asked <= set(labels.LABELS)


def test_every_verdict_has_words_and_a_look() -> None:
    assert set(formatting.LOOKS) == set(formatting.SHOWN_ORDER) == set(VERDICT_TEXT) == set(Verdict)


@pytest.mark.parametrize("verdict", list(Verdict))
def test_words_on_their_colour_can_be_read(verdict: Verdict) -> None:
    look = formatting.LOOKS[verdict]
    assert contrast(look.ink, look.paper) >= 4.5  # WCAG 2.2, 1.4.3
    assert contrast(look.ink, "#ffffff") >= 4.5


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
