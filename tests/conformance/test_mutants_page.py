from conformance import mutants
from conformance.mutants import _page, vending


def test_every_mutant_stands_on_the_page_once():
    page = _page.page()
    for name in [*mutants.names(), *(f"vending/{name}" for name in vending.names())]:
        assert page.count(f"| `{name}` |") == 1, name


def test_every_chapter_has_mutants_and_every_mutant_says_what_is_wrong():
    assert all(f"## {title}\n" in _page.page() for title, _ in _page.CHAPTERS)
    assert "|---|---|---|\n\n" not in _page.page()
    assert all(row.wrong.endswith(".") for row in _page.rows())


def test_the_page_is_not_stale():
    assert _page.PAGE.read_text(encoding="utf-8") == _page.page(), (
        "write it anew: python -m conformance.mutants._page"
    )
