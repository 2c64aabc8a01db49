"""Stations that ask a person at the terminal: the driver for everything that no instrument reaches.

The questions go out and the answers come in through two callables, so that a test can play the person.
"""

from collections.abc import Callable

from conformance.stations.interfaces import Display, LoadReading, PulseCounts
from i18n import Message

Ask = Callable[[str], str]


class Operator:
    """A person who is asked in their language.

    Args:
        lang: ``es`` or ``en``.
        ask: shows a prompt and returns the line typed (`input` at a terminal).
    """

    def __init__(self, lang: str, ask: Ask = input) -> None:
        self._lang = lang
        self._ask = ask

    def do(self, task: Message) -> None:
        """Ask for a deed; return when the person says it is done."""
        done = Message("Press Enter when done: ")
        self._ask(f"{task.spoken(self._lang)} {done.spoken(self._lang)}")

    def read(self, question: Message) -> str:
        """Ask what the person sees."""
        return self._ask(f"{question.spoken(self._lang)}: ").strip()

    def number(self, question: Message) -> float:
        """Ask for a number until one comes; a decimal comma is understood."""
        while True:
            answer = self.read(question).replace(",", ".")
            try:
                return float(answer)
            except ValueError:
                question = Message('"{answer}" is no number. {question}', answer=answer, question=question)


class OperatorStation:
    """Base of the stations that a person operates."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator


class OperatorKeypad(OperatorStation):
    """A person types and reads the screen."""

    def press(self, key: str) -> str:
        """Ask for one key."""
        return self._operator.read(Message("Press the key {key} and type what the screen shows", key=key))

    def enter(self, digits: str) -> str:
        """Ask for a whole entry; digits are shown in groups of four, as tickets print them."""
        grouped = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
        return self._operator.read(
            Message("Key in {grouped}, confirm, and type what the screen shows", grouped=grouped)
        )

    def display(self) -> Display:
        """Ask what is to be seen."""
        line = self._operator.read(Message("What does the screen show?"))
        return Display((line,), {})


class OperatorCarrier(OperatorStation):
    """A person at the meter's own token port."""

    def enter(self, digits: str) -> str:
        """Ask to hand over a token, and what came of it."""
        return self._operator.read(
            Message("Hand {digits} over at the local token port and type the result", digits=digits)
        )


class OperatorSource(OperatorStation):
    """A person at the supply."""

    def set(self, voltage_v: float, frequency_hz: float) -> None:
        """Ask for this supply."""
        self._operator.do(
            Message(
                "Set the source to {voltage_v:g} V and {frequency_hz:g} Hz.",
                voltage_v=voltage_v,
                frequency_hz=frequency_hz,
            )
        )


class OperatorLoad(OperatorStation):
    """A person at the load, with an ammeter, a wattmeter and a voltmeter."""

    def set(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Ask for this load."""
        self._operator.do(
            Message(
                "Set the load to {current_a:g} A at {phase_deg:g}° lagging.",
                current_a=current_a,
                phase_deg=phase_deg,
            )
        )

    def read(self) -> LoadReading:
        """Ask for the three readings."""
        current = self._operator.number(Message("Current of the load, A"))
        power = self._operator.number(Message("Power of the load, W"))
        return LoadReading(current, power, self._operator.number(Message("Voltage, V")))


class OperatorPulses(OperatorStation):
    """A person at the pulse counter."""

    def read(self) -> PulseCounts:
        """Ask for both counts."""
        active = self._operator.number(Message("Pulses of active energy"))
        reactive = self._operator.number(Message("Pulses of reactive energy"))
        return PulseCounts(int(active), int(reactive))


class OperatorCover(OperatorStation):
    """A person with a screwdriver."""

    def open(self, which: str) -> None:
        """Ask to open a cover."""
        self._operator.do(Message("Open the {which} cover.", which=which))

    def close(self, which: str) -> None:
        """Ask to close it."""
        self._operator.do(Message("Close the {which} cover.", which=which))


class OperatorMagnet(OperatorStation):
    """A person with a magnet."""

    def apply(self) -> None:
        """Ask to hold it."""
        self._operator.do(Message("Hold the magnet to the meter."))

    def remove(self) -> None:
        """Ask to take it away."""
        self._operator.do(Message("Take the magnet away."))


class OperatorSupply(OperatorStation):
    """A person at the breaker."""

    def off(self) -> None:
        """Ask to open it."""
        self._operator.do(Message("Cut the meter's supply."))

    def on(self) -> None:
        """Ask to close it."""
        self._operator.do(Message("Restore the meter's supply."))


class OperatorPause(OperatorStation):
    """A person at the communication cable."""

    def pause(self) -> None:
        """Ask to unplug it."""
        self._operator.do(Message("Unplug the communication cable."))

    def resume(self) -> None:
        """Ask to plug it in again."""
        self._operator.do(Message("Plug the communication cable in again."))
