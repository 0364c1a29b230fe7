"""A qualification from its beginning to its end: the healthy catalogue first, then every defect."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from qualification.catalogue import Catalogue
from qualification.defect import Defect
from qualification.jobs import Job, Workshop
from qualification.matrix import Row, row_of
from rig.errors import QualificationError


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be qualified: plans as pytest takes them, against which defects."""

    plans: tuple[str, ...]
    defects: tuple[Defect, ...]
    every_plan: bool = False


def qualify(workshop: Workshop, asked: Asked, say: Callable[[str], None]) -> list[Row]:
    """Run all that is asked; return the rows of the matrix in the order of the defects.

    `say` is given a line for each step. Raises QualificationError for plans that do not pass on a healthy pump: what
    they find in a faulty one would mean nothing.
    """
    catalogue = healthy(workshop, asked, say)
    plans = {
        one.key: tuple(plan.plan for plan in catalogue.plans) if asked.every_plan else catalogue.could_see(one)
        for one in asked.defects
    }
    jobs = [Job(plans[one.key], one) for one in asked.defects if plans[one.key]]
    rows = {one.key: Row(one, ()) for one in asked.defects}
    for job, done in workshop.done(jobs):
        if job.defect is not None:
            rows[job.defect.key] = row = row_of(job.defect, done)
            say(_line(row))
    return list(rows.values())


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
    """Return what pytest is to be given, each a session of its own: folders by their plan files, the rest as it is."""
    return [
        str(one) for plan in plans for one in (sorted(Path(plan).rglob("test_*.py")) if Path(plan).is_dir() else [plan])
    ]


def _line(row: Row) -> str:
    found = "caught" if row.caught else "undecided" if row.undecided else "missed"
    fits = "" if not row.caught else " names it" if row.names_it else " DOES NOT NAME IT"
    sizes = {True: ", sizes it", False: ", SIZE IS OFF", None: ""}[row.sizes_it] if row.caught else ""
    control = " (a control)" if row.defect.control else ""
    by = [f"{one.plan.partition('::')[2]}: {one.words[:160]}" for one in row.findings if not one.passed]
    lines = "".join(f"\n    {one}" for one in by)
    return f"{row.defect.key} {row.defect.name}{control}: {found}{fits}{sizes} {row.why}{lines}"
