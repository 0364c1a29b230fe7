"""The current that the pump draws: its mean over a window, in mA."""

import math

import numpy as np
from numpy.typing import NDArray

from rig.errors import MisfitError, SeriesError
from rig.evaluation import inputs
from rig.evaluation.absences import said_of
from rig.evaluation.columns import read_column
from rig.evaluation.definition import ClaimKind, GraphKind, ResultPanel
from rig.evaluation.delivered import streams_of
from rig.evaluation.outcome import Evaluation
from rig.metrology.uncertainty.budget import Component, combine
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

# Where the current may stand in a record, the best first: capability of the instrument, and its channel.
_PLACES = (("meter", "current"), ("daq", "supply_current"))
_MA_PER_A = 1000.0
_FEWEST, _BLOCKS = 8, 16


def compute(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate the mean of the readings of a window, by the meter or else by the DAQ's channel `supply_current`.

    Raises SeriesError when neither was recorded, for fewer than 8 readings, and when neither the plan nor the bench
    file says how good the instrument is.
    """
    return mean_current(recipe, reader, place_of_current(reader))


def mean_current(recipe: Recipe, reader: RecordReader, place: tuple[str, str]) -> Evaluation:
    """Evaluate the mean of the readings of one stream and channel; raises as `compute`."""
    stream, channel = place
    current_ma, series = read_column(reader, stream, channel, recipe.from_ns, recipe.to_ns)
    if len(current_ma) < _FEWEST:
        raise SeriesError(f"{len(current_ma)} readings of {stream} in this window: {_FEWEST} are needed for a mean")
    mean_ma = float(current_ma.mean())
    u_ma, dof = _u_of_mean(current_ma)
    budget = combine(
        mean_ma,
        "mA",
        [
            Component("scatter of the readings", "A", mean_ma, u_ma, "mA", 1.0, dof),
            Component(
                "meter",
                "B",
                0.0,
                _accuracy_ma(recipe, reader, stream, mean_ma) / math.sqrt(3.0),
                "mA",
                1.0,
                shape="rectangular",
            ),
        ],
    )
    lost = (f"{series.lost} readings of {stream} were lost",) if series.lost else ()
    details = {"by": stream, "largest_ma": float(current_ma.max()), "readings": len(current_ma)}
    away = said_of(reader, recipe.from_ns, recipe.to_ns, stream)
    return Evaluation(budget, (*inputs.standing_invalid(reader, recipe.to_ns), *lost, *away), details)


def place_of_most_readings(reader: RecordReader, from_ns: int, to_ns: int) -> tuple[str, str]:
    """Return the stream and channel with the most readings of the current in a span: a motor turns for moments only."""
    return max(_places(reader), key=lambda place: len(reader.series(place[0], from_ns, to_ns, ()).t_ns))


def place_of_current(reader: RecordReader) -> tuple[str, str]:
    """Return the stream that tells the current into the pump, and its channel; raise SeriesError for none."""
    return _places(reader)[0]


def _places(reader: RecordReader) -> list[tuple[str, str]]:
    """Return where the current stands, the best instrument first; raise SeriesError when it stands nowhere."""
    found = [
        (stream, channel)
        for capability, channel in _PLACES
        for stream in streams_of(reader, capability)
        if channel in {one.name for one in reader.channels(stream)}
    ]
    if found:
        return found
    raise MisfitError(
        "the run recorded no current into the pump: give the bench file's meter sample_every_s, or the DAQ a channel "
        "supply_current"
    )


def _u_of_mean(current_ma: NDArray[np.float64]) -> tuple[float, float]:
    """Return the standard uncertainty of the mean, and its degrees of freedom.

    A current that wanders has neighbours that are alike: the means of equal parts tell that, where there are enough.
    """
    n = current_ma.size
    single = float(current_ma.std(ddof=1)) / math.sqrt(n), float(n - 1)
    if n < 4 * _BLOCKS:
        return single
    means = np.array([part.mean() for part in np.array_split(current_ma, _BLOCKS)])
    return max(single, (float(means.std(ddof=1)) / math.sqrt(_BLOCKS), float(_BLOCKS - 1)))


def _accuracy_ma(recipe: Recipe, reader: RecordReader, stream: str, mean_ma: float) -> float:
    """Return how far off the instrument may be, ± mA: as the plan says, or the meter's entry in the bench file."""
    if (said := recipe.parameters.get("accuracy_ma")) is not None:
        return float(said)
    declared = reader.start().instruments[stream]
    # The absolute part is in the instrument's own unit: a meter's is A, a DAQ has many.
    if declared.capability == "meter" and (stated := declared.accuracy) is not None:
        return stated.percent / 100.0 * abs(mean_ma) + stated.absolute * _MA_PER_A
    raise MisfitError(
        f"how good {stream} is stands nowhere: say accuracy_ma=… in the plan, or give a meter `accuracy` in the bench "
        "file (percent, and absolute in A)"
    )


KINDS = (
    ClaimKind(
        name="supply current",
        unit="mA",
        question="the mean current into the pump, in mA",
        compute=compute,
        parameters={"accuracy_ma": "how far off the meter may be, ± mA; left out, as the bench file says"},
        graph=GraphKind.CURRENT,
        panel=ResultPanel("Current into the pump", 3),
    ),
)
