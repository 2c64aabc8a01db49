"""``--panel-port``: any served meter shows its customer unit as a page."""

import json
import signal
import urllib.request

from started import started


def test_a_stand_alone_meter_shows_its_unit() -> None:
    with started("meter", "serve", "--meters", 2, "--panel-port", 0) as process:
        with urllib.request.urlopen(process.ready["panel"] + "/states?lang=es") as answer:
            states = json.load(answer)
        assert process.end(signal.SIGINT)[0] == 130
    assert list(states) == ["meter-1", "meter-2"]
    assert states["meter-1"]["words"]["credit"] == "0,0 kWh"
