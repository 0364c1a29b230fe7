"""The bench: everything that can go wrong is told together, and the pump always stops."""

import contextlib

import pytest

from rig.bench.instruments import OnBench
from rig.capabilities import PumpState
from rig.clock import Deadline, WallClock
from rig.errors import BenchConnectionError, DiscoveryError, InstrumentError, PlanError, RecordError, SafetyError
from rig.record.bodies.events import LeaseLapsed, ReadingMissed
from rig.record.bodies.pump_events import PumpDidNotStop, PumpLogRead, PumpStateChanged
from rig.record.reader import RecordReader
from rig.safety.stop import AtRest, Powering, stop_delivery
from tests.core.bench_support import WALL, bench_text, opened, unreachable_text
from tests.patience import patient


def test_all_instruments_that_cannot_be_reached_are_reported_together(tmp_path):
    with pytest.raises(BenchConnectionError) as caught, opened(tmp_path, unreachable_text()):
        pass
    assert [failure.instrument for failure in caught.value.failures] == ["balance", "pump"]
    assert all(failure.advice for failure in caught.value.failures)


class Stubborn:
    """A pump that does everything but stop."""

    def __init__(self, real):
        self._real = real

        self.name, self.limits = real.name, real.limits
        self.identify, self.close, self.status, self.run_continuous = (
            real.identify,
            real.close,
            real.status,
            real.run_continuous,
        )

    def stop(self):
        raise InstrumentError("pump", "no", advice="none")


def test_a_driver_that_is_no_pump_is_refused_since_it_would_never_be_stopped(tmp_path):
    class Half:
        name = "half"

        def identify(self): ...
        def close(self): ...
        def run_continuous(self, *, rate_ul_h): ...

    with (
        opened(tmp_path, bench_text()) as (bench, _),
        pytest.raises(DiscoveryError, match="lacks limits, status, stop"),
    ):
        bench.instruments.add(OnBench("half", "pump", "half", Half()))


def test_leaving_the_bench_stops_the_pump_whatever_happened_inside(tmp_path):
    with pytest.raises(ZeroDivisionError), opened(tmp_path, bench_text()) as (bench, _):
        bench.instruments.pump().run_continuous(rate_ul_h=100.0)
        raise ZeroDivisionError
    with RecordReader(tmp_path / "a-run.rig.db") as reader:
        verbs = [entry.body["verb"] for entry in reader.entries(kind="command")]
    assert verbs[-1] == "stop"


def test_a_pump_that_does_not_stop_by_command_loses_its_supply(tmp_path):
    cut = []

    class Relay:
        name = "daq"

        def identify(self):
            return None

        def close(self):
            pass

        def count_edges(self):
            return 0

        def set_interlock(self, *, closed):
            cut.append(closed)

    with opened(tmp_path, bench_text()) as (bench, record):
        real = bench.instruments.pump()
        bench.instruments.add(OnBench("pump", "pump", "pump", Stubborn(real)))
        bench.instruments.add(OnBench("daq", "daq", "daq", Relay()))
        with pytest.raises(SafetyError, match="interlock opened"):
            bench.stop_pump()
        with record.reader() as reader:
            assert reader.events(PumpDidNotStop)[0].body.done == ("interlock opened",)
        bench.instruments.add(OnBench("pump", "pump", "pump", real))
    assert cut == [False]


def test_a_full_disk_does_not_keep_the_supply_on(tmp_path):
    cut = []

    class Stubborn:
        def stop(self):
            raise RecordError("the disk is full")

    class Relay:
        def set_interlock(self, *, closed):
            cut.append(closed)
            raise RecordError("the disk is full")

    def full_disk(_event):
        raise RecordError("the disk is full")

    with pytest.raises(SafetyError, match="interlock opened"):
        stop_delivery(Stubborn(), Powering(interlock=Relay()), full_disk)
    assert cut == [False]


def test_a_pump_that_cannot_be_stopped_at_all_is_the_loudest_error(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, _):
        real = bench.instruments.pump()
        bench.instruments.add(OnBench("pump", "pump", "pump", Stubborn(real)))
        with pytest.raises(SafetyError, match="STOP IT BY HAND"):
            bench.stop_pump()
        bench.instruments.add(OnBench("pump", "pump", "pump", real))


def test_a_plan_that_hangs_lets_the_pump_stop_itself(tmp_path):
    watchdog_s = 0.5 + patient(0.05)
    text = bench_text(clock=WALL, watchdog_s=watchdog_s, every_s=0.1, balance=False)
    with opened(tmp_path, text) as (bench, record):
        pump = bench.instruments.pump()
        pump.run_continuous(rate_ul_h=1000.0)
        lapses = lapses_of(record)  # the plan does nothing meanwhile: neither dwells nor commands
        WallClock().wait_s(1.5 * watchdog_s)  # the pump counts its silence on the same clock
        assert lapses == lapses_of(record) == 1
        assert pump.status().state in (PumpState.STOPPED, PumpState.ALARM)


def lapses_of(record):
    """Return how often the lease has lapsed, once it has or when nothing of the kind can be waited for any more."""
    deadline = Deadline(patient(10))
    while not deadline.passed():
        with record.reader() as reader:
            if lapses := reader.events(LeaseLapsed):
                return len(lapses)
        deadline.nap(0.02)
    return 0


def test_a_plan_that_dwells_keeps_the_pump_running(tmp_path):
    watchdog_s = patient(0.2)
    text = bench_text(clock=WALL, watchdog_s=watchdog_s, every_s=0.1, lease_s=watchdog_s, balance=False)
    with opened(tmp_path, text) as (bench, _):
        pump = bench.instruments.pump()
        pump.run_continuous(rate_ul_h=1000.0)
        bench.dwell(seconds=1.5 * watchdog_s)
        assert pump.status().state == PumpState.INFUSING


def test_a_dwell_needs_time(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, _), pytest.raises(PlanError, match="positive time"):
        bench.dwell()


def test_a_window_that_is_open_has_no_end(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, _), bench.window("w") as window:
        bench.dwell(minutes=5)
        with pytest.raises(PlanError, match="still open"):
            window.flow_error(programmed_ul_h=1.0)


def test_a_window_holds_a_reading_at_both_ends(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        with bench.window("w") as window:
            bench.dwell(seconds=90)
        with record.reader() as reader:
            t_ns = reader.series("balance", window.from_ns, window.to_ns).t_ns
    assert t_ns[0] == window.from_ns
    assert t_ns[-1] == window.to_ns - 1


def test_closing_twice_is_harmless(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, _):
        bench.close()


def test_a_missed_reading_is_counted_and_the_run_goes_on(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        balance = bench.instruments.balance()
        good = balance.read_block
        answers = iter([InstrumentErrorOnce(), *([good] * 100)])
        balance.read_block = lambda: next(answers)()
        bench.dwell(minutes=5)
        sampler = next(s for s in bench.samplers if s.name == "balance")
        assert sampler.counts.missed == 1
        assert sampler.counts.reads == 4
        with record.reader() as reader:
            assert reader.events(ReadingMissed)[0].body.stream == "balance"


class InstrumentErrorOnce:
    def __call__(self):
        from rig.errors import NoReplyError

        raise NoReplyError("balance", "nothing came", advice="look")


def test_an_instrument_that_is_gone_ends_the_dwell(tmp_path):
    with contextlib.ExitStack() as stack:
        bench, _ = stack.enter_context(opened(tmp_path, bench_text()))
        bench.instruments.balance().read_block = InstrumentErrorOnce()
        with pytest.raises(InstrumentError, match="nothing came"):
            bench.dwell(hours=1)


SECOND = """
[instruments.check_balance]
driver = "mettler_mt_sics"
role = "reference"
sample_every_s = 60
calibration = { id = "CAL-2", due = 2030-01-01 }
"""


def test_two_balances_stand_on_a_bench_and_are_told_apart(tmp_path):
    with opened(tmp_path, bench_text() + SECOND) as (bench, record):
        first, second = bench.instruments.balance(), bench.instruments.balance("reference")
        assert (first.name, second.name) == ("balance", "check_balance")
        assert bench.instruments.balance("check_balance") is second
        bench.dwell(minutes=3)
        with record.reader() as reader:
            assert {"balance", "check_balance"} <= set(reader.streams())


def test_an_instrument_that_is_not_there_is_named_with_those_that_are(tmp_path):
    with (
        opened(tmp_path, bench_text() + SECOND) as (bench, _),
        pytest.raises(PlanError, match=r"needs a spare; bench .* has .*check_balance \(as reference\)"),
    ):
        bench.instruments.balance("spare")


def test_what_the_pump_says_of_itself_is_in_the_record(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, record):
        bench.instruments.pump().run_continuous(rate_ul_h=100.0)
        bench.dwell(minutes=5)
        bench.stop_pump()
        bench.catch_up()
        with record.reader() as reader:
            states = [entry.body.state for entry in reader.events(PumpStateChanged)]
            lines = [line.event for entry in reader.events(PumpLogRead) for line in entry.body.lines]
    assert states == ["stopped", "infusing", "stopped"]
    assert lines == ["infusion_started", "stopped"]


def test_a_pump_that_does_not_rest_and_whose_power_nothing_can_take_is_told_to_stop_again(tmp_path):
    with opened(tmp_path, bench_text()) as (bench, _):
        pump = bench.instruments.pump()
        pump.run_continuous(rate_ul_h=100.0)
        with pytest.raises(SafetyError, match="STOP IT BY HAND"):
            bench._does_not_rest(AtRest("its motor made 40 edges"))
        bench.stop_pump()
        assert pump.status().state is PumpState.STOPPED
