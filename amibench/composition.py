"""Joins the rooms: tells `links` of the schemes that other rooms offer."""

import links
from links import Link, LinkUrl


def register_schemes() -> None:
    """Let ``sim://`` be opened like any other link; calling it again changes nothing.

    The simulator is imported when the first such link is opened, so a command that needs none starts quickly.
    """
    links.register("sim", _open_sim)


def _open_sim(url: LinkUrl) -> Link:
    from sim.scenarios.sim_scheme import open_sim

    return open_sim(url)
