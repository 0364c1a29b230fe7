"""Ends a plan that was told to end and goes on: it is told again, and at last the process is ended under it."""

import threading
from collections.abc import Callable

from rig.safety import interrupts

_GRACE_S = 2.0
_AGAIN_S = 1.0
_TIMES = 4


class Insisting:
    """Holds a plan to its end. `give_up` is called with why when the plan has swallowed every word; it must not return.

    `tell` is what `interrupts.doing_first` takes.
    """

    def __init__(self, give_up: Callable[[str], object]) -> None:
        self._give_up = give_up
        self._under_way = threading.Event()
        self._over = threading.Event()
        self._told = threading.Lock()

    def plan_begins(self) -> None:
        """A plan's body begins."""
        self._over.clear()
        self._under_way.set()

    def plan_ends(self) -> None:
        """A plan's body has ended."""
        self._under_way.clear()
        self._over.set()

    def tell(self, why: str) -> None:
        """Insist from now on that the plan under way ends; says nothing where there is none."""
        if self._under_way.is_set() and self._told.acquire(blocking=False):
            threading.Thread(target=self._insist, args=(why,), name="insisting", daemon=True).start()

    def _insist(self, why: str) -> None:
        try:
            if self._over.wait(_GRACE_S):
                return
            for _ in range(_TIMES):
                interrupts.raise_again_in_main(KeyboardInterrupt(f"{why}; the plan goes on, and is told again"))
                if self._over.wait(_AGAIN_S):
                    return
            self._give_up(why)
        finally:
            self._told.release()
