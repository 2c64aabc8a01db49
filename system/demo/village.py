"""Meters, concentrators and users of the demo, as plain data that travels between processes."""

import json
from dataclasses import asdict, dataclass, field


@dataclass(frozen=True, slots=True)
class WorldMeter:
    """A meter of the world.

    Args:
        name: as the world calls it.
        drn: decoder reference number.
        serial: on its case.
        ldn: logical device name.
        eui48: address of its modem, hexadecimal; empty for none.
        keying: its STS register: the fields of `MeterKeying` by name.
    """

    name: str
    drn: str
    serial: str
    ldn: str
    eui48: str
    keying: dict[str, str | int]


@dataclass(frozen=True, slots=True)
class WorldConcentrator:
    """A concentrator of the world.

    Args:
        name: as the world calls it.
        url: of its DLMS port.
        uplink_url: of its management port.
        secret_name: entry of the collector's key file that opens it.
        poll_s: so often it is asked for news, in its own time.
    """

    name: str
    url: str
    uplink_url: str
    secret_name: str
    poll_s: int = 300


@dataclass(frozen=True, slots=True)
class DemoUser:
    """A user of the demo.

    Args:
        username: to log in with.
        role: of `system.accounts.permissions.Role`.
        password: made for this run.
        name: first and last.
    """

    username: str
    role: str
    password: str = field(repr=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Village:
    """Everything that the seed rows are made from.

    Args:
        meters: those of the homes, in the world's order.
        users: one of each role.
        first: name of the meter whose credit is taken away, for the first recharge.
        concentrators: through which the head-end reaches the meters.
    """

    meters: tuple[WorldMeter, ...]
    users: tuple[DemoUser, ...]
    first: str
    concentrators: tuple[WorldConcentrator, ...] = ()

    def to_json(self) -> str:
        """One line."""
        return json.dumps(asdict(self), ensure_ascii=False)

    @classmethod
    def from_json(cls, line: str) -> "Village":
        """Village of a line that `to_json` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            said = json.loads(line)
            meters = tuple(WorldMeter(**meter) for meter in said["meters"])
            users = tuple(DemoUser(**user) for user in said["users"])
            reached = tuple(WorldConcentrator(**one) for one in said["concentrators"])
            return cls(meters, users, said["first"], reached)
        except (KeyError, TypeError) as error:
            raise ValueError("this line describes no village") from error
