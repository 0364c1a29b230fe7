"""When challenges were under way, and how long what the pump delivered did not reach the balance."""

import pytest

from rig.evaluation.case import Case
from rig.evaluation.challenged import dark_spans, occlusions_in, parted_spans
from rig.record.bodies.challenges import ChallengeEnds, ChallengeKind
from tests.evaluation.happenings import WINDOW, challenge, ns, put
from tests.evaluation.records import weighed

SETTLE_NS = 600 * 10**9


@pytest.fixture
def run(tmp_path):
    with weighed(tmp_path, lambda _: 30_000.0, hours=33, noise_mg=0) as record:
        yield record


def parted(record, from_s=0, to_s=3600):
    with record.reader() as reader:
        spans = parted_spans(reader, ns(from_s), ns(to_s), SETTLE_NS)
    return [tuple((one - ns(0)) / 1e9 for one in span) for span in spans]


def test_an_occlusion_parts_line_and_balance_until_the_line_is_empty_behind_it(run):
    challenge(run, 100, until_s=400)
    assert parted(run) == [(100.0, 1000.0)]


def test_what_is_not_over_parts_them_to_the_end(run):
    challenge(run, 100)
    assert parted(run) == [(100.0, 3600.0)]


def test_the_first_end_of_its_own_kind_counts(run):
    challenge(run, 100)
    put(run, 200, ChallengeEnds(ChallengeKind.LINK_LOST, "twin", ns(200)))
    for at_s in (400, 900):
        put(run, at_s, ChallengeEnds(ChallengeKind.OCCLUSION, "twin", ns(at_s)))
    assert parted(run) == [(100.0, 1000.0)]


@pytest.mark.parametrize("from_s, to_s, spans", [(500, 900, [(500.0, 900.0)]), (1000, 3600, []), (0, 100, [])])
def test_a_span_is_cut_to_what_is_looked_at(run, from_s, to_s, spans):
    challenge(run, 100, until_s=400)
    assert parted(run, from_s, to_s) == spans


def test_what_silences_a_pump_is_dark_and_parts_nothing(run):
    challenge(run, 100, ChallengeKind.LINK_LOST, until_s=400)
    challenge(run, 500, ChallengeKind.POWER_CUT)
    with run.reader() as reader:
        assert dark_spans(reader, ns(3600)) == ((ns(100), ns(400)), (ns(500), ns(3600)))
    assert parted(run) == []


def test_one_that_begins_when_another_of_its_kind_ends_goes_on(run):
    for kind in (ChallengeKind.LINK_LOST, ChallengeKind.OCCLUSION):
        challenge(run, 100, kind, until_s=400)
        challenge(run, 400, kind, until_s=900)
    with run.reader() as reader:
        assert dark_spans(reader, ns(3600)) == ((ns(100), ns(400)), (ns(400), ns(900)))
        assert [end and end.at_ns for _, end in occlusions_in(reader, ns(0), ns(3600))] == [ns(400), ns(900)]
    assert parted(run) == [(100.0, 1000.0), (400.0, 1500.0)]


@pytest.mark.parametrize("to_s, ends_s", [(400, None), (401, 400)])
def test_an_occlusion_ends_in_a_window_that_goes_on_behind_its_end(run, to_s, ends_s):
    challenge(run, 100, until_s=400)
    with run.reader() as reader:
        ((begins, ends),) = occlusions_in(reader, ns(100), ns(to_s))
    assert (begins.at_ns, ends and ends.at_ns) == (ns(100), ends_s and ns(ends_s))


@pytest.mark.parametrize(
    "from_s, to_s, clear",
    [
        (0, 3600, [(0, 100), (400, 2000), (2300, 3600)]),
        (150, 350, []),
        (150, 900, [(400, 900)]),
        (800, 1900, [(800, 1900)]),
        (100, 2300, [(400, 2000)]),
    ],
)
def test_the_parts_of_a_span_that_no_challenge_touches_are_clear(run, from_s, to_s, clear):
    challenge(run, 100, until_s=400)
    challenge(run, 2000, until_s=2300)
    with run.reader() as reader:
        found = Case(reader, *WINDOW).clear(ns(from_s), ns(to_s))
    assert found == [(ns(begin), ns(end)) for begin, end in clear]
