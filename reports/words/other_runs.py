"""What other runs say beside a run, in sentences."""

from collections import Counter
from collections.abc import Iterable

from reports.facts.other_runs import AmongKind, OtherRun, OtherRuns
from reports.facts.run_facts import Run, ShownResult
from reports.words.numbers import plain
from reports.words.results import with_unit

NOT_LOOKED_FOR = (
    "Other runs of this pump were not looked for: nothing here says whether it was tried before, or since, and what "
    "came of it. `rig bundle RUN` and `rig report RUN --among FOLDER` look for them."
)
GONE = "found before, not found any more"
_UNNAMED = "The pump has no serial number: other runs of it cannot be told apart."


def others_sentence(run: Run) -> str:
    """Return what was looked for and found of other runs of the same pump."""
    others = run.others
    if others is None:
        return NOT_LOOKED_FOR
    if not run.dut_serial:
        return _UNNAMED
    kind = "mocked" if run.mocked else "physical"
    found = _count(len(others.of_pump), "run", "is", "are")
    looked = (
        f"{found} of this pump among the {others.looked_at} other runs on {kind} benches that were looked at "
        f"on {to_the_second(others.looked_utc)}, {_where(others)}."
    )
    return " ".join(filter(None, [looked, _sorted_out(others.of_pump), *_not_known(others)]))


def others_alert(run: Run) -> str:
    """Return what must not be overlooked of other runs of the pump; "" where there is nothing."""
    if run.others is None:
        return ""
    bad = [one for one in run.others.of_pump if not one.passed]
    beyond = [one for one in run.others.numbers if one.beyond]
    told = [f"Other runs of this pump: {_told(bad)}"] if bad else []
    told += _not_known(run.others)
    if beyond:
        told.append(f"{_count(len(beyond), 'value', 'lies', 'lie')} beyond the control limits of other runs.")
    return " ".join(told)


def worst_first(others: OtherRuns) -> tuple[OtherRun, ...]:
    """Return the other runs of the pump: those first that did not pass, or are not there any more, then by time."""
    return tuple(
        sorted(
            others.of_pump,
            key=lambda one: (one.passed and not one.gone, not one.was_cut_short, one.begun_utc, one.run_id),
        )
    )


def to_the_second(iso: str) -> str:
    """Return a moment of ISO 8601 as the other moments of a report stand there."""
    return f"{iso[:19].replace('T', ' ')} UTC"


def repeated_text(one: OtherRun) -> str:
    """Return what the plans that this run has too came to in another run."""
    told = (f"{plan.rpartition('::')[2]}: {standing or 'no verdict'}" for plan, standing in one.repeated.items())
    return "; ".join(filter(None, [GONE if one.gone else "", *told])) or "none of the same plans"


def among_sentence(result: ShownResult, run: Run) -> str:
    """Return where a result stands among its kind; "" where it was not looked for, or has no decided number."""
    one = run.others.among(result.seq) if run.others is not None else None
    if one is None:
        return ""
    if one.n < 2:
        return "Among its kind: no other run that was looked at has a decided value of it."
    return f"Among its kind: {one.place} of {one.n} from below. {_chart(one, result.unit)} {_ppk(one)}"


def _chart(one: AmongKind, unit: str) -> str:
    if one.mean is None or one.s is None or one.lower is None or one.upper is None:
        return f"No control limits: {one.why}."
    mean, s = (with_unit(plain(figure, digits), unit) for figure, digits in ((one.mean, 4), (one.s, 3)))
    return (
        f"The others have a mean of {mean} (s = {s}). It lies {'beyond' if one.beyond else 'within'} their control "
        f"limits, {plain(one.lower)} to {with_unit(plain(one.upper), unit)}."
    )


def _ppk(one: AmongKind) -> str:
    if one.ppk is None:
        return f"No Ppk: {one.why_no_ppk}."
    ends = (
        ""
        if one.ppk_lower is None or one.ppk_upper is None
        else (f" (95 %: {plain(one.ppk_lower, 3)} to {plain(one.ppk_upper, 3)})")
    )
    return f"Ppk = {plain(one.ppk, 3)}{ends} over {one.pumps} pumps."


def _sorted_out(runs: Iterable[OtherRun]) -> str:
    found = list(runs)
    bad = [one for one in found if not one.passed]
    if not found:
        return ""
    return f"Of them, {_told(bad)}" if bad else "All of them passed."


def _told(bad: list[OtherRun]) -> str:
    cut = sum(one.was_cut_short for one in bad)
    ended = [one for one in bad if not one.was_cut_short]
    counts = Counter(f"came to {one.outcome}" if one.outcome else "has no verdict yet" for one in ended)
    parts = [f"{cut} did not end by {'itself' if cut == 1 else 'themselves'}"] if cut else []
    parts += [f"{count} {what}" for what, count in sorted(counts.items())]
    return f"{', '.join(parts)}."


def _where(others: OtherRuns) -> str:
    if not others.looked_in:
        return "beside the record"
    return f"beside the record and in {', '.join(others.looked_in)}"


def _not_known(others: OtherRuns) -> list[str]:
    """Return what is not known of other runs, a sentence each."""
    told = []
    gone = [one.run_id for one in others.of_pump if one.gone]
    if gone:
        found = _count(len(gone), "run", "was", "were")
        told.append(
            f"{found} found before and {'is' if len(gone) == 1 else 'are'} not there any more: {', '.join(gone)}."
        )
    if others.unreadable:
        what = _count(len(others.unreadable), "record", "tells nothing or is", "tell nothing or are")
        told.append(f"{what} not what was recorded: what it would say is not known.")
    if others.unread:
        told.append(
            f"{_count(others.unread, 'record', 'was', 'were')} not read, so that it is not known what they would say: "
            "`rig bundle RUN` reads all."
        )
    if others.unread_folders:
        folders = ", ".join(others.unread_folders)
        told.append(f"Could not be read, so that it is not known which runs are there: {folders}.")
    return told


def _count(n: int, what: str, one: str, many: str) -> str:
    return f"{n} {what} {one}" if n == 1 else f"{n} {what}s {many}"
