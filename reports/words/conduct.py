"""How a run was conducted, in sentences: by which clock, with which plans, and what became of its readings."""

from reports.facts.bench_fit import PartRow
from reports.facts.run_facts import Run
from reports.words.numbers import plain
from rig.record.bodies.proof_parts import PARTS

_AT_THE_LATEST = "A time stamp on a signature says when this record existed at the latest."

_NONE_BY_HAND = (
    "No sample that was recorded is left out by hand: a result is computed from all of its span, and what its "
    "evaluation cannot take makes it INVALID, with the reason."
)


def clock_sentence(run: Run) -> str:
    """Return whose time the times of a run are, and what is known of that clock."""
    began = f"by it the run began at {run.begun_wall_utc}" if run.begun_wall_utc else "when it began by it is not known"
    if run.clock == "virtual":
        return (
            "Times are those of a virtual clock, which starts where the bench file says and passes as fast as the "
            f"computer computes: they date nothing. The computer's own clock does, and {began}. {_AT_THE_LATEST}"
        )
    return f"Times are UTC by the computer's own clock: {began}. {_proven(run)} {_AT_THE_LATEST}"


def selection_sentence(run: Run) -> str:
    """Return how many plans were selected, and how many were left out on purpose."""
    if run.state in ("RUNNING", "UNCLOSED"):
        return f"{_plans(len(run.selected))} selected; what was left out is written when a run ends."
    if not run.left_out:
        return f"{_plans(len(run.selected))} selected, and none was left out that the session found."
    return f"{_plans(len(run.selected))} selected, {len(run.left_out)} left out on purpose (-k, -m or --deselect)."


def readings_sentence(run: Run) -> str:
    """Return how many readings were recorded and how many not, and how it is decided which of them count."""
    counts = [one.counts for one in run.instruments if one.counts is not None]
    if not counts:
        return f"How many readings were recorded, and how many not, is counted when a run ends. {_NONE_BY_HAND}"
    samples, lost, missed = (sum(getattr(one, name) for one in counts) for name in ("samples", "lost", "missed"))
    return f"{samples} samples were recorded, {lost} were lost, {missed} readings were missed. {_NONE_BY_HAND}"


def fitness_sentence(run: Run) -> str:
    """Return whether a proof says that the bench was fit: how many of the parts that were asked held."""
    asked = [one for one in run.fit.parts if one.asked]
    if not asked:
        return (
            "No daily proof that was asked of this bench is in the record: nothing here says that it was fit that day."
        )
    held = sum(one.valid for one in asked)
    return f"{held} of the {len(asked)} parts of the daily proof that were asked held, by {run.fit.by or 'no run'}."


def _plans(count: int) -> str:
    return f"{count} plan was" if count == 1 else f"{count} plans were"


def _proven(run: Run) -> str:
    part = next((one for one in run.fit.parts if one.part == PARTS["machine"].noun), None)
    if part is None:
        return "No proof of the bench looked at it: nothing here says whether it was right."
    if part.valid:
        return f"The bench's proof looked at it and found it in order{_when(run, part)}."
    return f"The bench's proof does not speak for it: {part.standing}{f', {part.why}' if part.why else ''}."


def _when(run: Run, part: PartRow) -> str:
    if part.age_h is None:
        return f", in {run.fit.by}" if run.fit.by else ""
    return f", {plain(part.age_h, 3)} h before this run"
