"""Without a valid proof of its bench a run on it says nothing: which part is missing, failed, overdue or void."""

import contextlib
import sqlite3
from dataclasses import replace

import pytest

from rig.clock import NS_PER_S, VirtualClock
from rig.evaluation.case import Case
from rig.evaluation.evidence.daily_proof import WITNESS
from rig.evaluation.proofs import LIQUID, name_of, newest_parts, stated_in
from rig.record.bodies.events import Connected, PlanBegins
from rig.record.bodies.others import Stop
from rig.record.bodies.proof_parts import PARTS
from rig.record.bodies.proofs import PartFound, PartTried, ProofBegins, ProofLookedFor, RestsOn, Standing
from rig.record.bodies.start import CalibrationStatus, DeclaredInstrument, LiquidFacts, SourceFile, Start
from rig.record.reader import RecordReader
from rig.record.writer import RunRecord

NOW_NS = 1_800_000_000 * NS_PER_S
H_NS = 3600 * NS_PER_S
STANDS = RestsOn("mettler_mt_sics", "B1", "CAL-1")
FILE = """
[weighing]
needle_diameter_mm = 0.6
[instruments.balance]
driver = "mettler_mt_sics"
port = "/dev/ttyUSB7"
sample_every_s = 2
streaming = false
"""
SAME = {"streaming": "false"}
WEIGHING = RestsOn(stated={"needle_diameter_mm": "0.8"})
ZERO = PartFound("zero", Standing.PROVEN, NOW_NS - H_NS, "a-proof", "", {"balance": STANDS})
WEIGHT = PartFound("check weight", Standing.PROVEN, NOW_NS - 2 * H_NS, "a-proof", "", {"balance": STANDS})
REQUIRED = ("zero", "check weight")


def written(folder, *events, name="a-run", bench="b", at_ns=NOW_NS, serial="B1"):
    """Write a record of a bench with a balance; return its path."""
    start = Start(
        bench=bench,
        kind="physical",
        bench_file=SourceFile("lab.toml", "", FILE),
        instruments={"balance": DeclaredInstrument("balance", "mettler_mt_sics", CalibrationStatus("CAL-1"))},
        liquid=LiquidFacts("water", 998.2, 0.05, 20.0, 22.0),
    )
    clock = VirtualClock(at_ns)
    with RunRecord.create(folder, name, start, at_ns, clock) as record:
        record.event(Connected("balance", "balance", {"serial": serial}))
        for event in events:
            record.event(event)
        record.stop(Stop("FINISHED"))
        return record.path


def heard(folder, found, required=REQUIRED, valid_h=24.0):
    """Return what the witness says of a run that found these parts."""
    path = written(folder, ProofLookedFor("benches/lab.toml", valid_h, required, tuple(found)), PlanBegins("plan"))
    with RecordReader(path) as reader:
        case = Case(reader, NOW_NS, NOW_NS + H_NS)
        return WITNESS.testify(case) if WITNESS.concerns(case) else None


def test_a_valid_proof_leaves_a_run_its_verdicts(tmp_path):
    said = heard(tmp_path, [ZERO, WEIGHT])
    assert (said.against, said.not_asked) == ((), "")


@pytest.mark.parametrize(
    "found, words",
    [
        ([], "no proof of this bench was found among the records: run `rig prove benches/lab.toml`"),
        ([ZERO], "the check weight was never proven on this bench: run `rig prove benches/lab.toml`"),
        (
            [ZERO, replace(WEIGHT, at_ns=NOW_NS - 26 * H_NS)],
            "the check weight was last proven 26 h ago, valid for 24 h: run `rig prove benches/lab.toml`",
        ),
        ([ZERO, replace(WEIGHT, at_ns=NOW_NS + H_NS)], "was proven 1 h after this plan began"),
        ([ZERO, replace(WEIGHT, standing=Standing.FAILED, why="12 mg off\nmore")], "2 h ago (12 mg off)"),
        (
            [ZERO, replace(WEIGHT, standing=Standing.NOT_PROVEN, why="no [check_weight]")],
            "the check weight is not proven (no [check_weight])",
        ),
        ([ZERO, replace(WEIGHT, rests_on={"balance": replace(STANDS, serial="B0")})], "balance B0, now it is B1"),
        (
            [ZERO, replace(WEIGHT, rests_on={"balance": replace(STANDS, calibration="CAL-0")})],
            "calibrated by CAL-0, now it is CAL-1",
        ),
        ([ZERO, replace(WEIGHT, rests_on={"balance": replace(STANDS, driver="other")})], "balance by other, now it is"),
        ([ZERO, replace(WEIGHT, rests_on={"old": STANDS, "balance": STANDS})], "old, which no longer stands there"),
        ([ZERO, replace(WEIGHT, rests_on={})], "was proven without balance"),
        (
            [ZERO, replace(WEIGHT, rests_on={"balance": replace(STANDS, stated={"streaming": "true"})})],
            "proven with streaming of balance as true, now it is false",
        ),
        (
            [ZERO, replace(WEIGHT, rests_on={"balance": replace(STANDS, stated={})})],
            "proven with streaming of balance as nothing, now it is false",
        ),
        (
            [ZERO, replace(WEIGHT, rests_on={"balance": STANDS, "[weighing]": WEIGHING})],
            "proven with needle_diameter_mm of [weighing] as 0.8, now it is 0.6",
        ),
        (
            [ZERO, replace(WEIGHT, rests_on={"balance": replace(STANDS, stated=SAME | {"table": "sha256 00"})})],
            "proven with table of balance other than now",
        ),
        (
            [ZERO, replace(WEIGHT, rests_on={"balance": STANDS, "[check_weight]": WEIGHING})],
            "proven with [check_weight], which no longer stands there",
        ),
    ],
    ids=[
        "none",
        "missing",
        "overdue",
        "future",
        "failed",
        "not proven",
        "serial",
        "calibration",
        "driver",
        "gone",
        "new",
        "key",
        "key that is new",
        "table",
        "long value",
        "table gone",
    ],
)
def test_a_part_that_does_not_hold_takes_every_verdict_with_a_sentence(tmp_path, found, words):
    said = heard(tmp_path, found)
    assert len(said.against) == 1
    assert words in said.against[0]
    assert said.undermines
    assert said.of_the_bench


def test_what_makes_no_other_value_of_a_reading_may_change_behind_a_proof(tmp_path):
    found = [ZERO, replace(WEIGHT, rests_on={"balance": replace(STANDS, stated=SAME)})]
    assert heard(tmp_path, found).against == ()


def test_what_a_file_states_is_kept_in_few_characters_and_in_none_where_nobody_can_read_it():
    said = stated_in('[instruments.daq]\nchannels = ["\u202ex", "' + "a" * 10_000 + '"]\nport = "COM3"\n')["daq"]
    assert set(said) == {"channels"}
    assert said["channels"].startswith("sha256 ")
    assert len(said["channels"]) < 80
    assert stated_in("no = = toml") == {}


@pytest.mark.parametrize("older_ns, void", [(0, False), (NS_PER_S, True)])
def test_a_proof_holds_to_the_end_of_its_time(tmp_path, older_ns, void):
    said = heard(tmp_path, [ZERO, replace(WEIGHT, at_ns=NOW_NS - 24 * H_NS - older_ns)])
    assert bool(said.against) is void


def test_another_liquid_voids_the_known_flow_alone(tmp_path):
    salt = {"balance": STANDS, LIQUID: RestsOn("salt water", "1020 kg/m³")}
    found = [replace(ZERO, part="known flow", rests_on=salt), replace(WEIGHT, rests_on={"balance": STANDS})]
    (against,) = heard(tmp_path, found, ("known flow", "check weight")).against
    assert "the known flow was proven with [liquid] by salt water, now it is water" in against


def test_of_a_bench_that_asks_for_nothing_nothing_is_asked(tmp_path):
    assert "no daily proof is asked of this bench" in heard(tmp_path, [], required=()).not_asked


def test_a_run_that_looked_for_no_proof_is_not_concerned(tmp_path):
    with RecordReader(written(tmp_path, PlanBegins("plan"))) as reader:
        assert not WITNESS.concerns(Case(reader, NOW_NS, NOW_NS + H_NS))


def proof(folder, number, *tried, bench="b"):
    name = f"2027010{number}T080000Z-{name_of(bench)}-0000000{number}"
    return written(folder, ProofBegins(24.0, REQUIRED), *tried, name=name, bench=bench, at_ns=NOW_NS + number * H_NS)


def test_the_newest_try_of_each_part_counts_whichever_proof_it_is_from(tmp_path):
    proof(tmp_path, 1, PartTried("zero", Standing.PROVEN), PartTried("check weight", Standing.FAILED, "off"))
    proof(tmp_path, 2, PartTried("check weight", Standing.PROVEN))
    found = {one.part: (one.standing, one.run[:8]) for one in newest_parts(tmp_path, "b")}
    assert found == {"zero": (Standing.PROVEN, "20270101"), "check weight": (Standing.PROVEN, "20270102")}


def test_another_bench_s_proof_proves_nothing_of_this_one(tmp_path):
    proof(tmp_path, 1, PartTried("zero", Standing.PROVEN), bench="b-proof-of-another")
    proof(tmp_path, 2, PartTried("zero", Standing.PROVEN), bench="other-b")
    assert newest_parts(tmp_path, "b") == ()


def damaged(folder, number, bench="b", content=b"nothing of the kind"):
    name = f"2027010{number}T080000Z-{name_of(bench)}-0000000{number}"
    (folder / f"{name}.rig.db").write_bytes(content)
    return name


def test_no_older_proof_speaks_in_place_of_one_that_cannot_be_read(tmp_path):
    proof(tmp_path, 1, PartTried("zero", Standing.PROVEN))
    name = damaged(tmp_path, 3)
    found = {one.part: one for one in newest_parts(tmp_path, "b")}
    assert found.keys() == PARTS.keys()
    assert {(one.standing, one.run) for one in found.values()} == {(Standing.NOT_PROVEN, name)}
    assert f"the record of its newest proof, {name}, cannot be read" in found["zero"].why


def test_what_is_proven_behind_one_that_cannot_be_read_is_proven(tmp_path):
    damaged(tmp_path, 1)
    proof(tmp_path, 2, PartTried("zero", Standing.PROVEN))
    found = {one.part: one.standing for one in newest_parts(tmp_path, "b")}
    assert found.pop("zero") is Standing.PROVEN
    assert set(found.values()) == {Standing.NOT_PROVEN}


@pytest.mark.parametrize(
    "bench, content", [("other-b", b"nothing"), ("b-proof-of-another", b"nothing"), ("b", b"")], ids=str
)
def test_another_bench_s_proof_and_one_that_never_began_are_passed_over(tmp_path, bench, content):
    proof(tmp_path, 1, PartTried("zero", Standing.PROVEN))
    damaged(tmp_path, 3, bench, content)
    assert [one.part for one in newest_parts(tmp_path, "b")] == ["zero"]


def test_a_proof_that_is_not_what_was_recorded_proves_nothing_and_no_older_one_in_its_place(tmp_path):
    proof(tmp_path, 1, PartTried("zero", Standing.PROVEN), PartTried("check weight", Standing.PROVEN))
    path = proof(tmp_path, 2, PartTried("zero", Standing.FAILED, "off"))
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        (kept,) = database.execute("SELECT sql FROM sqlite_master WHERE name = 'entry_never_changes'").fetchone()
        database.execute("DROP TRIGGER entry_never_changes")
        database.execute("UPDATE entry SET body = replace(body, 'failed', 'proven') WHERE name = 'proof part'")
        database.execute(kept)
    found = {one.part: one for one in newest_parts(tmp_path, "b")}
    assert {part: one.standing for part, one in found.items()} == {
        "zero": Standing.NOT_PROVEN,
        "check weight": Standing.PROVEN,
    }
    assert found["zero"].why.startswith(
        "the record of its proof, 20270102T080000Z-b-proof-00000002, was altered, entry "
    )


@pytest.mark.parametrize("mocked, parts", [(True, []), (False, ["zero"])])
def test_a_rehearsal_with_simulated_instruments_proves_nothing_of_the_bench_whose_name_it_bears(
    tmp_path, mocked, parts
):
    proof(tmp_path, 1, PartTried("zero", Standing.PROVEN))
    assert [one.part for one in newest_parts(tmp_path, "b", mocked=mocked)] == parts


def test_of_two_tries_of_a_part_in_one_proof_the_later_counts(tmp_path):
    proof(tmp_path, 1, PartTried("zero", Standing.FAILED, "off"), PartTried("zero", Standing.PROVEN))
    (found,) = newest_parts(tmp_path, "b")
    assert found.standing is Standing.PROVEN


@pytest.mark.parametrize(
    "serial, met, words",
    [
        ("", "B1", "was proven with balance without a number, now it is B1"),
        ("B2", "B1", "was proven with balance B2, now it is B1"),
        ("B1", "B1", ""),
        ("B1", "", ""),  # nobody has met it yet, or it does not say who it is
    ],
)
def test_an_instrument_is_another_where_it_says_another_number(tmp_path, serial, met, words):
    stands = {"balance": replace(STANDS, serial=serial)}
    looked = ProofLookedFor("benches/lab.toml", 24.0, ("zero",), (replace(ZERO, rests_on=stands),))
    with RecordReader(written(tmp_path, looked, PlanBegins("plan"), serial=met)) as reader:
        against = WITNESS.testify(Case(reader, NOW_NS, NOW_NS + H_NS)).against
    assert [words in one for one in against] == ([True] if words else [])
