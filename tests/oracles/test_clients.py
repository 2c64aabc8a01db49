"""Each peer as a client of our server: what it does is what the table says, no more and no less.

dlms-cosem runs in this process; gurux-dlms and pydlms-client, which are GPL, in their own.
"""

from collections.abc import Callable
from typing import Any

import pytest
from peer_features import FEATURES, job_of, verdict
from peer_lab import Lab, everyday_octets
from peer_rows import hold
from served_device import ServedDevice, served_device

from tools.peers.expectations import Row, load

pytestmark = pytest.mark.oracle

ON_METER = "meter-"
ROWS = [row for row in load().tried("clients") if not row.feature.startswith(ON_METER)]


def test_every_feature_is_in_the_table() -> None:
    described = {row.feature for row in load().of("clients") if not row.feature.startswith(ON_METER)}
    assert described == set(FEATURES)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
def test_the_peer_does_as_the_table_says(row: Row, ask: Callable[..., Any]) -> None:
    feature, lab = FEATURES[row.feature], Lab()
    device = ServedDevice(lab.device(), row.framing, everyday_octets(), feature.greeting(row.framing))
    with served_device(device) as at:
        answer = ask(row.peer, {**job_of(feature), "host": at.host, "port": at.port, "framing": row.framing})
    hold(row, verdict(feature, answer, lab))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.feature in ("lls", "hls-md5", "glo")], ids=lambda r: r.label
)
def test_a_good_association_is_released(row: Row, ask: Callable[..., Any]) -> None:
    feature, lab = FEATURES[row.feature], Lab()
    with served_device(ServedDevice(lab.device(), row.framing, everyday_octets())) as at:
        answer = ask(row.peer, {**job_of(feature), "host": at.host, "port": at.port, "framing": row.framing})
        assert answer["released"], answer
    assert any(apdu[0] == 0x62 for apdu in at.requests) or row.framing == "hdlc"
