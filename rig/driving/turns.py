"""One verb at a time: drivers are called by the plan's thread and by a sampler's."""

import functools
import inspect
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import ParamSpec, TypeVar

from rig.driving.arguments import check_arguments
from rig.safety import interrupts

P = ParamSpec("P")
R = TypeVar("R")


def serialise(
    driver: object, around: Callable[[str], AbstractContextManager[None]] = lambda _: nullcontext()
) -> AbstractContextManager[object]:
    """Let one verb of a driver run at a time: on the wall clock a sampler's thread and the plan's both call it.

    `around` is entered with each verb's name before it waits for its turn; what it raises keeps the verb from running.
    Returns the turn itself: whoever holds it has the driver alone.
    """
    turn = threading.RLock()

    def in_turn(verb: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(verb)
        def wait_for_turn(*args: P.args, **kwargs: P.kwargs) -> R:
            if args or kwargs:
                check_arguments(getattr(driver, "name", type(driver).__name__), verb, args, kwargs)
            # A signal waits for the verb's end: half an exchange would garble the next one, which may be the stop.
            with interrupts.deferred(), around(verb.__name__), turn:
                return verb(*args, **kwargs)

        return wait_for_turn

    for name in dir(type(driver)):
        if not name.startswith("_") and inspect.isfunction(getattr(type(driver), name)):
            setattr(driver, name, in_turn(getattr(driver, name)))
    return turn
