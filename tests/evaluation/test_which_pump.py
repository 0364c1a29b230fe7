"""The serial number that a pump tells itself is the one that its results are kept under."""

import pytest

from rig.evaluation.case import Case
from rig.evaluation.evidence import which_pump
from rig.record.bodies.events import Connected
from rig.record.bodies.proofs import ProofBegins
from tests.evaluation.happenings import WINDOW, put
from tests.evaluation.records import START, weighed

PUMP = {"instruments": {"pump": {"capability": "pump"}, "reference": {"capability": "pump", "role": "reference"}}}


def asked(folder, *connected, serial="A-17", kind="physical"):
    start = {**START, **PUMP, "kind": kind, "dut": {"model": "ITP-1", "serial": serial}}
    with weighed(folder, lambda _: 1000.0, hours=33, start=start) as record:
        for at_s, name, told in connected:
            put(record, at_s, Connected(name, "pump", {"serial": told}))
        with record.reader() as reader:
            case = Case(reader, *WINDOW)
            return which_pump.testify(case), which_pump.WITNESS.concerns(case)


def test_the_pump_that_is_named_contradicts_nothing(tmp_path):
    found, concerns = asked(tmp_path, (-60.0, "pump", "A-17"), (-60.0, "reference", "R-1"))
    assert (found.said, found.against, concerns) == ("serial number 'A-17'", (), True)


def test_another_pump_is_told_with_both_numbers_and_is_the_bench_s_fault(tmp_path):
    found, _ = asked(tmp_path, (-60.0, "pump", "A-17"), (600.0, "pump", "A-71"), (900.0, "pump", "A-71"))
    (said,) = found.against
    assert said.startswith(
        "the pump that answered tells the serial number 'A-71', where results are kept under 'A-17': see which pump"
    )
    assert (found.of_the_bench, found.undermines) == (True, True)


def test_a_number_is_hostile_text(tmp_path):
    found, _ = asked(tmp_path, (-60.0, "pump", "\x1b[2J" + "9" * 10_000))
    (said,) = found.against
    assert "\x1b" not in said
    assert len(said) < 400


@pytest.mark.parametrize("serial, kind", [("A-17", "mocked"), ("", "physical")])
def test_a_twin_stands_for_any_pump_and_so_does_one_without_a_name(tmp_path, serial, kind):
    assert asked(tmp_path, (-60.0, "pump", "A-71"), serial=serial, kind=kind)[1] is False


def test_a_proof_may_be_given_by_any_pump(tmp_path):
    with weighed(tmp_path, lambda _: 1000.0, hours=33, start={**START, **PUMP, "dut": {"serial": "A-17"}}) as record:
        put(record, -60.0, ProofBegins(24.0, ()))
        with record.reader() as reader:
            assert not which_pump.WITNESS.concerns(Case(reader, *WINDOW))


def test_a_pump_that_tells_no_number_is_not_asked(tmp_path):
    assert asked(tmp_path, (-60.0, "pump", ""))[0].not_asked == "the pump told no serial number"
