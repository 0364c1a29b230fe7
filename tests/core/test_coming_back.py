"""A measuring instrument whose line is lost is found again, and what was not measured meanwhile is a gap."""

import contextlib
from dataclasses import dataclass, field

import numpy as np
import pytest

from instruments.hosting.tcp_host import TcpHost
from instruments.mettler_mt_sics.twin import BalanceParameters, Twin
from instruments.plant.laboratory import Laboratory, Parameters
from rig.bench.sampling import Sampler
from rig.bench.silence import Silence
from rig.bench.way_back import WayBack
from rig.bench_file.reading import load_bench_file
from rig.clock import Deadline, WallClock, ns_from_s
from rig.driving import DriverContext, serialise
from rig.errors import ConnectionLostError, InstrumentError, InterlockError, SafetyError
from rig.record.bodies.absences import AnotherAnswered, InstrumentLost, SamplingGap
from rig.record.bodies.events import SamplerFailed
from rig.record.bodies.start import Start
from rig.record.writer import RunRecord
from tests.core.bench_support import bench_text, opened
from tests.fixtures.plan_support import ROOT
from tests.patience import patient

WHOLE = (ROOT / "benches" / "mocked.toml").read_text(encoding="utf-8")
# Ten times as fast as the wall's time, so that a test need not wait for a back-off.
SPEED = 10.0


def unplugged(text, after_s=600, for_s: float | None = 150, *, name="balance", more=""):
    """Return a bench file whose instrument has its plug pulled."""
    lasts = "" if for_s is None else f", for_s = {for_s}"
    fault = f'faults = [{{ kind = "unplugged", after_s = {after_s}{lasts} }}]'
    head, table, rest = text.partition(f"[instruments.{name}]\n")
    return f"{head}{table}{more}twin = {{ {fault} }}\n{rest}"


def gaps_of(record):
    with record.reader() as reader:
        return [entry.body for entry in reader.events(SamplingGap)]


@pytest.fixture(scope="module", params=["pty", "tcp"])
def after_a_pulled_plug(request, tmp_path_factory):
    """What a plan found whose balance was unplugged from 600 to 750 s, read each 60 s."""
    kind = 'kind = "mocked"'
    text = bench_text().replace(kind, f'{kind}\nserial_twins = "{request.param}"')
    folder = tmp_path_factory.mktemp(request.param)
    with opened(folder, unplugged(text)) as (bench, record):
        began_ns = bench.clock.now_ns()
        balance = bench.instruments.balance()
        balance.tare()
        with bench.plan():
            bench.instruments.pump().run_continuous(rate_ul_h=1000.0)
            bench.dwell(seconds=1230)
            after = balance.read_mass()
        with record.reader() as reader:
            series = reader.series("balance", began_ns, bench.clock.now_ns() + 1)
        yield began_ns, series, gaps_of(record), after


def test_readings_go_on_when_the_plug_is_in_again(after_a_pulled_plug):
    began_ns, series, _, after = after_a_pulled_plug
    assert series.t_ns[-1] - began_ns == ns_from_s(1200)
    assert after.mass_mg >= series.columns["mass"][-1]


def test_no_reading_bears_a_time_at_which_nothing_was_plugged_in(after_a_pulled_plug):
    began_ns, series, _, _ = after_a_pulled_plug
    s = (series.t_ns - began_ns) / 1e9
    assert not np.any((s > 600) & (s < 750))


def test_the_gap_is_recorded_with_its_ends_cause_and_attempts(after_a_pulled_plug):
    began_ns, _, gaps, _ = after_a_pulled_plug
    (gap,) = gaps
    begin_s, end_s = (gap.from_ns - began_ns) / 1e9, (gap.to_ns - began_ns) / 1e9
    assert begin_s in (540, 600)
    assert 750 <= end_s <= 870  # the attempt behind it
    assert (gap.stream, gap.back) == ("balance", True)
    assert "ConnectionLostError" in gap.cause or "NoReplyError" in gap.cause
    assert gap.attempts > 3


def test_what_was_due_in_a_gap_is_lost(after_a_pulled_plug):
    _, series, (gap,), _ = after_a_pulled_plug
    assert series.lost == gap.missed >= 2


def test_a_balance_that_is_back_has_kept_its_tare(after_a_pulled_plug):
    _, series, _, _ = after_a_pulled_plug
    # A beaker weighs grams: what came meanwhile is milligrams.
    assert np.abs(np.diff(series.columns["mass"])).max() < 200


@pytest.mark.parametrize("name", ["flow", "daq", "meter"])
def test_every_measuring_instrument_comes_back_with_its_settings(tmp_path, name):
    more = "timeout_s = 0.1\n" if name == "meter" else ""  # what was sent into a dead socket is waited for
    text = unplugged(WHOLE.replace("sample_every_s = 300", "sample_every_s = 60"), 1000, 800, name=name, more=more)
    with opened(tmp_path, text) as (bench, record), bench.plan():
        began_ns = bench.clock.now_ns()
        bench.dwell(hours=1)
        (gap,) = gaps_of(record)
        with record.reader() as reader:
            before, behind = (
                reader.series(name, *span) for span in ((began_ns, gap.from_ns), (gap.to_ns, bench.clock.now_ns()))
            )
    assert (gap.stream, gap.back) == (name, True)
    assert len(behind.t_ns)
    # The pace of its own samples is what the bench file says, as before.
    assert np.median(np.diff(behind.t_ns)) == pytest.approx(np.median(np.diff(before.t_ns)), rel=0.01)


def test_the_pump_is_not_looked_for(tmp_path):
    text = unplugged(bench_text(), name="pump")
    with contextlib.suppress(SafetyError), opened(tmp_path, text) as (bench, record):
        with pytest.raises(InstrumentError), bench.plan():
            bench.dwell(hours=1)
        assert gaps_of(record) == []


def test_an_instrument_that_stays_away_ends_the_plan_in_bounded_time(tmp_path):
    text = unplugged(bench_text(), for_s=None, more="away_s = 300\n")
    with opened(tmp_path, text) as (bench, record):
        began_ns = bench.clock.now_ns()
        with pytest.raises(InstrumentError, match="balance"), bench.plan():
            bench.dwell(hours=24)
        lasted_s = (bench.clock.now_ns() - began_ns) / 1e9
        (gap,) = gaps_of(record)
    assert 900 <= lasted_s < 1300
    assert not gap.back


def test_one_that_may_not_be_away_ends_the_plan_at_once(tmp_path):
    text = unplugged(bench_text(), for_s=None, more="away_s = 0\n")
    with opened(tmp_path, text) as (bench, record):
        with pytest.raises(InstrumentError), bench.plan():
            bench.dwell(hours=1)
        with record.reader() as reader:
            assert not reader.events(InstrumentLost)
            assert [entry.body.stream for entry in reader.events(SamplerFailed)] == ["balance"]


def test_the_interlock_of_a_lost_instrument_goes_before(tmp_path):
    text = unplugged(bench_text(), for_s=None) + "[interlocks]\nlost_after_s = 100\n"
    with opened(tmp_path, text) as (bench, _), pytest.raises(InterlockError) as caught, bench.plan():
        bench.dwell(hours=1)
    assert (caught.value.interlock, caught.value.value < 300) == ("lost_after_s", True)


def test_a_verb_on_an_instrument_that_is_away_is_refused_by_name(tmp_path):
    with opened(tmp_path, unplugged(bench_text(), for_s=None)) as (bench, _), bench.plan():
        bench.dwell(seconds=700)
        with pytest.raises(ConnectionLostError, match=r"balance: tare was refused.* away"):
            bench.instruments.balance().tare()


def test_the_screen_is_told_of_it_and_of_its_return(tmp_path):
    said = []
    with opened(tmp_path, unplugged(bench_text())) as (bench, _), bench.plan():
        bench.silence.say = said.append
        bench.dwell(minutes=30)
    assert [line.partition(" has given no reading for ")[0] for line in said[:1]] == ["balance"]
    assert said[1].startswith("balance gives readings again, after ")
    assert len(said) == 2


def test_a_plug_that_was_out_between_two_readings_costs_one(tmp_path):
    # Whether the balance kept its zero meanwhile nobody knows.
    with opened(tmp_path, unplugged(bench_text(), after_s=620, for_s=20)) as (bench, record), bench.plan():
        began_ns = bench.clock.now_ns()
        bench.dwell(minutes=30)
        with record.reader() as reader:
            found = reader.series("balance", began_ns, bench.clock.now_ns())
    assert len(found.t_ns) == 29
    assert found.lost == 1


# Over a real listener, on the wall clock ------------------------------------------------------------------------------


@dataclass
class Looked:
    """A balance that is sampled over TCP; its listener is the test's to close and to open."""

    clock: WallClock
    record: RunRecord
    sampler: Sampler
    host: TcpHost
    laboratory: Laboratory
    hosts: list[TcpHost] = field(default_factory=list)

    def comes_to_listen(self, serial="B000000001"):
        """Let a balance listen where the first one did."""
        twin = Twin("balance", BalanceParameters(serial=serial), self.laboratory)
        self.host = TcpHost("balance", twin, self.host.address[1])

    def until(self, what):
        deadline = Deadline(patient(10))
        while not what():
            assert not deadline.passed(), "what was waited for did not come"
            deadline.nap(0.01)

    def events(self, kind):
        with self.record.reader() as reader:
            return [entry.body for entry in reader.events(kind)]


@pytest.fixture
def looked(tmp_path):
    """Sample a balance over TCP, each 0.2 s of a clock that is fast."""
    clock = WallClock(speed=SPEED)
    laboratory = Laboratory(Parameters(), clock, 1)
    host = TcpHost("balance", Twin("balance", BalanceParameters(), laboratory))
    path = tmp_path / "bench.toml"
    text = bench_text(clock='clock = "wall"', watchdog_s=1, every_s=0.2).replace('kind = "mocked"', 'kind = "physical"')
    text = text.replace('[laboratory]\npump_power = "battery"\n', "").replace('driver = "', 'port = "PORT"\ndriver = "')
    # The pump stands first and elsewhere, and is not opened here.
    text = text.replace("PORT", "socket://127.0.0.1:1", 1).replace("PORT", host.port)
    path.write_text(text, encoding="utf-8")
    entry = next(one for one in load_bench_file(path).instruments if one.name == "balance")
    with RunRecord.create(tmp_path, "a-run", Start(bench="b"), clock.now_ns(), clock) as record:
        context = DriverContext(clock, record.command)
        driver = entry.driver("balance", entry.settings, context)
        way_back = WayBack(entry, lambda: entry.settings, context, record)
        way_back.leads_to(driver, serialise(driver, way_back.calling))
        sampler = Sampler("balance", driver, 0.2, clock, record, way_back=way_back)
        sampler.start()
        found = Looked(clock, record, sampler, host, laboratory)
        found.until(lambda: sampler.counts.reads > 2)
        yield found
        sampler.stop()
        driver.close()
        found.host.close()


def test_a_listener_that_closes_and_comes_back_is_found_again(looked):
    looked.host.close()
    looked.until(lambda: looked.sampler.absence is not None and looked.sampler.absence.attempts > 1)
    looked.comes_to_listen()
    looked.until(lambda: looked.sampler.absence is None)
    reads = looked.sampler.counts.reads
    looked.until(lambda: looked.sampler.counts.reads > reads + 2)
    (gap,) = looked.events(SamplingGap)
    assert gap.back
    assert gap.attempts > 1


def test_another_balance_is_refused_by_name_until_the_first_is_back(looked):
    looked.host.close()
    looked.until(lambda: looked.sampler.absence is not None)
    looked.comes_to_listen(serial="B000000002")
    looked.until(lambda: looked.events(AnotherAnswered))
    reads = looked.sampler.counts.reads
    looked.host.close()
    looked.comes_to_listen()
    looked.until(lambda: looked.sampler.absence is None)
    (stranger,), (gap,) = looked.events(AnotherAnswered), looked.events(SamplingGap)
    assert (stranger.wanted["serial"], stranger.found["serial"]) == ("B000000001", "B000000002")
    assert gap.attempts > 1
    assert looked.sampler.counts.reads >= reads


def test_the_screen_is_told_of_another_balance(looked):
    said = []
    silence = Silence(looked.clock)
    silence.say = said.append
    looked.host.close()
    looked.until(lambda: looked.sampler.absence is not None)
    silence.look([looked.sampler])
    looked.comes_to_listen(serial="B000000002")
    looked.until(lambda: looked.events(AnotherAnswered))
    for _ in range(2):
        silence.look([looked.sampler])
    assert len(said) == 2
    assert "serial number B000000002" in said[1]
    assert said[1].endswith("was lost; it was refused")


def test_attempts_are_put_off_ever_longer(looked):
    looked.host.close()
    looked.until(lambda: looked.sampler.absence is not None and looked.sampler.absence.attempts >= 4)
    absence = looked.sampler.absence
    assert (absence.next_ns - absence.known_ns) / 1e9 > 1 + 2 + 4
