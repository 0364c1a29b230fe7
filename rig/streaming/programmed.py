"""What the pump's orders ask for, as samples of their own: weighed volumes are held to all of it, boluses too."""

from collections.abc import Iterator

import numpy as np

from rig.clock import NS_PER_S
from rig.errors import RigError
from rig.evaluation.orders import PumpOrder, Telling
from rig.evaluation.programme import Programme
from rig.record.bodies.events import BenchOpened
from rig.record.reader import RecordReader
from rig.record.schema import Entry, Kind
from rig.record.words import Stamped, command_of

FIELD = "programmed_ul"
# Who measured it: nobody.
INSTRUMENT = "-"
# Until when a programme is worked out at a time: an infusion has no end of its own.
_AHEAD_NS = 86_400 * NS_PER_S


class Programmed:
    """The volume that was to be delivered since the bench was opened, as far as it has been told.

    What a record says up to one entry decides what stands up to there, however often and in whatever pieces it is read.
    """

    def __init__(self, reader: RecordReader, seq: int) -> None:
        """Take the orders up to entry `seq`, which has been told already."""
        self.pump = reader.start().in_role("pump")
        self._orders: list[PumpOrder] = []
        self._telling = Telling()
        self._programme: Programme | None = None
        self._until_ns = 0
        opened = [entry.seq for entry in reader.events(BenchOpened) if entry.seq <= seq]
        for entry in reader.commands(self.pump, opened[-1] if opened else 0) if self.pump and seq else ():
            if entry.seq <= seq:
                self._add(self._telling.order_of(entry))

    def take(self, entry: Entry) -> bool:
        """Take an entry that may be an order; tell whether it was one. A bench opened anew has been told nothing."""
        if entry.kind == Kind.EVENT.value and entry.name == BenchOpened.NAME:
            self._orders, self._programme, self._telling = [], None, Telling()
            return False
        if not self.pump or entry.kind != Kind.COMMAND.value or entry.name != self.pump:
            return False
        order = self._telling.order_of(Stamped(entry.seq, entry.t_ns, entry.name, command_of(entry)))
        self._add(order)
        return order is not None

    def points(self, last_ns: int | None, until_ns: int) -> Iterator[tuple[int, float]]:
        """Yield stamps after `last_ns` up to `until_ns` (UTC ns), and the volume (µL) that was asked for up to each.

        Between two of them the volume rises evenly. Nothing is yielded before the first order.
        """
        try:
            programme = self._known(until_ns)
        except RigError:
            return  # the record's orders say too little: then nothing is said, rather than something else
        if programme is None:
            return
        first_ns = min(one.sent_ns for one in programme.orders)
        from_ns = first_ns - 1 if last_ns is None else max(last_ns, first_ns - 1)
        at_once = [ns for given_ns in programme.given_at_once_ns for ns in (given_ns - 1, given_ns)]
        knots = {until_ns, first_ns, *at_once}
        knots.update(ns for one in programme.stretches for ns in (one.from_ns, one.to_ns))
        stamps = sorted(ns for ns in knots if from_ns < ns <= until_ns)
        volumes = programme.volume_ul(np.asarray(stamps, np.int64))
        yield from zip(stamps, map(float, volumes), strict=True)

    def _add(self, order: PumpOrder | None) -> None:
        if order is not None:
            self._orders.append(order)
            self._programme = None

    def _known(self, until_ns: int) -> Programme | None:
        if not self._orders:
            return None
        if self._programme is None or until_ns > self._until_ns:
            self._until_ns = until_ns + _AHEAD_NS
            self._programme = Programme(self._orders, self._until_ns)
        return self._programme
