"""The stroke mechanism: single strokes that are lost, doubled, too small or out of time."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from instruments.intrathecal_pump.simulated.mechanism import Mechanism
from instruments.intrathecal_pump.simulated.spell import Spell, Turns
from instruments.intrathecal_pump.simulated.stroke_planner import StrokePlanner
from instruments.plant.line import NS_PER_H, Stroke
from qualification.defect import Defect, seeded

_NS_PER_DAY = 24 * NS_PER_H
_USUAL_KPA = 2.0


@seeded(
    Defect(
        "B1",
        "one stroke in 50 is double",
        "The patient gets 2 % more than prescribed: within what is allowed to a pump.",
        "ACC-001",
        effect_percent=2.0,
        says=("books", "edges", "programme asks for"),
        source="GIP 1.21",
    )
)
class OneStrokeIn50IsDouble(Mechanism):
    """The motor overruns each 50th time."""

    turned = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move twice as much with each 50th stroke."""
        return [self._made(one) for one in super().strokes(turns)]

    def _made(self, stroke: Stroke) -> Stroke:
        self.turned += 1
        return stroke if self.turned % 50 else replace(stroke, volume_ul=2.0 * stroke.volume_ul)


@seeded(
    Defect(
        "B2",
        "one stroke in 33 is lost, and the counter goes on",
        "The patient gets 3 % less than prescribed, and the pump's own books say that all was given.",
        "ACC-001",
        effect_percent=-100 / 33,
        says=("books", "edges"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="GIP 1.20, 4.x",
    )
)
class OneStrokeIn33IsLost(Mechanism):
    """The motor turns and each 33rd time nothing comes of it."""

    turned = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move nothing with each 33rd stroke."""
        made = []
        for stroke in super().strokes(turns):
            self.turned += 1
            if self.turned % 33:
                made.append(stroke)
        return made


@seeded(
    Defect(
        "B3",
        "strokes grow by 0.1 % a day",
        "As the mechanism wears, the dose creeps up: 1.5 % over the first month, and it does not stop there.",
        "IT-01",
        effect_percent=3.0,  # after 30 days
        says=("books", "volume of the month"),
        plans=("test_plans/test_month.py",),
        source="shaft wear in 59 % of returned pumps",
    )
)
class StrokesGrow(Mechanism):
    """Each stroke is larger by the days since the first."""

    first_ns = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move more each day."""
        made: Sequence[Stroke] = super().strokes(turns)
        if made and not self.first_ns:
            self.first_ns = made[0].t_ns
        days = [(one.t_ns - self.first_ns) / _NS_PER_DAY for one in made]
        return [
            replace(one, volume_ul=one.volume_ul * (1.0 + 0.001 * day)) for one, day in zip(made, days, strict=True)
        ]


@seeded(
    Defect(
        "B4",
        "the intervals of strokes scatter by 13 %",
        "The patient gets what was prescribed; the moments of single strokes scatter as they do in real pumps.",
        "ACC-001",
        effect_percent=0.0,
        source="dia.2019.0486",
        control=True,
    )
)
class IntervalsScatter(StrokePlanner):
    """Each stroke comes a little late, by a scatter of 13 % of the interval about its mean."""

    scatter = np.random.default_rng(13)

    def run(self, spell: Spell) -> list[int]:
        """Delay strokes, none beyond the spell."""
        due = super().run(spell)
        if not spell.rate_nl_h:
            return due
        interval_ns = self._stroke / spell.rate_nl_h
        late = [at + round(interval_ns * abs(self.scatter.normal(0.0, 0.13))) for at in due]
        return sorted(min(at, spell.to_ns) for at in late)


@seeded(
    Defect(
        "B5",
        "ten strokes at once, at the latest each 7.2 minutes",
        "The patient gets what was prescribed, in small portions: each 7 minutes at the usual dose.",
        "ACC-001",
        effect_percent=0.0,
        source="GIP 1.4.7 by analogy",
        control=True,
    )
)
class TenStrokesAtOnce(StrokePlanner):
    """Saves current: the motor is started for ten strokes together, or for what has waited long enough."""

    longest_ns = 432_000_000_000
    most = 10
    waiting: tuple[int, ...] = ()

    def run(self, spell: Spell) -> list[int]:
        """Keep strokes until there are ten of them, or the first has waited too long."""
        given: list[int] = []
        for at_ns in super().run(spell):
            given += self._given_late(spell, at_ns)
            self.waiting += (at_ns,)
            if len(self.waiting) == self.most:
                given += [at_ns] * self.most
                self.waiting = ()
        return given + self._given_late(spell, spell.to_ns)

    def _given_late(self, spell: Spell, until_ns: int) -> list[int]:
        """Return the strokes that have waited long enough before a moment; none while the pump stands."""
        late_ns = self.waiting[0] + self.longest_ns if self.waiting else until_ns
        if late_ns >= until_ns or not spell.rate_nl_h:
            return []
        given = [max(late_ns, spell.from_ns + 1)] * len(self.waiting)
        self.waiting = ()
        return given


@seeded(
    Defect(
        "B6",
        "each stroke returns 10 % through the valve",
        "A tenth of every dose stays in the pump, and its books say that all was given.",
        "ACC-001",
        effect_percent=-10.0,
        says=("books", "edges", "flow error"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="GIP 1.8.1",
    )
)
class ValveLeaksBack(Mechanism):
    """A tenth of what was moved flows back before the valve is shut."""

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move nine tenths."""
        return [replace(one, volume_ul=0.9 * one.volume_ul) for one in super().strokes(turns)]


@seeded(
    Defect(
        "B7",
        "the first stroke after each pause is empty",
        "Half a microlitre is missing whenever the pump is started.",
        "ACC-001",
        effect="−0.5 µL at each start: the resolution of every dose",
        says=("books", "edges", "forty starts"),
        plans=("test_plans/test_programme_change.py::test_many_starts",),
        source="texts on dead volumes",
    )
)
class FirstStrokeIsEmpty(Mechanism):
    """The mechanism has to take up its play first."""

    until_ns, taken_up = 0, False

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move nothing with the first stroke behind a time without delivery."""
        if turns.spell.from_ns != self.until_ns:
            self.taken_up = False
        self.until_ns = turns.spell.to_ns
        made = super().strokes(turns)
        if not made or self.taken_up:
            return made
        self.taken_up = True
        return [replace(made[0], volume_ul=0.0), *made[1:]]


@seeded(
    Defect(
        "B8",
        "every third stroke moves 30 % less",
        "One of three rollers is worn: a tenth of the dose is missing, and the books are full.",
        "ACC-001",
        effect_percent=-10.0,
        says=("books", "edges", "flow error"),
        plans=("test_plans/test_programme_change.py::test_many_starts_cost_and_add_nothing",),
        source="tables of pulsation",
    )
)
class ThirdRollerIsWorn(Mechanism):
    """Of three rollers one is worn."""

    turned = 0

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move less with each third stroke."""
        return [self._made(one) for one in super().strokes(turns)]

    def _made(self, stroke: Stroke) -> Stroke:
        self.turned += 1
        return stroke if self.turned % 3 else replace(stroke, volume_ul=0.7 * stroke.volume_ul)


@seeded(
    Defect(
        "B9",
        "for an hour behind a magnet the rotor turns backwards",
        "After an MRI the pump draws spinal fluid in for an hour, while it counts that hour as delivered.",
        "IT-15",
        effect="−41.7 µL in place of +41.7 µL, and reverse flow, for an hour",
        says=("reverse", "backwards", "books", "edges"),
        plans=("test_plans/test_stall.py::test_an_intermittent_stall_is_signalled_each_time_and_overcome",),
        source="text on a rotor pump in magnetic fields",
    )
)
class TurnsBackwards(Mechanism):
    """The rotor's poles are turned by the magnet."""

    freed_ns, now_ns = -NS_PER_H, 0

    def stick(self, *, stuck: bool) -> None:
        """Begin the hour when the magnet goes."""
        if self.stuck and not stuck:
            self.freed_ns = self.now_ns
        super().stick(stuck=stuck)

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move backwards for an hour of delivery behind a magnet."""
        self.now_ns = turns.spell.to_ns
        made = super().strokes(turns)
        back = self.now_ns - self.freed_ns < NS_PER_H
        return [replace(one, volume_ul=-one.volume_ul) for one in made] if back else made


@seeded(
    Defect(
        "B10",
        "strokes change by {size} % under a back pressure of 2 kPa",
        "The dose falls whenever pressure at the catheter's tip rises: on coughing, sitting up, with hydrocephalus.",
        "7.1.3",
        says=("back pressure", "books"),
        plans=("test_plans/test_surroundings.py::test_straining_changes_no_dose",),
        source="challenge of external pumps with ±100 and 300 mmHg",
    ),
    sizes=(-1.5, -7.5),
)
class FeelsBackPressure(Mechanism):
    """The valve closes the later the more presses on it; `size` is in % at 2 kPa, which are 15 mmHg."""

    size = -1.5

    def strokes(self, turns: Turns) -> list[Stroke]:
        """Move less by what presses on the line."""
        share = 1.0 + self.size / 100.0 * turns.line_kpa / _USUAL_KPA
        return [replace(one, volume_ul=max(0.0, share) * one.volume_ul) for one in super().strokes(turns)]
