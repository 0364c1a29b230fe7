"""Orders that an instrument must refuse: what it takes all the same is its fault, and no mistake of the plan."""

import contextlib
from collections.abc import Iterator

from rig.errors import NOT_SEEN, NotShownError, OutOfRangeError, RefusedError


class ExpectsRefusals:
    """What a bench expects to be refused."""

    @contextlib.contextmanager
    def refusal(self, *, because: str = "") -> Iterator[None]:
        """Expect the one order of this block to be refused: by its driver, whose range it exceeds, or by the pump.

        `because` says what stands in its way, as a part of a sentence: "a bolus is under way". Raises NotShownError
        where it is taken, or taken and not shown as it should be. Everything else that is raised is no refusal, and
        goes on its way.
        """
        said = f"an order that was to be refused{because and f', since {because},'}"
        try:
            yield
        except OutOfRangeError:
            return
        except RefusedError as error:
            if error.code != NOT_SEEN:
                return
            raise NotShownError(f"{said} was taken: {error.what}") from error
        raise NotShownError(f"{said} was taken")
