"""Many small meters behind one TCP port, in a process of its own, for `measure_collecting`.

    python benchmarks/head_end/serve_meters.py METERS [DELAY_S]

Prints the port; serves until its standard input ends. Every meter has HLS with GMAC, and a load profile of
96 rows and five columns, made once. With a delay every answer takes so long.
"""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from protocols.dlms import axdr  # noqa: E402
from protocols.dlms.cosem import (  # noqa: E402
    AssociationProfile,
    Clock,
    CosemObject,
    DataObject,
    LogicalDevice,
    Mechanism,
    ProfileGeneric,
    Register,
    constant,
    read_only,
)
from protocols.dlms.cosem.device import LogicalDevices  # noqa: E402
from protocols.dlms.cosem.selection import CaptureObject  # noqa: E402
from protocols.dlms.datetimes import CosemDateTime  # noqa: E402
from protocols.dlms.framing import ApduReceived  # noqa: E402
from protocols.dlms.obis import Obis  # noqa: E402
from protocols.dlms.security import DeviceSecurity, KeySet  # noqa: E402
from protocols.dlms.server.connection import ServerConnection  # noqa: E402
from protocols.dlms.wrapper import WrapperServer  # noqa: E402

KEYS = KeySet(guek=bytes(range(16)), gak=bytes(range(16, 32)))
CLIENT_SAP = 1
ROWS, PERIOD_S = 96, 900
_COLUMNS = ((8, "0.0.1.0.0"), (3, "1.0.1.8.0"), (3, "1.0.2.8.0"), (3, "1.0.12.7.0"), (1, "0.0.96.10.1"))


def now() -> Any:
    from datetime import UTC, datetime

    return datetime.now(UTC)  # noqa: TID251 - a clock of a served meter


def _rows() -> Any:
    from datetime import timedelta

    end = now().replace(minute=0, second=0, microsecond=0)
    return axdr.array(
        *(
            axdr.structure(
                axdr.octet_string(
                    CosemDateTime.from_utc(end - timedelta(seconds=PERIOD_S * (ROWS - 1 - row))).to_bytes()
                ),
                axdr.double_long_unsigned(1_000_000 + 37 * row),
                axdr.double_long_unsigned(7),
                axdr.long_unsigned(12_040),
                axdr.unsigned(0),
            )
            for row in range(ROWS)
        )
    )


def meters(count: int) -> LogicalDevices:
    """So many, at server addresses from 1 on."""
    rows = _rows()
    captures = axdr.array(
        *(CaptureObject(class_id, Obis.from_string(obis), 2).to_data() for class_id, obis in _COLUMNS)
    )
    shared = [
        CosemObject(
            ProfileGeneric,
            Obis.from_string("1.0.99.1.0"),
            {2: lambda _: rows, 3: constant(captures), 4: constant(axdr.double_long_unsigned(PERIOD_S))},
        ),
        CosemObject(
            Clock,
            Obis.from_string("0.0.1.0.0"),
            {2: lambda _: axdr.octet_string(CosemDateTime.from_utc(now()).to_bytes())},
        ),
    ]
    for obis, scaler, unit in (("1.0.1.8.0", 0, 30), ("1.0.2.8.0", 0, 30), ("1.0.12.7.0", -2, 35)):
        pair = axdr.structure(axdr.integer(scaler), axdr.enum(unit))
        shared.append(CosemObject(Register, Obis.from_string(obis), {3: constant(pair)}))
    return LogicalDevices([_meter(sap, shared) for sap in range(1, count + 1)])


def _meter(sap: int, shared: list[CosemObject]) -> LogicalDevice:
    serial = CosemObject(
        DataObject, Obis.from_string("0.0.96.1.0"), {2: constant(axdr.visible_string(f"{sap:08d}"))}
    )
    security = DeviceSecurity(b"AMB" + sap.to_bytes(5, "big"), KEYS)
    profile = AssociationProfile(CLIENT_SAP, Mechanism.HLS_GMAC, rights=read_only, security=security)
    return LogicalDevice(sap, f"AMB{sap:013d}".encode(), (*shared, serial), (profile,))


class Connection(asyncio.Protocol):
    """One peer."""

    def __init__(self, devices: LogicalDevices, delay_s: float) -> None:
        self._framing = WrapperServer()
        self._server = ServerConnection(devices, random_octets=os.urandom)
        self._delay_s = delay_s

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        for event in self._framing.receive_data(data, 0.0):
            if isinstance(event, ApduReceived):
                answer = self._server.receive_apdu(event.apdu, event.client_sap, event.server_sap)
                for apdu in () if answer is None else (answer, *self._server.further_apdus()):
                    self._framing.send_apdu(
                        apdu, client_sap=event.client_sap, server_sap=event.server_sap, now_s=0.0
                    )
        output = self._framing.data_to_send()
        if not output:
            return
        if self._delay_s:
            asyncio.get_running_loop().call_later(self._delay_s, self._transport.write, output)
        else:
            self._transport.write(output)


class Echo(asyncio.Protocol):
    """The yardstick: answers ``size`` octets, as the first two octets of a message say."""

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._transport.write(bytes(int.from_bytes(data[:2], "big")))


async def main(count: int, delay_s: float) -> None:
    loop, devices = asyncio.get_running_loop(), meters(count)
    server = await loop.create_server(lambda: Connection(devices, delay_s), "127.0.0.1", 0, backlog=4096)
    echo = await loop.create_server(Echo, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], echo.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0))
