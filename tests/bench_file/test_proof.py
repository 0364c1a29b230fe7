"""What a bench file says of the daily proof: its mistakes, and what is asked where it says nothing."""

from pathlib import Path

import pytest

from rig.bench_file.reading import load_bench_file
from rig.errors import BenchFileError
from rig.record.bodies.proof_parts import PARTS

ROOT = Path(__file__).parents[2]
MOCKED = (ROOT / "benches" / "mocked.toml").read_text(encoding="utf-8")


def loaded(folder, proof, text=MOCKED):
    path = folder / "bench.toml"
    path.write_text(f"{text}\n[proof]\n{proof}\n", encoding="utf-8")
    return load_bench_file(path)


@pytest.mark.parametrize(
    "proof, words",
    [
        ('required = ["chek weight"]', "did you mean 'check weight'?"),
        ("valid_hours = 24", "did you mean 'valid_h'?"),
        ("valid_h = 0", "proof.valid_h: found 0"),
        (
            'inputs = [{ channel = "pump_voltag", known = 3.0, within = 0.1 }]',
            "did you mean 'pump_voltage'?",
        ),
        ('inputs = [{ channel = "pump_voltage", known = "supplie", within = 0.1 }]', "a number in the channel's unit"),
    ],
)
def test_a_mistake_is_told_with_its_place_and_what_is_allowed(tmp_path, proof, words):
    with pytest.raises(BenchFileError) as caught:
        loaded(tmp_path, proof)
    assert words in "\n".join(caught.value.mistakes)


def test_a_part_that_the_bench_has_no_instrument_for_cannot_be_asked(tmp_path):
    text = MOCKED.partition("[instruments.balance]")[0].replace("[check_weight]", "[operator]\n[operator.answers]")
    with pytest.raises(BenchFileError, match="found 'zero'; it needs a balance, and none stands on this bench"):
        loaded(tmp_path, 'required = ["zero"]', text)


def test_a_physical_bench_that_says_nothing_is_asked_for_all_that_it_can(tmp_path):
    proof = loaded(tmp_path, "").proof
    assert proof.asked_of(["pump", "balance", "daq"], simulated=False) == tuple(PARTS)
    assert proof.asked_of(["pump"], simulated=False) == ("machine", "instruments")
    assert proof.asked_of(["pump", "balance", "daq"], simulated=True) == ()


def test_what_a_bench_says_is_asked_of_it_simulated_or_not(tmp_path):
    assert loaded(tmp_path, 'required = ["zero"]').proof.asked_of(["pump"], simulated=True) == ("zero",)
    assert loaded(tmp_path, "required = []").proof.asked_of(["balance"], simulated=False) == ()
