"""An instrument found out of tolerance: every result since its last good calibration, and none before or after."""

import pytest

from reports.matrix.grounds import Grounds, Judged, Used
from reports.matrix.out_of_tolerance import results_since, suspect
from rig.errors import PlanError
from rig.record.bodies.judging import LimitsInForce, RequirementsInForce
from rig.record.bodies.start import CalibrationStatus
from tests.history.lines import DAY_NS, EPOCH_NS


def run(number, calibration="", *, bench="bench-1", name="balance", as_found=""):
    """Return a run of that day with a balance that has that calibration ("": none), and one result."""
    status = CalibrationStatus(calibration, "2026-12-31", as_found) if calibration else None
    return Grounds(
        run=f"run-{number}",
        begun_utc_ns=EPOCH_NS + number * DAY_NS,
        bench=bench,
        kind="physical",
        dut="P-1",
        clock="wall",
        rules=3,
        weighs=True,
        limits=LimitsInForce(),
        requirements=RequirementsInForce(),
        sources=(),
        used=(Used("pump", "pump's"), Used(name, "balance's", status)),
        results=(Judged(2, "flow error", "test_a.py::test_a", "PASS"),),
    )


def suspects(runs, **more):
    meant = suspect(runs, "balance", **more)
    return [one.run for one in results_since(runs, meant)]


YEARS = [run(1, "C-1"), run(2, "C-1"), run(3, "C-2", as_found="within tolerance"), run(4, "C-2"), run(5)]


def test_what_is_found_now_touches_every_run_since_the_newest_calibration():
    assert suspects(YEARS) == ["run-3", "run-4", "run-5"]


@pytest.mark.parametrize("as_found", ["out of tolerance", "0.4 mg off at 10 g", "NOT within", "failed", "exceeds"])
def test_a_calibration_that_found_it_touches_the_runs_since_the_one_before(as_found):
    assert suspects([*YEARS, run(6, "C-3", as_found=as_found), run(7, "C-3")]) == ["run-3", "run-4", "run-5"]


def test_the_order_is_that_of_the_runs_not_of_the_records():
    assert suspects([run(6, "C-3", as_found="out of tolerance"), *reversed(YEARS)]) == ["run-5", "run-4", "run-3"]


def test_a_last_good_calibration_may_be_named():
    assert suspects(YEARS, last_good="C-1") == ["run-1", "run-2", "run-3", "run-4", "run-5"]


def test_where_no_earlier_calibration_is_known_all_runs_before_are_touched():
    runs = [run(1), run(2), run(3, "C-1", as_found="out of tolerance"), run(4, "C-1")]
    assert suspects(runs) == ["run-1", "run-2"]
    assert "no record has an earlier calibration" in suspect(runs, "balance").said()


def test_an_instrument_is_found_by_its_calibration_on_any_bench():
    elsewhere = [run(3, "C-2", bench="bench-2", name="scale"), run(4, "C-9", bench="bench-2", name="scale")]
    assert suspects([*YEARS, *elsewhere], bench="bench-1") == ["run-3", "run-4", "run-5", "run-3"]


def test_a_run_that_still_has_the_old_calibration_is_of_its_time():
    runs = [run(1, "C-1"), run(2, "C-2"), run(3, "C-1"), run(4, "C-3", as_found="out of tolerance"), run(5, "C-2")]
    assert suspects(runs) == ["run-2", "run-3", "run-5"]


def test_what_was_taken_for_good_and_what_found_it_are_said():
    said = suspect([*YEARS, run(6, "C-3", as_found="out of tolerance")], "balance").said()
    assert said == (
        "balance on bench-1: last good calibration C-2 (due 2026-12-31), first in run-3 of 2026-01-08; "
        "C-3 found it 'out of tolerance', first in run-6 of 2026-01-11"
    )


@pytest.mark.parametrize(
    "more, said",
    [
        ({"instrument": "balanc"}, "no record has an instrument 'balanc'; they have balance, pump; did you mean"),
        ({"bench": "bench-7"}, "no record of bench 'bench-7' has balance; it is on bench-1, bench-2"),
        ({}, "balance stands on bench-1, bench-2: say which with --bench NAME"),
        ({"bench": "bench-1", "last_good": "C-7"}, "no record has calibration 'C-7' of balance; they have C-1, C-2"),
    ],
)
def test_what_is_not_in_the_records_is_refused_with_what_is(more, said):
    with pytest.raises(PlanError) as raised:
        suspect([*YEARS, run(1, bench="bench-2")], **{"instrument": "balance", **more})
    assert str(raised.value).startswith(said)
