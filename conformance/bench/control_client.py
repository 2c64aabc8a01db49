"""Control channel of a served simulated field, over any link; small, for the demo uses it alone."""

from collections.abc import Mapping
from typing import Any

from links.base import Link
from protocols.field.errors import StationControlError
from protocols.field.station_control import StationControlClient

#: A wait of a month of device time may take the other process a while; in seconds of the wall.
ANSWER_WITHIN_S = 600.0


class ControlClient:
    """Asks one operation at a time.

    Args:
        link: to the channel; closed by its owner.
        secret: the bearer secret of the target file.
    """

    def __init__(self, link: Link, secret: str) -> None:
        self.link = link
        self._codec = StationControlClient(secret)

    def call(self, op: str, args: dict[str, Any], device: str | None = None) -> Mapping[str, Any]:
        """Do `op` at `device` (None: the first, or the only one); its result.

        Raises:
            StationControlError: refused, failed, or no answer.
            LinkClosedError: the channel is gone.
        """
        self.link.send(self._codec.request(op, args, device))
        wanted = self._codec.last_id
        until_s = self.link.now_s() + ANSWER_WITHIN_S
        while (left_s := until_s - self.link.now_s()) > 0:
            for response in self._codec.receive_data(self.link.receive(left_s)):
                if response.id in (wanted, 0):
                    return response.unwrap()
        raise StationControlError("failed", f"the control channel does not answer {op}")
