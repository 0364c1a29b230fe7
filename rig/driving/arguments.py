"""What a verb of a driver was given, looked at before anything is sent."""

import inspect
from collections.abc import Callable

from rig.errors import OutOfRangeError, PlanError

_NUMBERS = (float, int, "float", "int")


def check_arguments(
    instrument: str, verb: Callable[..., object], args: tuple[object, ...], kwargs: dict[str, object]
) -> None:
    """Raise PlanError for arguments that a verb does not take, OutOfRangeError for what is no number where one belongs.

    A number itself is the driver's to judge.
    """
    signature = inspect.signature(verb)
    try:
        given = signature.bind(*args, **kwargs).arguments
    except TypeError as error:
        takes = ", ".join(f"{name}=…" for name in signature.parameters) or "nothing"
        raise PlanError(f"{instrument}.{verb.__name__}: {error}; write {verb.__name__}({takes})") from error
    for name, value in given.items():
        wanted = signature.parameters[name].annotation in _NUMBERS
        if wanted and (isinstance(value, bool) or not hasattr(value, "__float__")):
            raise OutOfRangeError(
                instrument,
                f"{verb.__name__}({name}={value!r}) was refused before anything was sent",
                advice=f"a number is wanted, and this is {type(value).__name__}: write {name}=1.5, say",
            )
