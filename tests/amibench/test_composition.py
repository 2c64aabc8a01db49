import pytest

import links
from amibench import product_version
from amibench.__main__ import run
from amibench.composition import register_schemes


def test_sim_is_a_scheme_once_the_rooms_are_joined() -> None:
    register_schemes()
    register_schemes()
    assert "sim" in links.schemes()


@pytest.mark.parametrize("arguments", [["--version"], ["sts", "--help"], ["--help"]])
def test_the_root_says_its_version_and_its_help(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(arguments) == 0
    said = capsys.readouterr().out
    assert (said == f"amibench {product_version()}\n") == (arguments == ["--version"])
