"""Whether instruments that were not reached answer at each other's ports: two plugs are soon swapped."""

from collections.abc import Iterator, Sequence

from rig.bench_file.reading import InstrumentEntry
from rig.driving import DriverContext
from rig.errors import InstrumentError

# Each is tried at the ports of all others, and each try may take the time of a silent instrument.
_MOST_TRIED = 4


def swapped(failed: Sequence[InstrumentEntry], context: DriverContext) -> Iterator[str]:
    """Yield a line for each that answers where the bench file puts another one; nothing is changed on either.

    A device server's and VISA's instruments have addresses of their own, and no plugs to be swapped.
    """
    plugged = [entry for entry in failed if _has_a_plug(entry.settings.port)][:_MOST_TRIED]
    for entry in plugged:
        for other in plugged:
            if other is not entry and _answers(entry, other.settings.port, context):
                yield (
                    f"{entry.name} answers on {other.settings.port}, which the bench file gives to {other.name}: "
                    "correct the ports there, or swap the plugs"
                )


def _has_a_plug(port: str) -> bool:
    return "::" not in port and "://" not in port and port != "local"


def _answers(entry: InstrumentEntry, port: str, context: DriverContext) -> bool:
    try:
        driver = entry.driver(entry.name, entry.settings.model_copy(update={"port": port}), context)
    except InstrumentError:
        return False
    driver.close()
    return True
