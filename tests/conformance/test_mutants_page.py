from conformance import mutants
from conformance.mutants import vending
from tools.pages import mutants as mutants_page


def test_every_mutant_stands_on_the_page_once():
    page = mutants_page.page()
    for name in [*mutants.names(), *(f"vending/{name}" for name in vending.names())]:
        assert page.count(f"| `{name}` |") == 1, name


def test_every_chapter_has_mutants_and_every_mutant_says_what_is_wrong():
    assert all(f"## {title}\n" in mutants_page.page() for title, _ in mutants_page.CHAPTERS)
    assert "|---|---|---|\n\n" not in mutants_page.page()
    assert all(row.wrong.endswith(".") for row in mutants_page.rows())


def test_the_page_is_not_stale():
    assert mutants_page.PAGE.read_text(encoding="utf-8") == mutants_page.page(), (
        "write it anew: python -m tools.pages.mutants"
    )
