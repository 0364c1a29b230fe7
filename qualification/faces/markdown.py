"""The detection matrix as a Markdown table, for a reviewer and for docs."""

from collections.abc import Iterable, Iterator

from qualification.matrix import Row
from qualification.running import Qualification
from rig.faults import Fault

_LONGEST = 160


def markdown_of(found: Qualification) -> str:
    """Return a qualification as Markdown: the figures, then a line for each defect, what missed first."""
    return "\n".join([*_figures(found), "", *_rows(found.matrix.rows), "", *_curves(found), "", *_mistakes(found), ""])


def _figures(found: Qualification) -> Iterator[str]:
    matrix, alarms = found.matrix, found.alarms
    caught = [row for row in matrix.defects if row.caught]
    yield "# Which faults the plans find"
    yield ""
    yield from (f"- {name}: {_cell(said)}" for name, said in found.scope)
    named = _count(caught, "names_it")
    yield f"- {len(caught)} of {len(matrix.defects)} defects of the pump were caught, {named} of them by their name"
    beyond = [row for row in matrix.missed if not row.within_limits]
    yield f"- {len(matrix.missed)} were missed, {len(beyond)} of them with an effect beyond what the limits allow"
    yield f"- {len(matrix.controls)} controls, {_count(matrix.controls, 'caught')} of them called faulty"
    if alarms.plans:
        yield (
            f"- {len(alarms.alarms)} of {alarms.plans} plans over {alarms.seeds} healthy seeds called a healthy pump "
            f"faulty: {alarms.rate:.2%} (95 %: {alarms.lower:.2%} to {alarms.upper:.2%}; stated: {alarms.stated:.2%})"
        )
    if alarms.rejected:
        plans = {plan for plan, _ in alarms.rejected}
        yield f"- {len(plans)} plans call pumps faulty whose strokes are off by less than the limits allow:"
        yield from (f"  - {_cell(plan)} at {percent:+g} %" for plan, percent in alarms.rejected)
    blamed = [row.defect.key for row in caught if row.blames not in ("", Fault.PUMP.value)]
    if blamed:
        yield f"- {len(blamed)} of the defects caught were said to be no fault of the pump's: {', '.join(blamed)}"
    if alarms.broken:
        yield f"- {len(alarms.broken)} sessions of healthy pumps did not come to their end: {_cell(alarms.broken[0])}"


def _count(rows: Iterable[Row], told: str) -> int:
    return sum(bool(getattr(row, told)) for row in rows)


def _rows(rows: Iterable[Row]) -> Iterator[str]:
    yield "| defect | what is wrong | effect | found | blames | by | what it said |"
    yield "|---|---|---|---|---|---|---|"
    for row in sorted(rows, key=lambda row: row.as_it_should):
        one, by = row.defect, row.caught_by
        effect = one.effect or ("none on dose" if one.effect_percent is None else f"{one.effect_percent:+.3g} %")
        plans = ", ".join(finding.plan.partition("::")[2] for finding in by) or "–"
        said = by[0].words if by else row.why
        cells = (one.key, one.name, effect, row.word, row.blames, plans, said[:_LONGEST])
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"


def _curves(found: Qualification) -> Iterator[str]:
    if not found.curves:
        return
    yield "| plan | smallest error of a stroke found in 95 % and more of the trials |"
    yield "|---|---|"
    for one in found.curves:
        smallest = "none of those tried" if one.smallest_percent is None else f"{one.smallest_percent:g} %"
        yield f"| {_cell(one.plan)} | {smallest} |"


def _mistakes(found: Qualification) -> Iterator[str]:
    if not found.mistakes:
        return
    yield "| mistake planted in the rig's own code | noticed by a test | by the daily proof | what was said |"
    yield "|---|---|---|---|"
    for one in found.mistakes:
        words = ("yes" if one.by_tests else "no", "yes" if one.by_proof else "no", one.said[:_LONGEST])
        yield f"| {_cell(one.mistake.name)} | {' | '.join(_cell(word) for word in words)} |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())
