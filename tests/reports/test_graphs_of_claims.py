"""Each kind of claim has a graph, with the number of its verdict in it; a broken world is seen there."""

import numpy as np
import pytest

from reports.facts.graphs import OF_PLANS, OF_RESULTS
from reports.facts.pump_graphs import BOOKS
from rig.channels import Channel
from rig.evaluation.definition import GraphKind
from rig.evaluation.registry import kinds
from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.judging import Limit
from rig.samples import Block
from tests.evaluation.happenings import challenge, clock_ahead, status, tell
from tests.reports.drawn_claims import chart, drawn, line, minutes_of


def test_every_kind_of_claim_is_drawn():
    assert {kind.graph for kind in kinds().values()} <= OF_RESULTS.keys() | OF_PLANS


def test_what_is_drawn_as_the_pump_s_books_is_known_there():
    assert {name for name, kind in kinds().items() if kind.graph is GraphKind.BOOKS} == BOOKS.keys()


def test_a_step_that_was_not_made_stands_apart_from_its_programme(world):
    record = world((0, 20.0), (10, 0.0), programme=((0, 20.0), (4, 60.0), (10, 0.0)))
    _, graphs = drawn(record, ("volume error", Limit("%", -5.0, 5.0), {"programmed_ul": 440.0}))
    found = chart(graphs, "programme")
    apart = line(found, "programmed").y - line(found, "weighed").y
    x = found.curves[0].x
    medians = np.median(apart[x < 3.9]), np.median(apart[x > 4.5])
    assert medians == pytest.approx((0.0, 40.0), abs=0.5)


def test_the_volume_of_a_late_change_is_the_level_behind_it(world):
    record = world((0, 20.0), (5.05, 100.0), (10, 0.0), programme=((0, 20.0), (5, 100.0), (10, 0.0)))
    limit = Limit("µL", -1.0, 1.0)
    (result,), graphs = drawn(record, ("transition volume", limit, {}), window=(3.0, 8.0))
    found = chart(graphs, "change")
    weighed_ul, x = line(found, "weighed").y, line(found, "weighed").x
    assert np.median(weighed_ul[x > 60.0]) == pytest.approx(result.number.value, abs=0.1)
    assert result.number.value == pytest.approx(-4.0, abs=0.3)


def test_flow_at_rest_rises_beyond_its_limit(world):
    record = world((0, 20.0), (5, 1.0), programme=((0, 20.0), (5, 0.0)))
    (result,), graphs = drawn(record, ("zero flow", Limit("µL/h", -0.5, 0.5), {}), window=(6.0, 10.0))
    found = chart(graphs, "rest")
    assert line(found, "zero flow").y[-1] == pytest.approx(result.number.value * 4.0, rel=1e-3)
    assert line(found, "weighed").y[-1] > line(found, "upper limit").y[-1]


def test_what_was_made_up_is_the_end_of_its_graph(world):
    record = world((0, 20.0), (5, 0.0), (6, 40.0), (6.5, 0.0), programme=((0, 20.0), (5, 0.0)))
    claim = ("nothing made up", Limit("µL", -1.0, 1.0), {"after": "stop"})
    (result,), graphs = drawn(record, claim)
    assert line(chart(graphs, "made up"), "weighed").y[-1] == pytest.approx(result.number.value, abs=0.5)
    assert result.number.value == pytest.approx(20.0, abs=0.5)


def test_delivery_that_goes_on_rises_behind_its_mark(world):
    record = world((0, 20.0), programme=((0, 20.0), (5, 0.0)))
    _, graphs = drawn(record, ("delivery ended", None, {"within_s": 60.0, "after": "stop"}))
    found = chart(graphs, "rest")
    over = next(mark.at for mark in found.marks if mark.name == "to be over")
    weighed_ul = line(found, "weighed")
    assert np.ptp(weighed_ul.y[weighed_ul.x > over]) > 50.0


def test_books_that_count_more_run_out_of_their_limits(world):
    record = world((0, 20.0), (10, 0.0))
    hours = np.arange(33 * 60 + 1) / 60.0
    clock_ahead(record, 0.0, delivered=1.1 * 20.0 * np.clip(hours - 4.0, 0.0, 10.0))
    _, graphs = drawn(record, ("books error", Limit("%", -5.0, 5.0), {}))
    found = chart(graphs, "books")
    assert line(found, "pump's count").y[-1] > line(found, "upper limit").y[-1] > 0.0


def test_a_reservoir_that_falls_as_was_delivered_stays_level(world):
    record = world((0, 20.0), (10, 0.0))
    hours = np.arange(33 * 60 + 1) / 60.0
    clock_ahead(record, 0.0, reservoir=5_000.0 - 20.0 * np.clip(hours - 4.0, 0.0, 10.0))
    _, graphs = drawn(record, ("reservoir error", Limit("%", -5.0, 5.0), {}))
    assert np.abs(line(chart(graphs, "books"), "pump's estimate of its reservoir").y).max() < 1.0


def test_windows_lie_in_the_middle_of_twice_their_uncertainty(world):
    record = world((0, 100.0), (10, 0.0))
    claim = ("share of windows inside", Limit("%", lower=95.0), {"minutes": 60.0, "percent": 5.0})
    (result,), graphs = drawn(record, claim)
    found = chart(graphs, "windows")
    upper, lower, error = (line(found, name).y for name in ("upper end of U", "lower end of U", "60 min"))
    u_percent = np.array(result.details["u_percent"])
    assert np.array([upper - error, error - lower]) == pytest.approx(2.0 * np.array([u_percent, u_percent]))


def test_windows_judged_one_by_one_are_drawn_with_what_they_were_judged_by(world):
    record = world((0, 100.0), (10, 0.0))
    (result,), graphs = drawn(record, ("flow in windows", Limit("%", -5.0, 5.0), {"minutes": 60.0}))
    found = chart(graphs, "windows")
    upper, error = (line(found, name).y for name in ("upper end of U", "60 min"))
    assert upper - error == pytest.approx(result.details["guard_bands"])
    place = int(np.argmax(np.abs(error)))
    assert (upper - error)[place] == pytest.approx(result.number.expanded)


def test_a_clock_that_runs_away_has_the_slope_of_its_drift(world):
    record = world((0, 20.0), (10, 0.0))
    clock_ahead(record, 200e-6 * 3600.0 * np.arange(33 * 60 + 1) / 60.0)
    limit = Limit("ppm", -50.0, 50.0)
    (result,), graphs = drawn(record, ("pump clock drift", limit, {"resolution_s": 0.001}))
    drift = line(chart(graphs, "clock"), "pump clock drift")
    slope = (drift.y[-1] - drift.y[0]) / (drift.x[-1] - drift.x[0])
    assert slope / 3600.0 * 1e6 == pytest.approx(result.number.value)
    assert result.number.value == pytest.approx(200.0, rel=0.01)


def test_a_current_beyond_its_limit_is_drawn_beyond_it(world):
    record = world((0, 20.0), (10, 0.0))
    record.descriptor("meter", (Channel("current", "mA"),), {})
    t_ns, current = minutes_of(0.4)
    record.samples("meter", Block(t_ns, {"current": current}))
    claim = ("supply current", Limit("mA", upper=0.3), {"accuracy_ma": 0.01})
    (result,), graphs = drawn(record, claim)
    found = chart(graphs, "current")
    assert line(found, "readings").y.min() > line(found, "upper limit").y[0]
    assert line(found, "supply current").y[0] == result.number.value


def test_the_pressure_of_a_closed_line_has_its_number_at_the_release(world):
    record = world((0, 20.0), (10, 0.0))
    record.descriptor("daq", (Channel("line_pressure", "kPa"),), {})
    minutes = np.arange(33 * 60 + 1) - 4 * 60
    t_ns, _ = minutes_of(0.0)
    record.samples(
        "daq", Block(t_ns, {"line_pressure": np.where((minutes > 60) & (minutes < 120), minutes - 60.0, 0.0)})
    )
    challenge(record, 3600, ChallengeKind.OCCLUSION, until_s=2 * 3600)
    claim = ("occlusion pressure", Limit("kPa", upper=40.0), {"accuracy_kpa": 1.0})
    (result,), graphs = drawn(record, claim)
    found = chart(graphs, "pressure")
    point = line(found, "occlusion pressure")
    assert (point.x[0], point.y[0]) == (pytest.approx(60.0), result.number.value)
    assert point.y[0] > line(found, "highest occlusion pressure").y[0]


def test_a_release_sets_free_what_its_graph_steps_by(world):
    # Closed for an hour: 20 µL come at once when it is opened.
    course = ((0, 20.0), (2, 0.0), (3, 20.0 * 60.0 + 20.0), (3 + 1 / 60.0, 20.0), (10, 0.0))
    record = world(*course, programme=((0, 20.0), (10, 0.0)))
    challenge(record, 2 * 3600, ChallengeKind.OCCLUSION, until_s=3 * 3600)
    (result,), graphs = drawn(record, ("released bolus", Limit("µL", upper=5.0), {}))
    found = line(chart(graphs, "release"), "weighed")
    ten_minutes_behind = float(np.interp(10.0, found.x, found.y))
    assert ten_minutes_behind - 20.0 / 6.0 == pytest.approx(result.number.value, abs=0.5)
    assert result.number.value == pytest.approx(20.0, abs=0.5)


def test_the_most_in_24_hours_is_the_highest_of_its_graph(world):
    record = world((0, 20.0), (10, 0.0))
    (result,), graphs = drawn(record, ("most in 24 h", Limit("µL", upper=150.0), {}))
    found = chart(graphs, "day")
    assert line(found, "weighed").y.max() == pytest.approx(result.number.value)
    assert line(found, "weighed").y.max() > line(found, "upper limit").y[0]


def test_what_flows_back_lies_between_its_marks(world):
    record = world((0, 20.0), (5, -60.0), (5.5, 20.0), (10, 0.0), programme=((0, 20.0), (10, 0.0)))
    (result,), graphs = drawn(record, ("reverse flow", Limit("µL", upper=1.0), {}))
    found = chart(graphs, "rest")
    falls, lowest = (mark.at for mark in found.marks)
    weighed_ul = line(found, "weighed")
    fall = np.interp(falls, weighed_ul.x, weighed_ul.y) - np.interp(lowest, weighed_ul.x, weighed_ul.y)
    assert (falls, lowest) == (pytest.approx(5.0, abs=0.05), pytest.approx(5.5, abs=0.05))
    assert fall == pytest.approx(result.number.value, abs=0.2)


def test_a_square_bolus_that_stands_still_leaves_its_line(world):
    record = world((0, 60.0), (1, 0.0), (2, 60.0), (3, 0.0), programme=())
    tell(record, 0, "give_square_bolus", volume_ul=120.0, over_minutes=180.0)
    (result,), graphs = drawn(record, ("square bolus evenness", Limit("%", -5.0, 5.0), {}), window=(0.0, 4.0))
    found = chart(graphs, "evenness")
    off = line(found, "deviation").y
    assert off[np.argmax(np.abs(off))] == result.number.value
    assert np.abs(off).max() > line(found, "upper limit").y[0]


def test_the_time_to_an_occlusion_alarm_is_marked_behind_the_latest_allowed(world):
    record = world((0, 20.0), (10, 0.0))
    record.descriptor("daq", (Channel("line_pressure", "kPa"),), {})
    t_ns, pressure = minutes_of(1.0)
    record.samples("daq", Block(t_ns, {"line_pressure": pressure}))
    clock_ahead(record, 0.0)
    status(record, (60.0, "infusing", ()))
    challenge(record, 3600, ChallengeKind.OCCLUSION, until_s=2 * 3600)
    status(record, (2.5 * 3600, "infusing", ("occlusion",)))
    claim = ("time to alarm", Limit("s", upper=1800.0), {"alarm": "occlusion"})
    (result,), graphs = drawn(record, claim)
    marks = {mark.name: mark.at for mark in chart(graphs, "pressure").marks}
    assert marks == {"alarm at the latest": 30.0, "alarm": pytest.approx(result.number.value / 60.0)}


def test_a_supply_that_falls_is_drawn_with_the_alarm_that_it_raises(world):
    record = world((0, 20.0), (10, 0.0))
    hours = np.arange(33 * 60 + 1) / 60.0 - 4.0
    record.descriptor("pump", (Channel("battery", "V"),), {})
    t_ns, battery = minutes_of(np.where(hours > 2.0, 2.4, 3.0))
    record.samples("pump", Block(t_ns, {"battery": battery}))
    status(record, (60.0, "infusing", ()))
    challenge(record, 2 * 3600, ChallengeKind.SUPPLY_VOLTAGE, until_s=3 * 3600)
    status(record, (3 * 3600 + 60.0, "infusing", ("battery_low",)))
    _, graphs = drawn(record, ("no alarm", None, {}))
    found = chart(graphs, "power")
    battery = line(found, "pump: battery")
    (alarm,) = found.marks
    assert (alarm.name, np.interp(alarm.at, battery.x, battery.y)) == ("battery_low", pytest.approx(2.4))


def test_a_graph_that_cannot_be_drawn_says_why(world):
    record = world((0, 20.0), (10, 0.0))
    _, graphs = drawn(record, ("supply current", Limit("mA", upper=0.3), {}))
    assert any(one.startswith("supply current: no graph: the run recorded no current") for one in graphs.remarks)


def test_the_most_in_any_span_is_the_highest_point_of_its_graph(world):
    record = world((0, 20.0), (10, 0.0), programme=((0, 20.0), (10, 0.0)))
    (result,), graphs = drawn(record, ("most in any span", Limit("µL", upper=150.0), {"hours": 2.0}), window=(1.0, 9.0))
    assert line(chart(graphs, "day"), "weighed").y.max() == pytest.approx(result.number.value, rel=1e-9)
