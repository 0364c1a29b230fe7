"""Ends delivery: by command, else by taking the pump's supply away."""

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rig.capabilities import Daq, Pump, Supply
from rig.errors import GainAtRestError, RecordError, RigError, SafetyError
from rig.record.bodies.pump_events import DeliveredAfterStop, PumpDidNotStop


@dataclass(frozen=True, slots=True)
class Powering:
    """What feeds the pump, as far as the rig has a hand on it; None where the bench has no such instrument."""

    interlock: Daq | None = None
    supply: Supply | None = None


@dataclass(frozen=True, slots=True)
class AtRest:
    """What was seen of a pump that said that it stopped.

    `only_the_balance`: the motor was counted and stood still, and no flow sensor saw the flow; `alone`: one would have.
    """

    what: str
    only_the_balance: bool = False
    alone: bool = False


def stop_delivery(pump: Pump, powering: Powering, tell: Callable[[PumpDidNotStop], object]) -> None:
    """Stop a pump; `tell` takes what must be recorded when it does not stop.

    Raises SafetyError when the command failed, whether cutting the supply helped or not: such a pump did not pass.
    """
    try:
        pump.stop()
    except Exception as error:  # noqa: BLE001 - whatever a driver's stop raises, the pump has not stopped by it
        _cut_supply(powering, tell, error)


def end_by_every_way(pumps: Sequence[Pump], powering: Powering) -> tuple[list[str], list[str]]:
    """Stop each pump and take its power away; return what was done, and what went wrong. Raises nothing."""
    done: list[str] = []
    problems: list[str] = []
    for pump in pumps:
        try:
            pump.stop()
            done.append("pump stopped")
        except Exception as error:  # noqa: BLE001 - one pump that does not stop must not keep the next from it
            problems.append(_said(error))
    cut, not_cut = _every_way(powering)
    return [*done, *cut], [*problems, *not_cut]


def cut_delivery(powering: Powering, tell: Callable[[DeliveredAfterStop], object], seen: AtRest) -> None:
    """Take the supply away from a pump that seems to deliver though it said that it stopped, and raise SafetyError.

    `tell` takes what must be recorded. Raises GainAtRestError where the balance alone says so.
    """
    done, problems = _every_way(powering)
    with contextlib.suppress(RecordError):  # the error below says all of it
        tell(DeliveredAfterStop(seen.what, tuple(done)))
    remedy = " and ".join(done) or "STOP IT BY HAND"
    if seen.only_the_balance:
        said = "the balance gained mass though the pump said that it stopped and its motor made no edge"
        advice = (
            "close the line by hand: what goes on then is the balance, its zero or its warmth; what ends was free flow"
        )
        message = "\n".join([f"{said}: {seen.what}; {remedy}", advice, *problems])
        raise GainAtRestError(message, alone=seen.alone, advice=advice)
    advice = "if it goes on without power, close the line by hand: it is free flow"
    raise SafetyError(
        "\n".join([f"the pump delivers although it said that it stopped: {seen.what}; {remedy}", advice, *problems])
    )


def _cut_supply(powering: Powering, tell: Callable[[PumpDidNotStop], object], cause: Exception) -> None:
    """Act on every path there is first, and only then say so: a full disk must not keep the supply on."""
    done, problems = _every_way(powering)
    problems = [_said(cause), *problems]
    with contextlib.suppress(RecordError):  # the error below says all of it
        tell(PumpDidNotStop(tuple(done), tuple(problems)))
    remedy = " and ".join(done) or "STOP IT BY HAND"
    raise SafetyError("\n".join([f"the pump did not stop when it was told to; {remedy}", *problems])) from cause


def _every_way(powering: Powering) -> tuple[list[str], list[str]]:
    """Take the pump's power away by every way there is; return what was done, and what went wrong."""
    daq, supply = powering.interlock, powering.supply
    acts: list[tuple[str, Callable[[], None]]] = []
    if daq is not None:
        acts.append(("interlock opened", lambda: daq.set_interlock(closed=False)))
    if supply is not None:
        acts.append(("supply switched off", lambda: supply.switch(on=False)))
    done: list[str] = []
    problems: list[str] = []
    for what, act in acts:
        try:
            act()
            done.append(what)
        except RecordError as error:
            done.append(what)  # done, but the record would not take it
            problems.append(str(error))
        except Exception as error:  # noqa: BLE001 - one way that fails must not keep the next from being tried
            problems.append(_said(error))
    return done, problems


def _said(error: Exception) -> str:
    return str(error) if isinstance(error, RigError) else f"{type(error).__name__}: {error}"
