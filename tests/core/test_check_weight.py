"""A balance is held against a weight when a session begins: one that does not find it weighs nothing of a plan."""

import contextlib
from uuid import uuid4

import pytest

from instruments.hosting.host import TwinHost
from instruments.hosting.twins_process import reaching
from rig.bench.check_weight import _is_proven, demand_check_weight
from rig.bench_file.reading import load_bench_file
from rig.clock import VirtualClock, WallClock
from rig.errors import InstrumentError, NoTerminalError
from rig.record.bodies.challenges import CheckWeighed, OperatorAnswered
from rig.record.bodies.proofs import PartFound, ProofLookedFor, Standing
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.core.bench_support import WALL, bench_text, opened

MASS_MG = 20_000.0
NOW_NS = 1_767_600_000_000_000_000


class Hand:
    """Somebody at the twin's balance, who puts on and takes off what he is asked to, or something else."""

    def __init__(self, host, mass_mg):
        self._pan, self._clock, self._mass_mg = host.laboratory.pan, host.laboratory.clock, mass_mg

    def unable(self):
        return ""

    def ask(self, text, deadline, meanwhile):
        del deadline
        meanwhile()
        self._pan.bump(
            self._clock.now_ns(), self._mass_mg if "put the check weight of 20 g" in text else -self._mass_mg
        )
        return ""


@pytest.fixture
def physical(tmp_path):
    """Twins on the wall clock, and the text of a bench file that takes them for real instruments."""
    mocked = tmp_path / "mocked.toml"
    text = bench_text(clock=WALL, watchdog_s=60, every_s=5, lease_s=30).replace("test-bench", f"b{uuid4().hex[:16]}")
    mocked.write_text(f"{text}[check_weight]\nmass_mg = {MASS_MG}\nwithin_mg = 1.0\n", encoding="utf-8")
    with contextlib.closing(TwinHost(load_bench_file(mocked), WallClock(), 1, directory=tmp_path)) as host:
        yield host, reaching(load_bench_file(mocked), host.ports, 1.0)


def test_what_the_balance_finds_is_recorded_once_in_a_run(physical, tmp_path):
    host, text = physical
    with opened(tmp_path, text) as (bench, record):
        bench.ask.terminal = Hand(host, MASS_MG + 0.2)
        for _ in range(2):
            demand_check_weight(bench)
        with record.reader() as reader:
            ((weighed,), answers) = reader.events(CheckWeighed), reader.events(OperatorAnswered)
    assert weighed.body.found_mg == pytest.approx(MASS_MG + 0.2, abs=0.2)
    assert (weighed.body.stream, weighed.body.mass_mg, len(answers)) == ("balance", MASS_MG, 2)


class Drifting(Hand):
    """The same beside a balance that has drifted by as much each time that somebody opened its doors."""

    def ask(self, text, deadline, meanwhile):
        self._pan.bump(self._clock.now_ns(), 2.0)
        return super().ask(text, deadline, meanwhile)


def test_a_balance_that_drifts_evenly_finds_its_weight_all_the_same(physical, tmp_path):
    host, text = physical
    with opened(tmp_path, text) as (bench, record):
        bench.ask.terminal = Drifting(host, MASS_MG)
        demand_check_weight(bench)
        with record.reader() as reader:
            (weighed,) = reader.events(CheckWeighed)
    assert weighed.body.found_mg == pytest.approx(MASS_MG, abs=0.2)


def test_a_balance_that_finds_another_weight_is_refused(physical, tmp_path):
    host, text = physical
    with opened(tmp_path, text) as (bench, _):
        bench.ask.terminal = Hand(host, MASS_MG + 5.0)
        with pytest.raises(InstrumentError, match=r"the check weight of 20 g showed .*1 mg are allowed"):
            demand_check_weight(bench)


def test_without_anybody_there_it_is_an_error(physical, tmp_path):
    _, text = physical
    with opened(tmp_path, text) as (bench, _), pytest.raises(NoTerminalError):
        demand_check_weight(bench)


@pytest.mark.parametrize("hours_ago, proven", [(0.0, True), (12.0, True), (12.1, False), (-0.1, False)])
def test_a_proof_stands_in_for_the_weight_for_as_long_as_it_is_valid_and_no_sooner(tmp_path, hours_ago, proven):
    at_ns = NOW_NS - round(hours_ago * 3600 * 10**9)
    found = PartFound("check weight", Standing.PROVEN, at_ns, "run-0")
    with RunRecord.create(tmp_path, "run", Start(), NOW_NS, VirtualClock(NOW_NS)) as record:
        record.event(ProofLookedFor("bench.toml", 12.0, ("check weight",), (found,)))
        with record.reader() as reader:
            assert _is_proven(reader, NOW_NS) is proven
