"""The page of state diagrams is what the tables say."""

from sim.plc_channel.prime import switching
from tools.pages import states as states_page


def test_the_page_is_not_stale():
    page = states_page.PAGE.read_text(encoding="utf-8")
    assert page == states_page.written(), "write it anew: python -m tools.pages.states"


def test_every_transition_of_a_service_node_is_drawn():
    assert states_page.diagram(switching.TRANSITIONS) == switching.diagram()
