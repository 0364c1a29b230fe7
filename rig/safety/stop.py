"""Ends delivery: by command, else by taking the pump's supply away."""

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from rig.capabilities import Daq, Pump, Supply
from rig.errors import RecordError, RigError, SafetyError
from rig.record import RunRecord


def stop_delivery(by_capability: Mapping[str, Any], record: RunRecord) -> None:
    """Stop the pump of a bench, if it has one.

    Raises SafetyError when the command failed, whether cutting the supply helped or not: such a pump did not pass.
    """
    pump: Pump | None = by_capability.get("pump")
    if pump is None:
        return
    try:
        pump.stop()
    except RigError as error:
        _cut_supply(by_capability, record, error)


def _cut_supply(by_capability: Mapping[str, Any], record: RunRecord, cause: RigError) -> None:
    """Act on every path there is first, and only then say so: a full disk must not keep the supply on."""
    daq: Daq | None = by_capability.get("daq")
    supply: Supply | None = by_capability.get("supply")
    acts: list[tuple[str, Callable[[], None]]] = []
    if daq is not None:
        acts.append(("interlock opened", lambda: daq.set_interlock(closed=False)))
    if supply is not None:
        acts.append(("supply switched off", lambda: supply.switch(on=False)))
    done: list[str] = []
    problems = [str(cause)]
    for what, act in acts:
        try:
            act()
            done.append(what)
        except RecordError as error:
            done.append(what)  # done, but the record would not take it
            problems.append(str(error))
        except RigError as error:
            problems.append(str(error))
    with contextlib.suppress(RecordError):  # the error below says all of it
        record.event("pump did not stop", {"done": done, "problems": problems})
    remedy = " and ".join(done) or "STOP IT BY HAND"
    raise SafetyError("\n".join([f"the pump did not stop when it was told to; {remedy}", *problems])) from cause
