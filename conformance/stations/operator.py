"""Stations that ask a person at the terminal: the driver for everything that no instrument reaches.

The questions go out and the answers come in through two callables, so that a test can play the person.
"""

from collections.abc import Callable

from conformance.stations.interfaces import Display, LoadReading, PulseCounts
from conformance.text import Text

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

    def do(self, task: Text) -> None:
        """Ask for a deed; return when the person says it is done."""
        done = Text("Pulse Intro cuando esté hecho: ", "Press Enter when done: ")
        self._ask(f"{task.spoken(self._lang)} {done.spoken(self._lang)}")

    def read(self, question: Text) -> str:
        """Ask what the person sees."""
        return self._ask(f"{question.spoken(self._lang)}: ").strip()

    def number(self, question: Text) -> float:
        """Ask for a number until one comes; a decimal comma is understood."""
        while True:
            answer = self.read(question).replace(",", ".")
            try:
                return float(answer)
            except ValueError:
                question = Text(
                    f"«{answer}» no es un número. {question.es}", f'"{answer}" is no number. {question.en}'
                )


class OperatorStation:
    """What all of them share: the person."""

    def __init__(self, operator: Operator) -> None:
        self._operator = operator


class OperatorKeypad(OperatorStation):
    """A person types and reads the screen."""

    def press(self, key: str) -> str:
        """Ask for one key."""
        return self._operator.read(
            Text(
                f"Pulse la tecla {key} y escriba lo que muestra la pantalla",
                f"Press the key {key} and type what the screen shows",
            )
        )

    def enter(self, digits: str) -> str:
        """Ask for a whole entry; digits are shown in groups of four, as tickets print them."""
        grouped = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
        return self._operator.read(
            Text(
                f"Teclee {grouped}, confirme, y escriba lo que muestra la pantalla",
                f"Key in {grouped}, confirm, and type what the screen shows",
            )
        )

    def display(self) -> Display:
        """Ask what is to be seen."""
        line = self._operator.read(Text("¿Qué muestra la pantalla?", "What does the screen show?"))
        return Display((line,), {})


class OperatorCarrier(OperatorStation):
    """A person at the meter's own token port."""

    def enter(self, digits: str) -> str:
        """Ask to hand over a token, and what came of it."""
        return self._operator.read(
            Text(
                f"Entregue {digits} por el puerto local de códigos y escriba el resultado",
                f"Hand {digits} over at the local token port and type the result",
            )
        )


class OperatorSource(OperatorStation):
    """A person at the supply."""

    def set(self, voltage_v: float, frequency_hz: float) -> None:
        """Ask for this supply."""
        self._operator.do(
            Text(
                f"Ponga la fuente en {voltage_v:g} V y {frequency_hz:g} Hz.",
                f"Set the source to {voltage_v:g} V and {frequency_hz:g} Hz.",
            )
        )


class OperatorLoad(OperatorStation):
    """A person at the load, with an ammeter, a wattmeter and a voltmeter."""

    def set(self, current_a: float, phase_deg: float = 0.0) -> None:
        """Ask for this load."""
        self._operator.do(
            Text(
                f"Ponga la carga en {current_a:g} A, desfase {phase_deg:g}°.",
                f"Set the load to {current_a:g} A at {phase_deg:g}° lagging.",
            )
        )

    def read(self) -> LoadReading:
        """Ask for the three readings."""
        current = self._operator.number(Text("Corriente de la carga, A", "Current of the load, A"))
        power = self._operator.number(Text("Potencia de la carga, W", "Power of the load, W"))
        return LoadReading(current, power, self._operator.number(Text("Tensión, V", "Voltage, V")))


class OperatorPulses(OperatorStation):
    """A person at the pulse counter."""

    def read(self) -> PulseCounts:
        """Ask for both counts."""
        active = self._operator.number(Text("Pulsos de energía activa", "Pulses of active energy"))
        reactive = self._operator.number(Text("Pulsos de energía reactiva", "Pulses of reactive energy"))
        return PulseCounts(int(active), int(reactive))


class OperatorCover(OperatorStation):
    """A person with a screwdriver."""

    def open(self, which: str) -> None:
        """Ask to open a cover."""
        self._operator.do(Text(f"Abra la tapa ({which}).", f"Open the {which} cover."))

    def close(self, which: str) -> None:
        """Ask to close it."""
        self._operator.do(Text(f"Cierre la tapa ({which}).", f"Close the {which} cover."))


class OperatorMagnet(OperatorStation):
    """A person with a magnet."""

    def apply(self) -> None:
        """Ask to hold it."""
        self._operator.do(Text("Acerque el imán al medidor.", "Hold the magnet to the meter."))

    def remove(self) -> None:
        """Ask to take it away."""
        self._operator.do(Text("Retire el imán.", "Take the magnet away."))


class OperatorSupply(OperatorStation):
    """A person at the breaker."""

    def off(self) -> None:
        """Ask to open it."""
        self._operator.do(Text("Corte la alimentación del medidor.", "Cut the meter's supply."))

    def on(self) -> None:
        """Ask to close it."""
        self._operator.do(Text("Restablezca la alimentación del medidor.", "Restore the meter's supply."))


class OperatorPause(OperatorStation):
    """A person at the communication cable."""

    def pause(self) -> None:
        """Ask to unplug it."""
        self._operator.do(Text("Desconecte el cable de comunicación.", "Unplug the communication cable."))

    def resume(self) -> None:
        """Ask to plug it in again."""
        self._operator.do(
            Text("Conecte de nuevo el cable de comunicación.", "Plug the communication cable in again.")
        )
