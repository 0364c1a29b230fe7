"""What guards the pump inside the supply: over-voltage protection and where the voltage is sensed."""

import math

from instruments.scpi.dialect import parse_boolean
from instruments.scpi.queries import ScpiLink
from instruments.scpi_supply import dialect
from instruments.scpi_supply.outputs import Output
from rig.errors import QuantityError, RefusedError

# A protection has coarser steps than the output.
_STEP_V = 0.11
_TRIPS = {
    dialect.OVER_VOLTAGE_TRIPPED: "over-voltage protection",
    dialect.OVER_CURRENT_TRIPPED: "over-current protection",
}


class Protection:
    """The protections of one output. Every method raises an InstrumentError; RefusedError where it is not as wanted."""

    def __init__(self, link: ScpiLink, output: Output) -> None:
        self._link = link
        self._output = output

    def set_over_voltage(self, voltage_v: float) -> None:
        """Set from which voltage in V the output is switched off, arm that, and read both back."""
        commands = [dialect.set_over_voltage(voltage_v)]
        armed = self._output.answer(dialect.OVER_VOLTAGE_ON)
        if armed is not None:
            commands.append(dialect.enable_over_voltage())
        self._output.command("set_over_voltage", {"over_voltage_v": voltage_v}, *commands)
        found_v = self._output.number(dialect.OVER_VOLTAGE, unit="V", limit=math.inf, within=_STEP_V)
        if abs(found_v - voltage_v) > _STEP_V:
            raise self._refused(
                f"its over-voltage protection was set to {voltage_v:g} V, and the supply says {found_v:g} V",
                "over_voltage_v in the bench file must be within what the supply's protection can be set to",
                dialect.OVER_VOLTAGE,
            )
        if armed is not None and not self._output.boolean(dialect.OVER_VOLTAGE_ON):
            raise self._refused(
                "its over-voltage protection stays switched off",
                "switch the protection on at the supply's front panel, or take over_voltage_v out of the bench file",
                dialect.OVER_VOLTAGE_ON,
            )

    def sense(self, *, remotely: bool) -> None:
        """Have the voltage sensed at the load or at the terminals, and read back that it is; leaves what is so."""
        for query, command, load, terminals in dialect.REMOTE_SENSE:
            said = self._output.answer(query)
            if said is None:
                continue
            if dialect.is_sensed_remotely(said) is not remotely:
                wanted = f"{command} {load if remotely else terminals}"
                self._output.command("sense", {"remotely": remotely}, wanted)
                said = self._output.answer(query) or "nothing"
            if dialect.is_sensed_remotely(said) is not remotely:
                raise self._refused(
                    f"remote sense is to be {'on' if remotely else 'off'}, and the supply says {said}",
                    "set remote sense at the supply's front panel, and look at its sense wires",
                    query,
                )
            return
        raise self._refused(
            "it knows no command for remote sense",
            "set remote sense at the supply itself and take remote_sense out of the bench file",
            dialect.REMOTE_SENSE[0][0],
        )

    def demand_untripped(self, what: str) -> None:
        """Raise RefusedError that names every protection which has tripped, as the reason of `what`.

        Protections that the supply does not know have not tripped.
        """
        tripped = [name for query, name in _TRIPS.items() if self._is_set(query)]
        if tripped:
            raise self._link.reporter.refused(
                f"{what}: its {' and its '.join(tripped)} has tripped",
                "tripped",
                "find out why (a short circuit, a loose sense wire, a setting below what the pump draws), clear the "
                "protection at the supply and run the plan again",
                ", ".join(_TRIPS).encode("ascii"),
            )

    def _is_set(self, query: str) -> bool:
        """Tell whether a protection says that it has tripped, twice: one bit divides the answers."""
        try:
            return all((said := self._output.answer(query)) is not None and parse_boolean(said) for _ in range(2))
        except QuantityError:
            return False

    def _refused(self, what: str, advice: str, query: str) -> RefusedError:
        return self._link.reporter.refused(what, "protection", advice, query.encode("ascii"))
