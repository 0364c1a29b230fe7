"""A log keeps what it told: what it tells otherwise when it is read once more, or no more, is found by every plan."""

import pytest

from tests.truth.support import run

LIBRARY = "qualification.library."


def stalls_and_recovers(bench, **_):
    """Infuse, hold the motor for three minutes, and stop."""
    pump = bench.instruments.pump()
    bench.expect_alarm("stall")
    pump.run_continuous(rate_ul_h=200.0)
    bench.dwell(minutes=20)
    with bench.challenge.magnet():
        bench.dwell(minutes=3)
    bench.dwell(minutes=3)
    pump.stop()
    return {}


def gives_many_boluses(bench, **_):
    """Write a line and another for each of ten boluses, one by one."""
    pump = bench.instruments.pump()
    pump.run_continuous(rate_ul_h=200.0)
    for _number in range(10):
        pump.give_bolus(volume_ul=5.0)
        bench.dwell(minutes=5)
    pump.stop()
    return {}


@pytest.mark.parametrize(
    "does, part, said",
    [
        (
            stalls_and_recovers,
            f"{LIBRARY}stalls:RecoveryErasesTheStall",
            "was stall (66500) and is now stopped (66500): a log must keep what it told",
        ),
        (stalls_and_recovers, f"{LIBRARY}logs:ReadOnce", "and is gone: a log must keep what it told"),
        (gives_many_boluses, "tests.truth.faulty_parts:LogAltersOldLines", "(2500): a log must keep what it told"),
    ],
    ids=["altered at once", "gone", "altered by and by"],
)
def test_a_log_that_forgets_what_it_told_is_found(tmp_path, does, part, said):
    outcome = run(tmp_path, does, zero_flow_h=0.3, read_each_minutes=1.0, twin={"parts": {"log": part}})
    assert not outcome.passes
    assert outcome.says(said)


@pytest.mark.parametrize("does", [stalls_and_recovers, gives_many_boluses])
def test_a_log_that_keeps_what_it_told_contradicts_nothing(tmp_path, does):
    outcome = run(tmp_path, does, zero_flow_h=0.3, read_each_minutes=1.0)
    assert outcome.passes
    assert not outcome.says("must keep what it told")


@pytest.mark.parametrize("part", ["CountsFewerLines", "CountsMoreLines"])
def test_a_status_that_miscounts_the_log_is_found(tmp_path, part):
    twin = {"parts": {"desk": f"tests.truth.faulty_parts:{part}"}}
    outcome = run(tmp_path, gives_many_boluses, zero_flow_h=0.3, read_each_minutes=1.0, twin=twin)
    assert not outcome.passes
    assert outcome.says("the status tells of")
