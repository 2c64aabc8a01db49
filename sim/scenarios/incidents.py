"""The faults that a scenario plans: each begins by itself at its time."""

from collections.abc import Callable, Iterable

from simpy import Environment

from protocols.field.errors import StationControlError
from sim.kernel.alarm import Alarm
from sim.kernel.faults import FaultBoard
from sim.scenarios.scenario import Incident, ScenarioError


def begin_incidents(
    env: Environment, incidents: Iterable[Incident], board: Callable[[str], FaultBoard]
) -> None:
    """Let every incident begin when its time comes.

    Args:
        env: the world's environment.
        incidents: what is planned.
        board: gives the fault board of a device by its name; raises LookupError.

    Raises:
        ScenarioError: a device or a fault does not exist.
    """
    for incident in incidents:
        try:
            faults = board(incident.device)
            faults.does(incident.fault)
        except (LookupError, StationControlError) as error:
            raise ScenarioError(f"[[incidents]] {incident.device}: {error.args[0]}") from error
        _plan(env, incident, faults)


def _plan(env: Environment, incident: Incident, faults: FaultBoard) -> None:
    def begin() -> None:
        faults.begin(incident.fault, incident.value, incident.for_s or None)

    Alarm(env, begin).set(incident.at_s)
