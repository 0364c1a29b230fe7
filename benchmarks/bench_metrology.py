"""A month at 10 Hz through the dose engine, on one core, beside the time of reading the same arrays once."""

import contextlib
import multiprocessing
import resource
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection

import numpy as np

from benchmarks.table import Row
from rig.clock import stopwatch_ns
from rig.metrology.curves.from_readings import curves
from rig.metrology.curves.schedules import Schedule
from rig.metrology.curves.trumpet import trumpet
from rig.metrology.weighing.conditions import Ambient, BalanceSpecification
from rig.metrology.weighing.corrections import Corrections
from rig.metrology.weighing.evaporation import EvaporationRate
from rig.metrology.weighing.flow import MeanFlow, mean_flow
from rig.metrology.weighing.flow_draws import draw_error

DAYS = 30
HZ = 10
RATE_UL_H = 41.7
WINDOWS_MIN = (15.0, 60.0, 150.0, 330.0, 570.0, 930.0)
AMBIENT = Ambient(
    liquid_temperature_c=20.0,
    air_temperature_c=20.0,
    air_pressure_hpa=1013.25,
    relative_humidity_percent=50.0,
    u_liquid_temperature_k=0.3,
    u_air_temperature_k=0.3,
    u_air_pressure_hpa=1.0,
    u_relative_humidity_percent=3.0,
)
BALANCE = BalanceSpecification(readability_mg=0.1, repeatability_mg=0.1, linearity_mg=0.2, calibration_relative_u=1e-5)
EVAPORATION = EvaporationRate(0.1, 0.005, 60.0, 0.5, 0.001)
CORRECTIONS = Corrections(EVAPORATION, AMBIENT, BALANCE)


def rows() -> Iterator[Row]:
    """Measure in a fresh process, so that the peak of memory is this part's own."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(theirs,))
    process.start()
    theirs.close()
    with contextlib.suppress(EOFError):  # it has told all, or it failed and said why itself
        while True:
            yield ours.recv()
    process.join()
    if process.exitcode != 0:
        raise RuntimeError(f"the measuring process ended with {process.exitcode}")


def _tell(pipe: Connection) -> None:
    with pipe:
        for row in _measure():
            pipe.send(row)


def _measure() -> Iterator[Row]:
    t_s, mass_mg = _series(DAYS)
    what = f"{DAYS} d at {HZ} Hz, corrections + flow + start-up + trumpet"
    read_s = _seconds(lambda: (t_s.sum(), mass_mg.sum()))
    coarse_s = _seconds(lambda: _evaluate(t_s, mass_mg, DAYS, interval_min=15.0))
    peer = f"reading both arrays once takes {read_s:.3g} s"
    yield Row(f"{what}, S = 15 min", coarse_s, "s", "≤ 1.5 s", peer)
    yield Row("  time over reading both arrays once, S = 15 min", coarse_s / read_s, "×", "", "")
    half_s = _seconds(lambda: _evaluate(t_s[: t_s.size // 2], mass_mg[: t_s.size // 2], DAYS / 2, interval_min=15.0))
    yield Row("  time over that of half of the samples", coarse_s / half_s, "×", "2 ×", "linear in samples")
    fine_s = _seconds(lambda: _evaluate(t_s, mass_mg, DAYS, interval_min=1.0 / (60 * HZ)))
    yield Row(f"{what}, S = 0.1 s", fine_s, "s", "≤ 1.5 s", "every reading is a sample of the trumpet")
    yield Row("  samples per second, S = 0.1 s", t_s.size / fine_s / 1e6, "M/s", "≥ 17 M/s", "")
    yield Row("  time over reading both arrays once, S = 0.1 s", fine_s / read_s, "×", "", "")
    peak_gb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    alone = f"readings alone {t_s.nbytes * 2 / 1e9:.2g} GB"
    yield Row("  peak memory, readings included", peak_gb, "GB", "≤ 1.5 GB", alone)
    short_s, long_s = (_seconds(lambda p=p: _one_window(mass_mg, p)) for p in (WINDOWS_MIN[0], WINDOWS_MIN[-1]))
    yield Row("  window of 930 min over window of 15 min", long_s / short_s, "×", "1 ×", "independent of the window")
    flow = _evaluate(t_s[: 25 * 3600 * HZ], mass_mg[: 25 * 3600 * HZ], 25 / 24, interval_min=15.0)
    draws_s = _seconds(lambda: draw_error(flow.gain, RATE_UL_H, corrections=CORRECTIONS, seed=1))
    yield Row("Monte Carlo, 10⁶ draws of a mean flow error", draws_s, "s", "≤ 1 s", "")


def _series(days: float) -> tuple[np.ndarray, np.ndarray]:
    """Return times and masses, made in blocks so that making them sets no peak of memory."""
    rng = np.random.default_rng(1)
    n = round(days * 86_400 * HZ)
    t_s, mass_mg = np.empty(n), np.empty(n)
    for start in range(0, n, 1 << 18):
        part = slice(start, min(start + (1 << 18), n))
        t_s[part] = np.arange(part.start, part.stop) / HZ
        mass_mg[part] = RATE_UL_H / AMBIENT.z_ul_mg * t_s[part] / 3600.0 + rng.normal(0.0, 0.1, part.stop - part.start)
    return t_s, mass_mg


def _evaluate(t_s: np.ndarray, mass_mg: np.ndarray, days: float, *, interval_min: float) -> MeanFlow:
    stable_min = min(1440.0, days * 1440.0 / 25.0 // 15.0 * 15.0)
    schedule = Schedule(
        interval_min=interval_min,
        startup_min=stable_min,
        analysis_start_min=stable_min,
        analysis_min=(days * 1440.0 - stable_min) // 15.0 * 15.0 - 15.0,
        windows_min=WINDOWS_MIN,
    )
    conditions = {"programmed_ul_h": RATE_UL_H, "corrections": CORRECTIONS}
    curves(t_s, mass_mg, schedule=schedule, **conditions)
    return mean_flow(t_s, mass_mg, **conditions)


def _one_window(volume_ul: np.ndarray, window_min: float) -> None:
    minutes = (volume_ul.size - 1) // (60 * HZ) / 15.0 // 1.0 * 15.0
    schedule = Schedule(
        interval_min=1.0 / (60 * HZ),
        startup_min=15.0,
        analysis_start_min=0.0,
        analysis_min=minutes,
        windows_min=(window_min,),
    )
    trumpet(volume_ul, schedule, RATE_UL_H)


def _seconds(call: Callable[[], object], repeats: int = 3) -> float:
    """Return the shortest of `repeats` times: what the work takes when nothing else is in the way."""
    times = []
    for _ in range(repeats):
        begin_ns = stopwatch_ns()
        call()
        times.append((stopwatch_ns() - begin_ns) / 1e9)
    return min(times)
