"""`check_medium`: what every model of the wire must do, as one function that any test may call."""

from collections.abc import Callable

from simpy import Environment

from sim.kernel.medium import (
    MAX_LPDU_SIZE,
    LpduReceived,
    Medium,
    NodeLost,
    NodeRegistered,
    NodeState,
    SendFailed,
    WireEvent,
)

#: Gives a world and a wire in it whose losses are few enough that nothing below is given up.
MediumFactory = Callable[[], tuple[Environment, Medium]]

A = bytes.fromhex("020000000001")
B = bytes.fromhex("020000000002")
_BROADCASTS = 20
NOBODY = bytes.fromhex("0200000000ff")


class MediumError(AssertionError):
    """A medium does not do what it must."""


def _expect(condition: object, what: str) -> None:
    if not condition:
        raise MediumError(what)


class _Bench:
    """A base node and two nodes on a fresh wire, and what they heard."""

    def __init__(self, factory: MediumFactory, horizon_s: float) -> None:
        self.env, self.medium = factory()
        self.horizon_s = horizon_s
        self.events: list[WireEvent] = []
        self.heard: dict[bytes, list[bytes]] = {A: [], B: []}
        self.base = self.medium.base(self.events.append)
        self.a = self.medium.node(A, self.heard[A].append, place=0)
        self.b = self.medium.node(B, self.heard[B].append, place=1)
        self.wait()

    def wait(self) -> None:
        """Let the horizon pass."""
        self.env.run(float(self.env.now) + self.horizon_s)

    def of(self, kind: type[WireEvent]) -> list[WireEvent]:
        """The events of a kind so far."""
        return [event for event in self.events if isinstance(event, kind)]


def check_medium(factory: MediumFactory, *, horizon_s: float = 3600.0) -> None:
    """Prove a medium, retries included: what is lost once must arrive all the same. Broadcasts may get lost.

    Args:
        factory: gives a fresh world and wire, each time.
        horizon_s: s within which nodes register, LPDUs arrive, and a silent node is given up.

    Raises:
        MediumError: with what is wrong.
    """
    for check in _CHECKS:
        check(_Bench(factory, horizon_s))


def _registers(bench: _Bench) -> None:
    found = sorted(event.eui48 for event in bench.of(NodeRegistered) if isinstance(event, NodeRegistered))
    _expect(found == [A, B], f"both nodes register once, not {found}")
    rows = {entry.eui48: entry for entry in bench.base.topology()}
    _expect(sorted(rows) == [A, B], "the topology names every node")
    _expect(
        all(
            row.state is not NodeState.DISCONNECTED and row.last_heard_s is not None for row in rows.values()
        ),
        "the topology says that a node is registered, and when it was heard",
    )
    _expect(bench.base.statistics(A).registrations == 1, "registrations are counted")
    _expect(bench.base.statistics(NOBODY).sent == 0, "of a node that was never heard the counts are 0")


def _carries_both_ways(bench: _Bench) -> None:
    down = [bytes((number,)) * 40 for number in range(1, 6)]
    for lpdu in down:
        bench.base.send(A, lpdu)
    _expect(not bench.heard[A], "nothing arrives from within the call")
    bench.wait()
    _expect(bench.heard[A] == down, "LPDUs arrive whole, once and in order")
    _expect(not bench.heard[B], "and at nobody else")
    up = [bytes((number,)) * 33 for number in range(1, 6)]
    for lpdu in up:
        bench.b.send(lpdu)
    bench.wait()
    came = [(event.eui48, event.lpdu) for event in bench.events if isinstance(event, LpduReceived)]
    _expect(came == [(B, lpdu) for lpdu in up], "the base node hears who said what, in order")
    counted = bench.base.statistics(A), bench.base.statistics(B)
    _expect((counted[0].sent, counted[0].bytes_out) == (5, 200), "what was sent is counted")
    _expect((counted[1].received, counted[1].bytes_in) == (5, 165), "what was received is counted")


def _carries_every_size(bench: _Bench) -> None:
    for size in (1, MAX_LPDU_SIZE):
        bench.base.send(A, bytes(size))
        bench.a.send(bytes(size))
    bench.wait()
    _expect([len(lpdu) for lpdu in bench.heard[A]] == [1, MAX_LPDU_SIZE], "every size arrives")
    _expect(len(bench.of(LpduReceived)) == 2, "every size arrives upwards")
    for bad in (b"", bytes(MAX_LPDU_SIZE + 1)):
        for send in (lambda: bench.base.send(A, bad), lambda: bench.a.send(bad)):  # noqa: B023 - called here
            _expect(_refuses(send), f"{len(bad)} octets are refused")


def _says_what_failed(bench: _Bench) -> None:
    bench.base.send(NOBODY, b"x")
    _expect(not bench.of(SendFailed), "a failure is not told from within the call")
    bench.wait()
    failed = [event for event in bench.events if isinstance(event, SendFailed)]
    _expect([(event.eui48, event.lpdu) for event in failed] == [(NOBODY, b"x")], "a failure is told once")


def _notices_who_goes(bench: _Bench) -> None:
    bench.a.power(False)
    bench.wait()
    lost = [event.eui48 for event in bench.events if isinstance(event, NodeLost)]
    _expect(lost == [A], "a node without power is given up")
    bench.base.send(A, b"x")
    bench.wait()
    _expect(bench.of(SendFailed) and not bench.heard[A], "nothing reaches it")
    bench.a.power(True)
    bench.wait()
    _expect(bench.base.statistics(A).registrations == 2, "it registers again")
    bench.b.detach()
    bench.wait()
    _expect(bench.of(NodeLost)[-1].eui48 == B, "so is one pulled out")


def _broadcasts(bench: _Bench) -> None:
    for _ in range(_BROADCASTS):
        bench.base.broadcast(b"to all")
    bench.wait()
    for eui48, heard in bench.heard.items():
        _expect(0 < len(heard) <= _BROADCASTS, f"one of {_BROADCASTS} broadcasts reaches {eui48.hex()}")
        _expect(set(heard) == {b"to all"}, "a broadcast arrives as it was sent")


def _begins_anew_with_the_base(bench: _Bench) -> None:
    bench.base.power(False)
    bench.a.send(b"into the void")
    bench.wait()
    _expect(not bench.of(LpduReceived), "a base node without power hears nothing")
    bench.base.power(True)
    bench.wait()
    _expect(len(bench.of(NodeRegistered)) == 4, "every node registers again")
    bench.a.send(b"here")
    bench.wait()
    _expect(len(bench.of(LpduReceived)) == 1, "and is heard")


def _refuses_nonsense(bench: _Bench) -> None:
    _expect(_refuses(lambda: bench.medium.base(bench.events.append)), "a second base node is refused")
    _expect(_refuses(lambda: bench.medium.node(b"short", bench.events.append)), "a short address is refused")  # type: ignore[arg-type]


def _refuses(act: Callable[[], object]) -> bool:
    try:
        act()
    except ValueError:
        return True
    return False


_CHECKS: tuple[Callable[[_Bench], None], ...] = (
    _registers,
    _carries_both_ways,
    _carries_every_size,
    _says_what_failed,
    _notices_who_goes,
    _broadcasts,
    _begins_anew_with_the_base,
    _refuses_nonsense,
)
