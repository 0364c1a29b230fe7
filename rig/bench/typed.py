"""What an instrument's driver raises, as one of the rig's errors: one that no sampler knows would end it unheard."""

import contextlib
from collections.abc import Iterator

from rig.errors import DriverFailedError, GarbledReplyError, NoReplyError, RefusedError, RigError

# What costs one reading; `rig.bench.sampling` says how many in a row mean that the instrument is gone.
MISSABLE = (NoReplyError, GarbledReplyError, RefusedError)


@contextlib.contextmanager
def typed(instrument: str, doing: str) -> Iterator[None]:
    """Let the rig's own errors through; raises DriverFailedError, with the instrument's name, for every other one."""
    try:
        yield
    except RigError:
        raise
    except Exception as error:
        raise DriverFailedError(
            instrument,
            f"{doing} failed in its driver: {type(error).__name__}: {error}",
            advice="look at the instrument and its cable; where both are well, the driver's author is to hear of this",
        ) from error
