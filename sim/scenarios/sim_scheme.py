"""``sim://PROFILE?seed=1&framing=wrapper&meters=1``: a world of its own behind a link, for `links`."""

from dataclasses import dataclass
from importlib import resources

from links.base import Link, LinkUrlError
from links.url import LinkUrl
from sim.meter import ProfileError
from sim.scenarios.identities import METERS_MAX
from sim.scenarios.world import METER, Framing, World

SCHEME = "sim"


@dataclass(frozen=True, slots=True)
class SimOptions:
    """Options of ``sim://``."""

    seed: int = 1
    framing: Framing = "wrapper"
    meters: int = 1

    def __post_init__(self) -> None:
        if not 0 <= self.seed < 2**64:
            raise ValueError("seed must be from 0 to 2**64 - 1")
        if not 1 <= self.meters <= METERS_MAX:
            raise ValueError(f"meters must be from 1 to {METERS_MAX}")


def profiles() -> tuple[str, ...]:
    """Names of the meters that can be simulated."""
    files = (resources.files("sim.meter") / "profiles").iterdir()
    return tuple(sorted(file.name.removesuffix(".toml") for file in files if file.name.endswith(".toml")))


def open_world(url: str | LinkUrl) -> World:
    """The world that a ``sim://`` URL names.

    Raises:
        LinkUrlError: the profile is unknown, or an option is wrong.
    """
    parsed = LinkUrl.parse(url) if isinstance(url, str) else url
    options = parsed.options(SimOptions)
    known = profiles()
    if parsed.host not in known or parsed.port is not None or parsed.path.strip("/"):
        raise LinkUrlError(
            f"no simulated meter is called {parsed.host!r} in {parsed.text}; known: {', '.join(known)}"
        )
    try:
        return World(parsed.host, seed=options.seed, meters=options.meters)
    except ProfileError as error:
        raise LinkUrlError(f"{parsed.text} cannot be simulated: {error}") from error


def open_sim(url: LinkUrl) -> Link:
    """A link to the meter of a world that only this link moves; for `links.register`.

    Raises:
        LinkUrlError: the profile is unknown, or an option is wrong.
    """
    return open_world(url).link(METER, url.options(SimOptions).framing)
