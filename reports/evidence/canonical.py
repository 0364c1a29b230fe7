"""The one JSON text that stands for a value: what is signed or hashed is written in it and in no other."""

import json
from collections.abc import Mapping

from rig.errors import BundleError, RecordError
from rig.record.bodies.codec import Json
from rig.record.schema import canonical_json


def canonical_bytes(value: Mapping[str, Json], what: str) -> bytes:
    """Return the UTF-8 bytes of a JSON object with sorted keys and no spaces; raises BundleError naming `what`."""
    try:
        return canonical_json(value, what).encode()
    except (RecordError, RecursionError) as error:
        raise BundleError(f"{what} cannot be written: {error}") from error


def read_canonical(data: bytes, what: str) -> dict[str, Json]:
    """Return the object that canonical bytes hold.

    Raises BundleError where they are no JSON object, or not written in its one form: two texts that say the same would
    be two ways to change one file unseen.
    """
    try:
        value = json.loads(data.decode())
    except (ValueError, RecursionError) as error:
        raise BundleError(f"{what} is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise BundleError(f"{what} is no JSON object")
    if canonical_bytes(value, what) != data:
        raise BundleError(f"{what} says what it says in another form than the one it is written in")
    return value
