"""Orders that an instrument must refuse: what it takes all the same is its fault, and no mistake of the plan."""

import contextlib
from collections.abc import Iterator

from rig.bench.instruments import Instruments
from rig.errors import NOT_SEEN, NotShownError, OutOfRangeError, PlanError, RefusedError
from rig.pump_skills import HandsOn


class ExpectsRefusals:
    """What a bench expects to be refused."""

    instruments: Instruments

    @contextlib.contextmanager
    def refusal(self, *, because: str = "", by_the_pump: bool = False) -> Iterator[None]:
        """Expect the one order of this block to be refused: by its driver, whose range it exceeds, or by the pump.

        `because` says what stands in its way, as a part of a sentence: "a bolus is under way". `by_the_pump` has the
        driver hand on what is beyond the range: the pump itself is asked, and must refuse it. Raises NotShownError
        where it is taken, or taken and not shown as it should be, PlanError where a driver cannot hand it on. All else
        that is raised is no refusal, and goes on its way.
        """
        said = f"an order that was to be refused{because and f', since {because},'}"
        try:
            with self._handing_on() if by_the_pump else contextlib.nullcontext():
                yield
        except OutOfRangeError:
            if by_the_pump:  # not even a message can hold it: nobody was asked
                raise
            return
        except RefusedError as error:
            if error.code != NOT_SEEN:
                return
            raise NotShownError(f"{said} was taken: {error.what}") from error
        raise NotShownError(f"{said} was taken")

    @contextlib.contextmanager
    def _handing_on(self) -> Iterator[None]:
        with contextlib.ExitStack() as stack:
            for name, pump in self.instruments.pumps():
                if not isinstance(pump, HandsOn):
                    raise PlanError(
                        f"refusal: the driver of {name} hands on nothing beyond its range (rig.pump_skills.HandsOn)"
                    )
                stack.enter_context(pump.handing_on())
            yield
