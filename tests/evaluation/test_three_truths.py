"""Programme, the pump's own books and what was weighed: one truth, or which of them is off, with known answers."""

import numpy as np
import pytest

from rig.channels import Channel
from rig.errors import PlanError
from rig.evaluation.case import Case
from rig.evaluation.claims.shown_causes import check_cause, shows
from rig.evaluation.truths import truths_of
from rig.record.bodies.challenges import ChallengeKind
from rig.record.bodies.events import PlanBegins
from rig.record.bodies.pump_events import EdgesCounted
from rig.record.bodies.recipe import Recipe
from rig.samples import Block
from tests.evaluation.happenings import WINDOW, challenge, clock_ahead, judged, log, ns, put, status, tell
from tests.evaluation.records import EPOCH_NS, HOUR_NS, START, Z_UL_MG, weighed

RATE_UL_H, HOURS = 40.0, 10
WHOLE_UL = RATE_UL_H * HOURS
INSTRUMENTS = {**START["instruments"], "flow": {"capability": "flow", "accuracy": {"percent": 5.0, "absolute": 0.5}}}
BENCH = {"dut": {"stroke_ul": 0.5, "motor_edges_per_stroke": 8.0}, "instruments": INSTRUMENTS}


def delivered_ul(hour):
    return RATE_UL_H * np.clip(hour - 4, 0, HOURS)


def recorded(
    folder,
    *,
    of_weight=1.0,
    of_count=1.0,
    of_edges=1.0,
    of_flow=1.0,
    leak_ul_h=0.0,
    ordered_ul_h=RATE_UL_H,
    keep=None,
    weighing=None,
):
    """An infusion of 10 h at 40 µL/h; each instrument may see its own share of what was delivered."""

    def arrived_ul(hour):
        return delivered_ul(hour) * of_weight - leak_ul_h * np.clip(hour - 8, 0, 6)

    def mass_mg(hour):
        return 30_000 + arrived_ul(hour) / Z_UL_MG

    start = BENCH | {"weighing": START["weighing"] | (weighing or {})}
    record = weighed(folder, mass_mg, hours=33, noise_mg=0.001, start=start, keep=keep)
    record.event(PlanBegins("plan"))
    hours = np.arange(33 * 60 + 1) / 60
    counted = delivered_ul(hours) * of_count
    clock_ahead(record, 0.0, delivered=counted, reservoir=20_000 - counted)
    record.descriptor("flow", (Channel("flow", "µL/h"),), {})
    flowing = ((hours >= 4) & (hours < 4 + HOURS)) * RATE_UL_H * of_flow
    record.samples("flow", Block(EPOCH_NS + np.rint(hours * HOUR_NS).astype(np.int64), {"flow": flowing}))
    tell(record, 0, "run_continuous", rate_ul_h=ordered_ul_h)
    tell(record, HOURS * 3600, "stop")
    for at_h in (-1, *range(HOURS + 1), HOURS + 2):
        edges = round(float(delivered_ul(4 + at_h)) / 0.5 * 8 * of_edges)
        put(record, at_h * 3600, EdgesCounted("daq", ns(at_h * 3600), edges))
    status(record, (5, "infusing", ()), (HOURS * 3600 + 5, "stopped", ()))
    log(record, (0, "infusion_started"), (HOURS * 3600, "stopped"))
    return record


def truths(record):
    with record.reader() as reader, reader.as_of(reader.last_seq()) as then:
        return truths_of(Case(then, *WINDOW))


def test_what_came_before_the_first_reading_and_behind_the_last_one_is_weighed_too(tmp_path):
    # A reading each 20 min, the order and the stop half-way between two of them.
    with recorded(tmp_path, keep=lambda minutes: minutes % 20 == 10) as record:
        found = {one.name: one for one in truths(record).rows}
    assert found["programme"].volume_ul == pytest.approx(WHOLE_UL)
    assert found["weighed"].volume_ul == pytest.approx(WHOLE_UL, abs=0.1)


def test_three_that_are_one_hold(tmp_path):
    with recorded(tmp_path) as record:
        result = judged(record, "three truths")
    assert (result.verdict, result.reasons) == ("PASS", ())
    assert result.fact.startswith("programme 400 µL, count 400 µL ± 0.41 µL, weighed 399.999 µL ±")
    assert result.fact.endswith("books_percent = 5 is agreed")


@pytest.mark.parametrize("name", ["programme", "count", "reservoir", "weighed", "motor edges", "flow sensor"])
def test_each_tells_the_volume_that_it_saw(tmp_path, name):
    with recorded(tmp_path) as record:
        found = {one.name: one for one in truths(record).rows}
    # Each to what it can tell: two stroke ends, or the sensor's own limits.
    assert found[name].volume_ul == pytest.approx(WHOLE_UL, abs=max(1.0, 2.0 * found[name].u_ul))


def test_the_log_tells_in_words(tmp_path):
    with recorded(tmp_path) as record:
        (found,) = (one for one in truths(record).rows if one.name == "log")
    assert (found.volume_ul, found.said) == (None, "2 lines of the pump's log")


@pytest.mark.parametrize("name", ["reservoir", "motor edges"])
def test_what_cannot_be_told_apart_by_a_challenge_stands_against_no_programme(tmp_path, name):
    """The programme is told without what a leak kept from the balance; reservoir and motor know of no leak."""
    with recorded(tmp_path) as record:
        challenge(record, 2 * 3600, ChallengeKind.LEAK, until_s=4 * 3600)
        (found,) = (one for one in truths(record).rows if one.name == name)
    assert (found.volume_ul, "challenge" in found.said) == (None, True)


@pytest.mark.parametrize(
    "off, words",
    [
        ({"of_weight": 0.9}, "its books are not what was delivered"),
        ({"of_count": 1.1}, "the pump counted 440 µL, where its programme asks for 400 µL"),
        ({"of_edges": 0.9}, "strokes were empty, or liquid came without them"),
        ({"of_flow": 1.5}, "the flow sensor saw 60 µL/h"),
        ({"ordered_ul_h": 44.0}, "where its programme asks for 440 µL"),
    ],
)
def test_what_is_no_truth_is_named(tmp_path, off, words):
    with recorded(tmp_path, **off) as record:
        result = judged(record, "three truths")
    assert result.verdict != "PASS"
    assert any(words in one for one in result.reasons)


def test_all_paths_together_tell_one_volume_with_what_each_has_of_it(tmp_path):
    with recorded(tmp_path) as record:
        found = truths(record).together
    assert found.total.value == pytest.approx(WHOLE_UL, abs=found.expanded_ul)
    assert [kind for kind, _ in found.shares] == ["balance", "motor counts", "flow sensor", "pump's books"]
    assert found.said.startswith("399.997 ± 0.25 µL (k = 2), of which balance 100.0 %, motor counts 0.0 %")


def test_a_balance_that_is_bent_leaves_all_together_as_unsure(tmp_path):
    # Of 3 mg, rectangular; what else there is knows the volume to some 5 % at best.
    with recorded(tmp_path, weighing={"linearity_mg": 3.0}) as record:
        found = truths(record).together
    assert found.total.u == pytest.approx(3.0 * Z_UL_MG / 3.0**0.5, rel=0.05)


def test_together_they_are_at_least_as_sure_as_the_balance(tmp_path):
    with recorded(tmp_path) as record:
        found = truths(record)
    weighed = next(one for one in found.rows if one.name == "weighed")
    assert found.together.total.u <= weighed.u_ul


@pytest.mark.parametrize(
    "off, lying",
    [
        ({"of_flow": 1.5}, ("flow sensor",)),
        ({"of_count": 1.2}, ("pump's books",)),
        ({"of_edges": 0.8}, ("motor counts",)),
        ({"of_weight": 0.8, "of_flow": 1.0}, ("balance",)),
    ],
)
def test_paths_that_disagree_are_not_fused_and_the_one_that_lies_is_named(tmp_path, off, lying):
    with recorded(tmp_path, **off) as record:
        found = truths(record).together
    assert (found.total, found.lying) == (None, lying)
    assert f"{lying[0]} is off and there is no volume of all paths together" in found.said


def test_what_a_challenge_parted_is_not_fused(tmp_path):
    with recorded(tmp_path) as record:
        challenge(record, 2 * 3600, ChallengeKind.LEAK, until_s=4 * 3600)
        assert truths(record).together is None


def test_paths_that_agree_are_said_to(tmp_path):
    with recorded(tmp_path) as record:
        assert truths(record).findings == ("balance, motor counts, flow sensor agree",)


def test_what_is_lost_on_the_way_fits_a_leak(tmp_path):
    with recorded(tmp_path, leak_ul_h=12.0) as record:
        findings = truths(record).findings
    assert any(one.startswith("fits leak: balance shows") and "less than" in one for one in findings)


def test_without_the_pumps_count_there_are_not_three(tmp_path):
    with weighed(tmp_path, lambda h: 30_000 + delivered_ul(h) / Z_UL_MG, hours=33, noise_mg=0.001) as record:
        record.event(PlanBegins("plan"))
        tell(record, 0, "run_continuous", rate_ul_h=RATE_UL_H)
        tell(record, HOURS * 3600, "stop")
        result = judged(record, "three truths")
    assert (result.verdict, [one.partition(":")[0] for one in result.reasons]) == ("INVALID", ["count"])


def shown(record, cause):
    with record.reader() as reader, reader.as_of(reader.last_seq()) as then:
        return shows(Recipe("a cause shows", {"cause": cause}, *WINDOW), then)


@pytest.mark.parametrize(
    "off, cause, holds",
    [
        ({"leak_ul_h": 12.0}, "leak", True),
        ({"leak_ul_h": 12.0}, "bubble", False),
        ({}, "leak", False),
        ({"of_flow": 1.5}, "leak", False),
        ({"of_flow": 1.5}, "sensor drift", True),
    ],
)
def test_a_cause_shows_where_it_fits_best(tmp_path, off, cause, holds):
    with recorded(tmp_path, **off) as record:
        assert shown(record, cause).holds is holds


def test_what_fits_better_than_the_cause_that_is_claimed_is_said(tmp_path):
    with recorded(tmp_path, leak_ul_h=12.0) as record:
        (against,) = shown(record, "bubble").against
    assert against.startswith("bubble is claimed; fits leak: balance shows")


def test_a_balance_alone_shows_no_cause(tmp_path):
    with weighed(tmp_path, lambda h: 30_000 + delivered_ul(h) / Z_UL_MG, hours=33, noise_mg=0.001) as record:
        record.event(PlanBegins("plan"))
        tell(record, 0, "run_continuous", rate_ul_h=RATE_UL_H)
        tell(record, HOURS * 3600, "stop")
        result = judged(record, "a cause shows", cause="leak")
    assert result.verdict == "INVALID"


@pytest.mark.parametrize("cause", ["leek", "", 7, None])
def test_a_cause_that_no_diagnosis_knows_is_refused(cause):
    with pytest.raises(PlanError, match=r"leak, .* are known"):
        check_cause(cause)


def test_what_two_weighings_at_zero_flow_rule_out_is_no_evaporation(tmp_path):
    with recorded(tmp_path, of_weight=0.74) as record:
        said = truths(record).findings
    assert said[0].startswith("fits leak")
    assert not any("evaporation" in one for one in said)


def test_without_a_flow_sensor_a_loss_at_one_rate_is_told_as_all_that_it_may_be(tmp_path):
    with weighed(
        tmp_path, lambda h: 30_000 + 0.74 * delivered_ul(h) / Z_UL_MG, hours=33, noise_mg=0.001, start=BENCH
    ) as record:
        record.event(PlanBegins("plan"))
        tell(record, 0, "run_continuous", rate_ul_h=RATE_UL_H)
        tell(record, HOURS * 3600, "stop")
        for at_h in (-1, *range(HOURS + 1), HOURS + 2):
            put(
                record,
                at_h * 3600,
                EdgesCounted("daq", ns(at_h * 3600), round(float(delivered_ul(4 + at_h)) / 0.5 * 8)),
            )
        (first, *_) = truths(record).findings
        held = [shown(record, cause).holds for cause in ("leak", "missed strokes", "evaporation")]
    assert first.startswith("fits leak or missed strokes alike: balance shows 104 µL less than motor counts")
    assert held == [True, True, False]
