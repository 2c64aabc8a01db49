"""Independent clients at a meter behind the concentrator of ``amibench sim serve``: by SAP and by gateway header.

None of the peers writes the gateway header, so for that way a relay stands before the concentrator: it puts the
header around each of the peer's own APDUs and takes it off the answers, and changes nothing else.
"""

import json
import socket
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from our_session import our_session
from peer_features import plain

from links import open_link
from protocols.dlms.client import ClientConnection, Lls
from protocols.dlms.gateway import GatewayMessage, decode_gateway
from protocols.field.station_control import StationControlClient
from protocols.sts.token import TransferCredit, encode_token
from sim.meter.parts import DEFAULT_PARTS
from sim.scenarios.scenario import load_scenario
from sim.scenarios.site_meters import check_models

pytestmark = pytest.mark.oracle
