"""The ports of a concentrator, and the sessions behind them: "dlms", "uplink" and "optical"."""

from collections.abc import Callable

from simpy import Environment

from protocols.dlms.cosem.device import LogicalDevices
from protocols.dlms.server import ServerConnection
from protocols.field.uplink_ends import UplinkConcentrator
from sim.concentrator.facts import Facts
from sim.concentrator.northbound import DlmsSessions
from sim.concentrator.optical import BAUD, OpticalSessions
from sim.concentrator.own_device import OwnFacts, own_device
from sim.concentrator.pass_through import PassThrough
from sim.concentrator.uplink_desk import UplinkDesk
from sim.concentrator.uplink_port import UplinkSessions
from sim.kernel.ports import Port

_NONCE_OCTETS = 16


class Sockets:
    """The ports of one concentrator.

    Args:
        env: the world's environment.
        facts: its parts.
        through: the ways to its meters.
        random_octets: gives so many random octets, for nonces.
        alive: whether its processor runs.
        can_speak: whether it can be heard north.
        on_power_lost: called when an answer cost the supply.

    Attributes:
        ports: by name.
        uplink: the conversations with head-ends.
    """

    __slots__ = ("_dlms", "_optical", "ports", "uplink")

    def __init__(
        self,
        env: Environment,
        facts: Facts,
        through: PassThrough,
        random_octets: Callable[[int], bytes],
        alive: Callable[[], bool],
        can_speak: Callable[[], bool],
        on_power_lost: Callable[[], None],
    ) -> None:
        terms = facts.terms
        devices = LogicalDevices([own_device(_own_facts(facts))])

        def make_own() -> ServerConnection:
            return ServerConnection(devices)

        def make_end() -> UplinkConcentrator:
            nonce = random_octets(_NONCE_OCTETS)
            return UplinkConcentrator(terms.uplink.secret.encode(), terms.ldn, terms.serial, nonce)

        self._dlms = DlmsSessions(facts.registry, through, make_own, can_speak)
        self._optical = OpticalSessions(env, make_own, alive)
        self.uplink = UplinkSessions(
            env, UplinkDesk(facts), make_end, can_speak, terms.uplink.push_retry_s, on_power_lost
        )
        self.ports: dict[str, Port] = {
            "dlms": Port(env, "dlms", self._dlms.open),
            "uplink": Port(env, "uplink", self.uplink.open),
            "optical": Port(env, "optical", self._optical.open, baud=BAUD),
        }

    def reset(self) -> None:
        """The power went: every session forgets what it knew; the peers stay attached."""
        for sessions in (self._dlms, self.uplink, self._optical):
            sessions.reset()


def _own_facts(facts: Facts) -> OwnFacts:
    terms = facts.terms
    return OwnFacts(
        serial=terms.serial,
        ldn=terms.ldn,
        deviation_minutes=terms.clock.deviation_minutes,
        password=terms.reader_password.encode(),
        utc=facts.clock.utc,
        registry=facts.registry,
        events=facts.events,
        status=facts.summary,
    )
