import links
from amibench.composition import register_schemes


def test_sim_is_a_scheme_once_the_rooms_are_joined() -> None:
    register_schemes()
    register_schemes()
    assert "sim" in links.schemes()
