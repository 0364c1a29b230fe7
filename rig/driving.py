"""What every driver is given and what it must say about itself.

A driver is a class named `Driver` with the class attributes `capability` (a key of `rig.capabilities.CAPABILITIES`),
`measuring` (True when verdicts rest on what it measures, so that it needs a calibration) and `Settings` (a subclass
of `rig.bench_file.tables.InstrumentSettings`), constructed as `Driver(name, settings, context)`. Constructing it opens
the port and makes sure that the right instrument answers; it raises ConnectionFailedError (or another
InstrumentError) else.
"""

import functools
import inspect
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rig.capabilities import Exchange
from rig.clock import Clock
from rig.safety import interrupts


@dataclass(frozen=True, slots=True)
class DriverContext:
    """The clock of the bench, and where commands and their replies are reported for the record.

    Drivers report what changes something (start, stop, tare, set), not what only reads.
    """

    clock: Clock
    journal: Callable[[Exchange], object]


def serialise(driver: Any) -> None:
    """Let one verb of a driver run at a time: on the wall clock a sampler's thread and the plan's both call it."""
    turn = threading.RLock()

    def in_turn(verb: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(verb)
        def wait_for_turn(*args: Any, **kwargs: Any) -> Any:
            # A signal waits for the verb's end: half an exchange would garble the next one, which may be the stop.
            with interrupts.deferred(), turn:
                return verb(*args, **kwargs)

        return wait_for_turn

    for name in dir(type(driver)):
        if not name.startswith("_") and inspect.isfunction(getattr(type(driver), name)):
            setattr(driver, name, in_turn(getattr(driver, name)))
