import dataclasses
import re
from html.parser import HTMLParser

import pytest

from conformance.evidence.model import Evidence
from conformance.evidence.report_view import present
from conformance.evidence.reports import render_html
from conformance.verdicts import VERDICT_TEXT, Verdict


def page(evidence: Evidence, lang: str = "es") -> str:
    return render_html(present(evidence, lang, "ab" * 32)).decode()


class Outline(HTMLParser):
    """Tags that must balance, ids, links, and which cases stand open."""

    VOID = frozenset({"meta", "br", "col", "wbr"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.targets: list[str] = []
        self.cases: dict[str, bool] = {}
        self.loads: list[str] = []
        self.tags: set[str] = set()
        self.stack: list[str] = []
        self.feed(text)
        assert self.stack == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = dict(attrs)
        self.tags.add(tag)
        if tag not in self.VOID:
            self.stack.append(tag)
        if named.get("id"):
            self.ids.append(str(named["id"]))
        if tag == "a":
            self.targets.append(str(named["href"]))
        if tag == "details":
            self.cases[str(named["id"])] = "open" in named
        self.loads += [name for name in ("src", "srcset", "data", "poster") if name in named]

    def handle_endtag(self, tag: str) -> None:
        assert self.stack.pop() == tag


def test_verdict_before_matrix_before_cases(evidence: Evidence) -> None:
    text = page(evidence)
    assert (
        text.index('<section class="verdict v-fails"') < text.index('id="matrix"') < text.index('id="cases"')
    )


@pytest.mark.parametrize("lang", ["es", "en"])
def test_the_page_stands_alone(evidence: Evidence, lang: str) -> None:
    text = page(evidence, lang)
    outline = Outline(text)
    assert not outline.tags & {"script", "link", "img", "iframe", "object"}
    assert outline.loads == []
    assert not re.search(r"@import|url\(|https?://", text)
    assert f'<html lang="{lang}">' in text


def test_every_link_arrives_and_no_id_is_twice(evidence: Evidence) -> None:
    outline = Outline(page(evidence))
    assert len(outline.ids) == len(set(outline.ids))
    assert {target.removeprefix("#") for target in outline.targets} <= set(outline.ids)


def test_failures_stand_open_and_the_rest_is_folded(evidence: Evidence) -> None:
    outline = Outline(page(evidence))
    assert len(outline.cases) == len(evidence.cases)
    opened = evidence.count(Verdict.FAILS) + evidence.count(Verdict.INCONCLUSIVE)
    assert sum(outline.cases.values()) == opened


def test_hostile_strings_stay_text(evidence: Evidence) -> None:
    text = page(evidence)
    assert "<script" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert "\x00" not in text
    assert "\u202e" not in text


def test_not_applicable_cases_show_their_reason_while_folded(evidence: Evidence) -> None:
    text = page(evidence)
    summaries = re.findall(r"<summary>.*?</summary>", text, re.DOTALL)
    assert sum("El banco no tiene imán." in summary for summary in summaries) == 3


def test_all_frames_are_there_in_full(evidence: Evidence) -> None:
    text = page(evidence)
    frames = [frame for case in evidence.cases for frame in case.frames]
    assert text.count('<code class="hex">') == len(frames)
    assert " ".join(re.findall("..", frames[2].hex)).upper() in text


@pytest.mark.parametrize("lang", ["es", "en"])
def test_one_language_entirely(evidence: Evidence, lang: str) -> None:
    text = page(evidence, lang)
    other = "en" if lang == "es" else "es"
    for verdict in Verdict:
        assert VERDICT_TEXT[verdict].spoken(lang) in text
    for case in evidence.cases[:7]:
        assert case.stimulus.spoken(lang) in text
        assert case.stimulus.spoken(other) not in text
    words = {"es": ("Qué no es", "Pasos", "Tramas"), "en": ("What this result is not", "Steps", "Frames")}
    assert all(word in text for word in words[lang])
    assert not any(word in text for word in words[other])


@pytest.mark.parametrize("verdict", [Verdict.CONFORMS, Verdict.FAILS, Verdict.INCONCLUSIVE])
def test_the_cover_words_and_colours_the_verdict(evidence_of, verdict: Verdict) -> None:
    text = page(evidence_of(verdict), "en")
    word = VERDICT_TEXT[verdict].en.capitalize()
    assert re.search(rf'class="verdict v-{verdict.value}">.*?<h1>. {word}</h1>', text, re.DOTALL)


def test_an_interrupted_run_says_so(evidence: Evidence) -> None:
    run = dataclasses.replace(evidence.run, interrupted=True)
    text = page(dataclasses.replace(evidence, run=run, cases=(), clauses=()))
    assert "Ejecución interrumpida" in text
    assert "Ningún caso" in text
    Outline(text)
