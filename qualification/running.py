"""A qualification from its beginning to its end: the healthy catalogue first, then every defect."""

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from qualification.catalogue import BY_CHANCE, Catalogue
from qualification.curves import SIZES_PERCENT, Curve, Reckoned, curves_of, reckoned
from qualification.defect import Defect
from qualification.false_alarms import FalseAlarms, false_alarms, jobs_of_seeds
from qualification.jobs import Done, Job, Workshop
from qualification.matrix import Matrix, Row, row_of
from qualification.mistakes import Noticed
from rig.errors import QualificationError

_SAYS_EACH = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be qualified: plans as pytest takes them, against which defects, and over how many healthy seeds."""

    plans: tuple[str, ...]
    defects: tuple[Defect, ...]
    every_plan: bool = False
    seeds: int = 0


@dataclass(frozen=True, slots=True)
class Qualification:
    """All that a qualification found: the matrix, how often healthy pumps were called faulty, what can be found."""

    matrix: Matrix
    alarms: FalseAlarms
    curves: tuple[Curve, ...]
    reckoned: tuple[Reckoned, ...]
    mistakes: tuple[Noticed, ...] = ()
    scope: tuple[tuple[str, str], ...] = ()
    """What was asked, as names and words: what is not in it was not shown."""

    @property
    def as_it_should(self) -> bool:
        """Tell whether nothing of it speaks against the plans."""
        return not self.matrix.not_as_it_should and self.alarms.as_stated and all(one.noticed for one in self.mistakes)


def qualify(workshop: Workshop, asked: Asked, say: Callable[[str], None]) -> Qualification:
    """Run all that is asked. `say` is given a line for each step.

    Raises QualificationError for plans that do not pass on a healthy pump: what they find in a faulty one would mean
    nothing.
    """
    catalogue = healthy(workshop, asked, say)
    matrix = Matrix(_rows(workshop, asked, catalogue, say), catalogue.plans)
    # The longest plans would take all the time of the seeds, and their claims are those of shorter ones.
    short = [one for one in catalogue.plans if one.seconds <= catalogue.longest_s]
    seeds = []
    for number, (job, done) in enumerate(workshop.done(jobs_of_seeds(short, asked.seeds, SIZES_PERCENT)), 1):
        seeds.append(done)
        for one in done.findings:
            if one.caught:
                say(f"{job.title}: FALSE ALARM of {one.plan}: {one.words}")
        if number % _SAYS_EACH == 0:
            say(f"{number} of {asked.seeds} healthy seeds")
    return Qualification(
        matrix,
        false_alarms(seeds),
        curves_of(trial for done in seeds for trial in done.trials),
        reckoned(catalogue.plans),
    )


@dataclass(frozen=True, slots=True)
class _Look:
    """Plans that look when those before them did not find a defect, or, unless `missed_only`, did not name it.

    What was put down to the bench was not found.
    """

    plans: Callable[[Defect], tuple[str, ...]]
    words: str = ""
    missed_only: bool = False

    def unasked(self, row: Row) -> tuple[str, ...]:
        """Return the plans that are still to be asked: none where it was caught and named, or need not be."""
        need_not = row.defect.control or row.defect.of_the_bench or row.within_limits
        found = row.caught and row.as_it_should and (self.missed_only or row.names_it is not False)
        if found or row.broke or (row.findings and need_not):
            return ()
        looked = {one.plan for one in row.findings}
        return tuple(one for one in self.plans(row.defect) if one not in looked)


def _rows(workshop: Workshop, asked: Asked, catalogue: Catalogue, say: Callable[[str], None]) -> tuple[Row, ...]:
    """Ask the plans that claim what a defect violates; of what they miss or cannot name, others too.

    Missed is what all plans missed: a requirement may be violated where no plan that claims it looks.
    """
    rows = {one.key: Row(one, ()) for one in asked.defects}
    every = tuple(plan.plan for plan in catalogue.plans)
    looks = (
        _Look(lambda one: every if asked.every_plan else catalogue.could_see(one)),
        _Look(lambda _: catalogue.general(), "the general plans look too"),
        _Look(catalogue.left_out, "all other plans that claim it look too"),
        _Look(lambda _: catalogue.sweeping(), "plans of one thing upon another look too"),
        _Look(lambda _: catalogue.by_chance(), "orders drawn by chance look too"),
        _Look(lambda _: catalogue.quicker_half(), "the quicker half of all plans looks too", missed_only=True),
        _Look(lambda _: every, "all other plans look too", missed_only=True),
    )
    nexts = {key: iter(looks) for key in rows}
    first = [_further(nexts[key], row)[0] for key, row in rows.items()]
    jobs = deque(job for job in first if job)
    for job, done in workshop.done(jobs):
        if job.defect is not None:
            row = rows[job.defect.key] = _with(rows[job.defect.key], done)
            further, words = _further(nexts[row.defect.key], row)
            if further:
                jobs.append(further)
            say(f"{row.defect.key} {row.word}: {words}" if further else line_of(row))
    return tuple(rows.values())


def _further(looks: Iterator[_Look], row: Row) -> tuple[Job | None, str]:
    """Return what is still to be done about a defect, with the words for it; None where it was looked at enough."""
    for look in looks:
        if plans := look.unasked(row):
            return Job(plans, row.defect), look.words
    return None, ""


def _with(row: Row, done: Done) -> Row:
    """Return a row with what its defect came to in one more session."""
    said = "; ".join(filter(None, (row.said, done.said)))
    return row_of(row.defect, replace(done, findings=(*row.findings, *done.findings), said=said))


def healthy(workshop: Workshop, asked: Asked, say: Callable[[str], None]) -> Catalogue:
    """Run the plans on a healthy pump, a file at a time; return what there is.

    Raises QualificationError when there is no plan, or one does not pass.
    """
    found = [done for _, done in workshop.done([Job((one,)) for one in plan_files(asked.plans)])]
    plans = tuple(finding for done in found for finding in done.findings)
    failed = [one for one in plans if not one.passed]
    said = [done.said for done in found if done.said] + [f"{one.plan}: {one.words}" for one in failed]
    if said:
        raise QualificationError("a healthy pump does not pass: " + "\n".join(said))
    if not plans:
        raise QualificationError("there is no plan to be qualified")
    say(f"{len(plans)} plans pass on a healthy pump")
    return Catalogue(tuple(sorted(plans, key=lambda one: one.plan)))


def plan_files(plans: tuple[str, ...]) -> list[str]:
    """Return what pytest is to be given, each a session of its own: folders by their plan files, the rest as it is.

    Orders drawn by chance take longest, and go first: otherwise one worker has them when the others are done.
    """
    given = [
        str(one) for plan in plans for one in (sorted(Path(plan).rglob("test_*.py")) if Path(plan).is_dir() else [plan])
    ]
    return sorted(given, key=lambda one: not any(of_chance.partition("::")[0] in one for of_chance in BY_CHANCE))


def line_of(row: Row) -> str:
    """Return a row for the screen: what was found, whether its words and its size fit, and who said what."""
    names = {True: " names it", False: " DOES NOT NAME IT", None: " (it states no words for itself)"}
    fits = names[row.names_it] if row.caught else ""
    sizes = {True: ", sizes it", False: ", SIZE IS OFF", None: ""}[row.sizes_it] if row.caught else ""
    control = " (a control)" if row.defect.control else ""
    by = [f"{one.plan.partition('::')[2]}: {one.words[:160]}" for one in row.findings if not one.passed]
    lines = "".join(f"\n    {one}" for one in by)
    return f"{row.defect.key} {row.defect.name}{control}: {row.word}{fits}{sizes} {row.why}{lines}"
