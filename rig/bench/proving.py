"""What a daily proof does on a bench: it tries one thing after the other, and records what came of each."""

import contextlib
import statistics
from collections.abc import Callable, Iterator

from rig.bench.bench import Bench
from rig.bench.machine import Machine
from rig.bench.proving_balance import Hand
from rig.bench.proving_rest import BY_HAND, LeavesAlone
from rig.bench.sampling import Sampler
from rig.bench.space import record_mb
from rig.bench_file.proof import SUPPLY
from rig.bench_file.reading import channel_names
from rig.capabilities import Pump
from rig.clock import NS_PER_S
from rig.errors import InstrumentError, PlanError
from rig.record.bodies.proofs import (
    InputKnown,
    InstrumentTried,
    MachineLooked,
    ReferenceRuns,
)

_ENOUGH_READINGS = 200.0
_TURN_EACH_S = 0.25
_NEXT_MORNING_H = 24.0
_BYTES_PER_MB = 1e6
# A channel that tells the difference of an instrument's clock and the rig's, s; and how far back samples are looked at.
_OWN_CLOCK = "clock_offset"
_LOOK_BACK_NS = 120 * NS_PER_S
# What takes its samples by itself, at a pace of its own.
_BY_ITSELF = frozenset({"flow", "daq"})
# For longer than this nobody waits to see whether a buffer holds: of a morning a minute, where time is virtual ten.
_LONGEST_UNREAD_S = {"wall": 60.0, "virtual": 600.0}
# So often a known flow is looked at in between, for what pump and motor have counted by then.
_LOOKS = 16
THERMOMETERS = ("air_temperature", "liquid_temperature")


class Proving(LeavesAlone):
    """Tries a bench. Verbs raise InstrumentError as drivers do, and what `bench.ask` raises where a hand is wanted."""

    def __init__(self, bench: Bench, machine: Machine | None = None, hand: Hand | None = None) -> None:
        super().__init__(bench, hand)
        self.rest_minutes = bench.file.proof.rest_minutes
        self.flow_minutes = bench.file.proof.flow_of(bench.file.bench.clock)
        stroke_ul = bench.file.dut.stroke_ul if self.pump_is_reference else 0.0
        self.slow_flow_minutes = bench.file.proof.slow_flow_of(bench.file.bench.clock, stroke_ul)
        self.blank_minutes = bench.file.proof.blank_of(bench.file.bench.clock)
        self.turns = 100
        self._machine = Machine() if machine is None else machine

    @property
    def reference_ul_h(self) -> float:
        """Return the known flow, in µL/h."""
        return self._bench.file.proof.reference_ul_h

    @property
    def slow_reference_ul_h(self) -> float:
        """Return the slow known flow, in µL/h."""
        return self._bench.file.proof.slow_reference_ul_h

    def pace_s(self, minutes: float) -> float:
        """Return the pace, in s, for a time of so many minutes: a few hundred readings tell as much as thousands."""
        return max(self.every_s, minutes * 60.0 / _ENOUGH_READINGS)

    @property
    def is_long_blank(self) -> bool:
        """Tell whether a blank is long enough to find what a short one cannot tell from noise."""
        return self.blank_minutes >= 30.0

    @property
    def counts_edges(self) -> bool:
        """Tell whether the edges of the reference's own motor are counted, and what they stand for is declared."""
        counted = self._bench.instruments.count_edges() and self._bench.file.dut.ul_per_edge > 0.0
        return counted and self.pump_is_reference

    @property
    def pump_is_reference(self) -> bool:
        """Tell whether the pump under test gives the known flow: its motor turns, and it draws from the supply."""
        wanted = self._bench.file.proof.reference
        return any(one.role == "pump" and wanted in (one.role, one.name) for one in self._bench.file.instruments)

    @property
    def draws_from_supply(self) -> bool:
        """Tell whether the pump that gives the known flow is fed by the supply, and something measures its current."""
        entries = self._bench.file.instruments
        ammeter = any(
            one.role == "meter" or "supply_current" in channel_names(one.settings)
            for one in entries
            if one.capability in ("meter", "daq") and one.sample_every_s is not None
        )
        powered = self._bench.file.power is not None and any(one.role == "supply" for one in entries)
        return powered and ammeter and self.pump_is_reference

    @property
    def states_loss(self) -> bool:
        """Tell whether the bench file states what the vessel loses."""
        weighing = self._bench.file.weighing
        return weighing is not None and weighing.evaporation_mg_h is not None

    @property
    def has_two_thermometers(self) -> bool:
        """Tell whether a DAQ measures air and liquid both."""
        daqs = [channel_names(one.settings) for one in self._bench.file.instruments if one.role == "daq"]
        return any(set(THERMOMETERS) <= set(names) for names in daqs)

    @property
    def air_and_liquid_k(self) -> float:
        """Return how far air and liquid may be apart, in K."""
        return self._bench.file.proof.air_and_liquid_k

    def look_at_machine(self) -> None:
        """Look what room there is for a day's records, and whether the machine's clock is kept and was not set."""
        bench, machine = self._bench, self._machine
        needed_mb = record_mb(bench.file, _NEXT_MORNING_H) + bench.file.bench.least_free_mb
        free_mb = machine.free_bytes(bench.record.path.parent) / _BYTES_PER_MB
        bench.record.event(MachineLooked(free_mb, needed_mb, machine.stepped_s(bench.clock), machine.ntp()))

    def try_instruments(self) -> None:
        """Read all instruments in each of so many `turns`, and see how each answers."""
        bench, samplers = self._bench, self._bench.samplers
        before = [one.counts.counted() for one in samplers]
        took_s: list[list[float]] = [[] for _ in samplers]
        for _ in range(self.turns):
            for took, sampler in zip(took_s, samplers, strict=True):
                took.append(self._turn(sampler))
            self._wait(_TURN_EACH_S if bench.clock.virtual else 0.0)
        after = [one.counts.counted() for one in samplers]
        timed = [self._time_now(one) for one in samplers]
        unread = self._leave_unread()
        for sampler, was, now, took, time in zip(samplers, before, after, took_s, timed, strict=True):
            missed, lost = now.missed - was.missed, now.lost - was.lost
            mean_s, worst_s = statistics.fmean(took), max(took)
            unread_s, overrun = unread.get(sampler.name, (0.0, 0))
            bench.record.event(
                InstrumentTried(
                    sampler.name, self.turns, missed, lost, mean_s, worst_s, *time, unread_s=unread_s, overrun=overrun
                )
            )

    def know_inputs(self) -> None:
        """Say what stands at the DAQ's inputs, asking somebody to bring it there. Raises PlanError for no known one."""
        bench = self._bench
        entry = next(one for one in bench.file.instruments if one.role == "daq")
        roles = [one.role for one in bench.file.instruments]
        voltage_v = bench.file.power.voltage_v if bench.file.power else None
        inputs = bench.file.proof.inputs_of(channel_names(entry.settings), roles, voltage_v)
        if not inputs:
            raise PlanError("no input of the DAQ is known: state them in [proof] inputs of the bench file")
        for one in inputs:
            if one.known != SUPPLY:
                bench.ask(f"bring {one.channel} of {entry.name} to {one.known:g}, in its own unit")
            known = float(voltage_v or 0.0) if one.known == SUPPLY else float(one.known)
            by = SUPPLY if one.known == SUPPLY else BY_HAND
            bench.record.event(InputKnown(one.channel, known, one.within, by))

    def look_on(self, *, minutes: float, doing: str) -> None:
        """Let a known flow run for so many minutes, and look at what has been counted of it a few times meanwhile."""
        for _ in range(_LOOKS):
            self._bench.dwell(minutes=minutes / _LOOKS, doing=doing)
            self._bench.catch_up()

    @contextlib.contextmanager
    def reference(self) -> Iterator[Callable[[float], None]]:
        """Let the reference give known flows in the block, from a tare on: near zero a balance tracks it.

        Each rate, µL/h, that the block calls for is that of a pump of this bench, or of one that somebody sets.
        """
        bench, by = self._bench, self._bench.file.proof.reference
        if by == BY_HAND:
            bench.instruments.balance().tare()
            yield self._by_hand
            bench.ask("stop the reference")
            return
        pump: Pump = bench.instruments.pump(by)
        bench.ask(f"let the reference, {by}, lead into the vessel in the place of the pump under test")
        bench.instruments.balance().tare()

        def give(rate_ul_h: float) -> None:
            pump.stop()
            pump.run_continuous(rate_ul_h=rate_ul_h)
            bench.record.event(self._told(rate_ul_h))

        try:
            yield give
        except BaseException:
            # A pump whose power an interlock took does not hear it any more, and is stopped: what broke is told.
            with contextlib.suppress(InstrumentError):
                pump.stop()
            raise
        pump.stop()

    def _by_hand(self, rate_ul_h: float) -> None:
        self._bench.ask(f"let the reference give {rate_ul_h:g} µL/h, in the place of the pump under test")
        self._bench.record.event(self._told(rate_ul_h))

    def _told(self, rate_ul_h: float) -> ReferenceRuns:
        proof = self._bench.file.proof
        return ReferenceRuns(proof.reference, rate_ul_h, proof.reference_percent)

    def _turn(self, sampler: Sampler) -> float:
        """Read an instrument once, out of turn; return how long that took, in s of the bench's time."""
        begun_ns = self._bench.clock.now_ns()
        sampler.read_now()
        took_s = (self._bench.clock.now_ns() - begun_ns) / NS_PER_S
        self._wait(0.0)
        return took_s

    def _leave_unread(self) -> dict[str, tuple[float, int]]:
        """Leave all that take samples by themselves unread, each for as long as runs do.

        Return for how long, s, and what was lost, by name.
        """
        most_s = _LONGEST_UNREAD_S[self._bench.file.bench.clock]
        meant = [(min(one.every_s, most_s), one) for one in self._bench.samplers if self._takes_by_itself(one)]
        meant.sort(key=lambda each: each[0])
        for _, sampler in meant:
            sampler.read_now()
        before = [(sampler.counts.counted().lost, sampler.out_of_reach) for _, sampler in meant]
        begun_ns, found = self._bench.clock.now_ns(), dict[str, tuple[float, int]]()
        for _, sampler in meant:
            sampler.out_of_reach = lambda: True
        try:
            for (unread_s, sampler), (lost, reach) in zip(meant, before, strict=True):
                passed_s = (self._bench.clock.now_ns() - begun_ns) / NS_PER_S
                self._wait(max(0.0, unread_s - passed_s))
                sampler.out_of_reach = reach
                sampler.read_now()
                found[sampler.name] = (unread_s, sampler.counts.counted().lost - lost)
        finally:
            for (_, sampler), (_, reach) in zip(meant, before, strict=True):
                sampler.out_of_reach = reach
        return found

    def _takes_by_itself(self, sampler: Sampler) -> bool:
        return any(one.name == sampler.name and one.capability in _BY_ITSELF for one in self._bench.instruments)

    def _time_now(self, sampler: Sampler) -> tuple[float | None, float]:
        """Return how far an instrument's own time is behind the rig's, and the time between its samples, in s."""
        sampler.read_now()
        now_ns = self._bench.clock.now_ns()
        with self._bench.record.reader() as reader:
            own = [one.name for one in reader.channels(sampler.name) if one.name == _OWN_CLOCK]
            series = reader.series(sampler.name, now_ns - _LOOK_BACK_NS, now_ns + 1, own)
        t_ns = series.t_ns
        if own:
            return (-float(series.columns[_OWN_CLOCK][-1]), 0.0) if len(t_ns) else (None, 0.0)
        if len(t_ns) < 2 or not self._takes_by_itself(sampler):
            return None, 0.0  # stamped by the rig, when it came
        return (now_ns - int(t_ns[-1])) / NS_PER_S, statistics.median((t_ns[1:] - t_ns[:-1]).tolist()) / NS_PER_S
