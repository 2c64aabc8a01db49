"""An AC source that speaks SCPI over any link (serial or TCP). Its words are parameters of the target file.

Not executed on an instrument here: proven against a scripted peer over a memory link.
"""

from links.base import Link


class ScpiError(Exception):
    """The instrument did not answer, or said it has an error; the message is the whole sentence."""


class ScpiSource:
    """A programmable AC source.

    Args:
        link: to the instrument; closed with the run.
        voltage_command, frequency_command, output_command: its words, with ``{voltage_v}``,
            ``{frequency_hz}`` and ``{state}`` where the values go.
        identity_query: what it answers with its name; asked once, before the first command.
        answer_within_s: how long an answer may take, in seconds of the wall.

    Source: SCPI-1999, volume 2 (VOLTage, FREQuency, OUTPut); IEEE 488.2 (``*IDN?``).
    """

    def __init__(
        self,
        link: Link,
        *,
        voltage_command: str = "VOLT {voltage_v:.3f}",
        frequency_command: str = "FREQ {frequency_hz:.3f}",
        output_command: str = "OUTP {state}",
        identity_query: str = "*IDN?",
        answer_within_s: float = 2.0,
    ) -> None:
        self._link = link
        self._voltage_command = voltage_command
        self._frequency_command = frequency_command
        self._output_command = output_command
        self._answer_within_s = answer_within_s
        self._buffer = b""
        self.identity = self.ask(identity_query)

    def set(self, voltage_v: float, frequency_hz: float) -> None:
        """Apply this supply; 0 V switches the output off.

        Raises:
            ScpiError: the instrument reports an error afterwards.
        """
        if voltage_v > 0:
            self._say(self._frequency_command.format(frequency_hz=frequency_hz))
            self._say(self._voltage_command.format(voltage_v=voltage_v))
        self._say(self._output_command.format(state="ON" if voltage_v > 0 else "OFF"))
        complaint = self.ask("SYST:ERR?")
        if not complaint.lstrip("+").startswith("0"):
            raise ScpiError(f"the source {self._link.description} reports {complaint}")

    def ask(self, query: str) -> str:
        """One line of answer to `query`.

        Raises:
            ScpiError: none came in time.
        """
        self._say(query)
        until_s = self._link.now_s() + self._answer_within_s
        while b"\n" not in self._buffer:
            left_s = until_s - self._link.now_s()
            came = self._link.receive(left_s) if left_s > 0 else b""
            if not came:
                raise ScpiError(f"the source {self._link.description} does not answer {query}")
            self._buffer += came
        line, _, self._buffer = self._buffer.partition(b"\n")
        return line.decode("ascii", "replace").strip()

    def _say(self, command: str) -> None:
        self._link.send(command.encode("ascii") + b"\n")
