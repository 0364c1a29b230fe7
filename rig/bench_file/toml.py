"""TOML from people and other programs: whatever is wrong with it, the one error that says so."""

import tomllib


def read_toml(text: str) -> dict[str, object]:
    """Return the table that `text` is; raise tomllib.TOMLDecodeError for all else.

    tomllib itself runs out of stack where thousands of values lie in each other, and leaves a whole number of more
    than 4300 digits to Python, which refuses it.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        raise
    except RecursionError as error:
        raise tomllib.TOMLDecodeError("values lie in each other deeper than anybody writes them") from error
    except ValueError as error:
        raise tomllib.TOMLDecodeError(str(error).partition(";")[0]) from error
