"""Watches the interlocks of a bench file: each block of samples as it comes, and what does not come."""

import threading
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from rig.bench.distances import Distances, Edges
from rig.bench.sampling import Sampler
from rig.bench_file.interlocks import COUNT, FLOW, MASS, RATE, WATCHED_UNITS
from rig.bench_file.tables import Accuracy, InterlocksSection
from rig.channels import Channel
from rig.clock import NS_PER_S, Clock
from rig.errors import InstrumentError
from rig.safety.trip import Trip
from rig.safety.volume_path import VolumePath
from rig.samples import Block

# Verbs after which a balance shows another number for what lies on its pan.
_SET_ANEW = frozenset({"tare", "zero"})
# What a flow sensor may be wrong by whose limits the bench file does not state: a thermal one of a large range.
USUAL_SENSOR = Accuracy(percent=10.0, absolute=10.0)


class Interlocks:
    """The interlocks of an open bench. The first trip stays; `on_trip` hears of it at once, on whatever thread.

    `challenges_begun` counts what plans have done to the pump: from the first of a plan on the ways to know what it
    delivered are not compared any more, because what was held back or let out comes later, if ever.
    """

    def __init__(
        self,
        section: InterlocksSection,
        clock: Clock,
        density_kg_m3: float | None,
        challenges_begun: Callable[[], int],
        on_trip: Callable[[Trip], object],
    ) -> None:
        self.tripped: Trip | None = None
        self._section = section
        self._clock = clock
        # A mass in mg over this is a volume in µL.
        self._mg_per_ul = None if density_kg_m3 is None else density_kg_m3 / 1000.0
        self._challenges_begun = challenges_begun
        self._begun_before = 0
        self._on_trip = on_trip
        self._samplers: list[Sampler] = []
        self._count: VolumePath | None = None
        self._balance: VolumePath | None = None
        self._flow: VolumePath | None = None
        self._edges: Edges | None = None
        most_percent = section.most_distance_percent
        self._distances = None if most_percent is None else Distances(most_percent, section.distance_from_ul)
        self._turn = threading.RLock()

    def watch(
        self, sampler: Sampler, role: str, channels: tuple[Channel, ...], accuracy: Accuracy | None = None
    ) -> None:
        """Watch a stream from its next block on; `role` is what its instrument is for on this bench.

        `accuracy` are a flow sensor's limits of error, None those of a usual one.
        """
        names = {channel.name for channel in channels}
        over_s, limits = self._section.rate_over_s, accuracy or USUAL_SENSOR
        if role == "pump" and COUNT in names:
            self._count = VolumePath(sampler.name, over_s, says="counted")
        elif role == "balance" and MASS in names:
            self._balance = VolumePath(sampler.name, over_s, says="weighed")
        elif role == "flow" and FLOW in names:
            self._flow = VolumePath(sampler.name, over_s, says="saw", percent=limits.percent, absolute=limits.absolute)
        self._samplers.append(sampler)
        sampler.listeners = (*sampler.listeners, lambda block: self._sampled(sampler.name, channels, block))
        sampler.on_late = lambda due_ns, late_s: self._late(sampler.name, due_ns, late_s)

    def watch_edges(self, stream: str, ul_per_edge: float, count: Callable[[], int | None]) -> None:
        """Compare the motor's edges, which `count` asks the DAQ of that stream for, as a path of its own."""
        if self._distances is not None:
            path = VolumePath(stream, self._section.rate_over_s, says="counted by the motor's edges")
            self._edges = Edges(path, ul_per_edge, count)

    def plan_begins(self) -> None:
        """Count volumes from now on; where ways to know them are compared, all begin with a reading of this moment."""
        edges = self._edges
        moved_ul = None
        if self._distances is not None:
            for sampler in self._samplers:
                sampler.read_now()
            moved_ul = None if edges is None else edges.moved_ul()
        with self._turn:
            self._begun_before = self._challenges_begun()
            if edges is not None and moved_ul is not None:
                edges.path.read(self._clock.now_ns(), moved_ul)
            for path in (*self._paths(), *([] if edges is None else [edges.path])):
                path.restart()

    def commanded(self, instrument: str, verb: str) -> None:
        """Take note that a balance was tared or set to zero."""
        with self._turn:
            if self._balance is not None and self._balance.stream == instrument and verb in _SET_ANEW:
                self._balance.set_anew()

    def look(self) -> None:
        """Look for what does not come: readings that are due, and instruments that are gone."""
        now_ns = self._clock.now_ns()
        for sampler in self._samplers:
            if sampler.out_of_reach():
                continue
            self._late(sampler.name, now_ns, sampler.overdue_s(now_ns))
            self._lost(sampler, now_ns)

    def found_by_another(self, trip: Trip) -> None:
        """Take up a trip that was found by who watches besides."""
        self._trip(trip)

    # What is looked at --------------------------------------------------------------------------------------------

    def _sampled(self, stream: str, channels: tuple[Channel, ...], block: Block) -> None:
        if not len(block.t_ns):
            return
        edges = self._edges
        moved_ul = None if edges is None else edges.ask(stream, int(block.t_ns[-1]))  # others are not held up by it
        with self._turn:
            self._follow(stream, block)
            if edges is not None and moved_ul is not None:
                edges.path.read(self._clock.now_ns(), moved_ul)
            trip = next((one for one in self._found(stream, channels, block)), None)
        if trip is not None:
            self._trip(trip)

    def _follow(self, stream: str, block: Block) -> None:
        t_ns = int(block.t_ns[-1])
        if self._count is not None and self._count.stream == stream:
            self._count.read(t_ns, float(block.columns[COUNT][-1]))
        if self._balance is not None and self._balance.stream == stream and self._mg_per_ul is not None:
            self._balance.read(t_ns, float(block.columns[MASS][-1]) / self._mg_per_ul)
        if self._flow is not None and self._flow.stream == stream:
            self._flow.flowed(t_ns, float(np.mean(block.columns[FLOW])), int(block.t_ns[0]))

    def _found(self, stream: str, channels: tuple[Channel, ...], block: Block) -> Iterator[Trip]:
        for key, units in WATCHED_UNITS.items():
            for channel in channels:
                if channel.unit in units:
                    values = block.columns[channel.name] * units[channel.unit]
                    yield from self._above(key, stream, channel.name, block.t_ns, values)
        for path in self._paths():
            if path.stream != stream or path.volume_ul is None:
                continue
            yield from self._volume(path)
            yield from self._rate(path)
        if self._count is not None and self._count.stream == stream and RATE in block.columns:
            yield from self._above("most_rate_ul_h", stream, RATE, block.t_ns, block.columns[RATE])
        yield from self._distance()

    def _above(
        self, key: str, stream: str, name: str, t_ns: NDArray[np.int64], values: NDArray[np.float64]
    ) -> Iterator[Trip]:
        limit: float | None = getattr(self._section, key)
        if limit is None or not np.any(values > limit):
            return
        above_ns, worst = t_ns[values > limit], float(np.nanmax(values))
        found = f"{name} of {stream} was {worst:.5g}, at most {limit:g} is allowed"
        yield Trip(key, worst, limit, (stream,), int(above_ns[0]), int(above_ns[-1]), found)

    def _volume(self, path: VolumePath) -> Iterator[Trip]:
        limit, volume = self._section.most_volume_ul, path.volume_ul
        if limit is not None and volume is not None and volume > limit and path is not self._flow:
            found = f"{path.stream} shows {volume:.5g} µL since the plan began, at most {limit:g} µL is allowed"
            yield Trip("most_volume_ul", volume, limit, (path.stream,), path.last_ns, path.last_ns, found)

    def _rate(self, path: VolumePath) -> Iterator[Trip]:
        limit, rate = self._section.most_rate_ul_h, path.rate_ul_h()
        if limit is not None and rate is not None and rate > limit:
            found = f"{path.stream} shows {rate:.5g} µL/h on the mean, at most {limit:g} µL/h is allowed"
            yield Trip("most_rate_ul_h", rate, limit, (path.stream,), path.begin_ns, path.last_ns, found)

    def _distance(self) -> Iterator[Trip]:
        if self._distances is None or self._challenges_begun() != self._begun_before:
            return
        edges = () if self._edges is None else (self._edges.path,)
        yield from self._distances.found((*self._paths(), *edges))

    def _late(self, stream: str, due_ns: int, late_s: float) -> None:
        limit = self._section.lateness_s
        if limit is not None and late_s > limit:
            found = f"a reading of {stream} was {late_s:.3g} s late, at most {limit:g} s is allowed"
            self._trip(Trip("lateness_s", late_s, limit, (stream,), due_ns, due_ns, found))

    def _lost(self, sampler: Sampler, now_ns: int) -> None:
        limit = self._section.lost_after_s
        if limit is None:
            return
        silent_s = (now_ns - sampler.answered_ns) / NS_PER_S - sampler.every_s
        gone = isinstance(sampler.failure, InstrumentError)
        if silent_s > limit or gone:
            why = str(sampler.failure).splitlines()[0] if gone else f"at most {limit:g} s is allowed"
            found = f"{sampler.name} has given no reading for {max(silent_s, 0.0):.4g} s beyond its pace: {why}"
            self._trip(Trip("lost_after_s", silent_s, limit, (sampler.name,), sampler.answered_ns, now_ns, found))

    def _paths(self) -> tuple[VolumePath, ...]:
        return tuple(path for path in (self._count, self._balance, self._flow) if path is not None)

    def _trip(self, trip: Trip) -> None:
        with self._turn:
            if self.tripped is not None:
                return
            self.tripped = trip
        self._on_trip(trip)
