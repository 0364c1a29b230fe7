"""`rig prove`: what it says of past proofs, and what it refuses before it proves anything."""

import sys

from rig.bench_file.reading import load_bench_file
from rig.evaluation.proofs import name_of
from rig.record.bodies.proof_parts import PARTS
from rig.record.bodies.proofs import PartTried, Standing
from tests.evaluation.test_daily_proof import proof
from tests.fixtures.plan_support import ROOT, environment_of_its_own

BENCH = ROOT / "benches" / "mocked.toml"


def test_the_history_lists_every_proof_with_what_it_lacks(rig, tmp_path):
    proof(tmp_path, 1, PartTried("zero", Standing.PROVEN), bench="mocked")
    proof(tmp_path, 2, PartTried("zero", Standing.FAILED, "off"), PartTried("inputs", Standing.PROVEN), bench="mocked")
    said = rig("prove", BENCH, "--runs", tmp_path, "--history")
    assert said.code == 0
    assert [line.split("  ")[::2] for line in said.out.splitlines()] == [
        [f"20270101T080000Z-{name_of('mocked')}-00000001", "whole"],
        [f"20270102T080000Z-{name_of('mocked')}-00000002", "without zero"],
    ]


def test_a_bench_without_a_proof_is_told_how_to_make_one(rig, tmp_path):
    said = rig("prove", BENCH, "--runs", tmp_path, "--history")
    assert (said.code, said.out) == (1, "")
    assert f"no proof of bench {load_bench_file(BENCH).bench.name}: rig prove" in said.err


def test_a_part_that_there_is_not_is_refused_with_the_one_that_was_meant(rig):
    said = rig("prove", BENCH, "--part", "chek weight")
    assert said.code == 2
    assert "did you mean 'check weight'?" in said.err


def test_what_keeps_the_bench_from_opening_is_said_once(children, tmp_path):
    bench = tmp_path / "bench.toml"
    text = BENCH.read_text(encoding="utf-8")
    bench.write_text(
        text.replace("[instruments.balance]\n", "[instruments.balance]\ntwin = { zero_tracking = true }\n"),
        encoding="utf-8",
    )
    words = [sys.executable, "-m", "commands", "prove", str(bench), "--runs", "runs"]
    done = children.run(words, cwd=tmp_path, env=environment_of_its_own(), idle_s=120)
    lines = [line for line in done.stdout.splitlines() if line.startswith(tuple(PARTS))]
    assert "the balance tracks its zero" in lines[0]
    assert {line.split("  ")[-1].strip() for line in lines[1:]} == {"failed (not asked): the same as machine"}
