"""What a report says of its bench: the proof of the day part by part, its charts, and how late it read."""

import pytest

from rig.clock import NS_PER_S
from rig.record.bodies.proofs import PartFound, PartTried, ProofBegins, ProofCharted, ProofLookedFor, Standing
from rig.record.bodies.timing import SamplingTimed
from tests.reports.faced import faced
from tests.reports.records import EPOCH_NS
from tests.reports.written import page_of

H_NS = 3600 * NS_PER_S
FOUND = (
    PartFound("zero", Standing.PROVEN, EPOCH_NS - 2 * H_NS, "proof-of-today"),
    PartFound("check weight", Standing.PROVEN, EPOCH_NS - 26 * H_NS, "proof-of-yesterday"),
)
REQUIRED = ("zero", "check weight", "known flow")


def text_of(write, *events):
    scribe = write(kind="physical")
    for event in events:
        scribe.record.event(event)
    return page_of(scribe).text.replace("\N{NO-BREAK SPACE}", " ")


@pytest.mark.parametrize(
    "words",
    [
        "Daily proof, by earlier runs, valid for 24 h",
        "2 of 3 parts of the bench's proof did not hold when this run began",
        "run `rig prove lab.toml`",
        "proof-of-today",
        "✗ proven, overdue",
        "✗ never proven",
    ],
)
def test_a_run_shows_what_it_found_of_its_bench_s_proof(write, words):
    assert words in text_of(write, ProofLookedFor("lab.toml", 24.0, REQUIRED, FOUND))


def test_a_bench_of_which_no_proof_is_asked_says_so(write):
    assert "No daily proof is asked of this bench" in text_of(write, ProofLookedFor("lab.toml", 24.0, ()))


@pytest.mark.parametrize("words", ["Daily proof, by this run", "✗ failed", "12 mg off", "beyond 3 σ", "0.5 ± 0.1"])
def test_a_proof_shows_its_own_parts_and_charts(write, words):
    chart = ProofCharted("check weight", "ppm", 12, 9.0, 2.0, 1.0, ("nelson 1: beyond 3 σ",), 0.5, 0.1, "CAL-1")
    tried = PartTried("check weight", Standing.FAILED, "12 mg off")
    assert words in text_of(write, ProofBegins(24.0, REQUIRED), tried, chart)


def test_how_late_it_read_stands_beside_the_bench(write):
    timed = SamplingTimed("balance", 1.0, 100, 0.1, 2.5, 31.0, 3)
    assert "How late it read" in (said := text_of(write, timed))
    assert "balance 2.5 31 3" in " ".join(said.split())


def test_of_several_plans_the_one_that_read_latest_counts_and_losses_add_up(write):
    plans = ((9.0, 12.0, 3), (2.5, 31.0, 4))
    timed = [SamplingTimed("balance", 1.0, 100, 0.1, p99, worst, skipped) for p99, worst, skipped in plans]
    assert "balance 9 31 7" in " ".join(text_of(write, *timed).split())


def test_a_part_that_held_and_was_not_asked_counts_for_nothing(write):
    asked = ("check weight", "known flow")
    words = "0 of the 2 parts of the daily proof that were asked held, by earlier runs"
    assert words in text_of(write, ProofLookedFor("lab.toml", 24.0, asked, FOUND))


@pytest.mark.parametrize("drift_day, text", [(-0.5, "−0.5"), (0.5, "0.5"), (None, None)])
def test_data_carry_a_drift_with_its_sign(write, drift_day, text):
    scribe = write(kind="physical")
    scribe.record.event(ProofBegins(24.0, REQUIRED))
    scribe.record.event(ProofCharted("check weight", "ppm", 12, 9.0, 2.0, 1.0, (), drift_day, 0.1, "CAL-1"))
    (chart,) = faced(scribe).data["bench"]["fitness"]["charts"]
    assert chart["drift_day"] == (None if text is None else {"number": drift_day, "text": text})


@pytest.mark.parametrize("age_h, valid", [(-1, False), (0, True), (24, True), (25, False)])
def test_a_proof_holds_from_its_own_time_on_for_as_long_as_it_is_valid(write, age_h, valid):
    scribe = write(kind="physical")
    found = PartFound("zero", Standing.PROVEN, EPOCH_NS - age_h * H_NS, "proof-of-today")
    scribe.record.event(ProofLookedFor("lab.toml", 24.0, ("zero",), (found,)))
    (part,) = faced(scribe).data["bench"]["fitness"]["parts"]
    assert (part["valid"], part["age_h"]["number"]) == (valid, age_h)
