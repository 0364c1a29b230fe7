"""A result in words: its value with U, what it was judged with, and what its limit allows."""

from reports.facts.run_facts import ShownResult, TrumpetTable, TruthRow, WindowRow
from reports.words.numbers import plain, signed, uncertainty, with_uncertainty
from rig.faults import Sorted
from rig.record.bodies.judging import Limit

_NO_NUMBER = "no number"
_UNDECIDED = "undecided"


def value_text(result: ShownResult) -> str:
    """Return the value with U and its unit, else the fact that was found, else that there is no number."""
    if result.number is None:
        return result.said.fact or _NO_NUMBER
    value, expanded = with_uncertainty(result.number.value, result.number.expanded)
    return with_unit(f"{value} ± {expanded}", result.unit)


def stated(result: ShownResult) -> str:
    """Return the coverage factor, and at which temperature volumes are stated; "" without a number."""
    if result.number is None:
        return ""
    at = result.said.volume_at_c
    return f"k = {plain(result.number.k, 3)}" + (f", volumes at {plain(at)} °C" if at is not None else "")


def bounds(limit: Limit) -> str:
    """Return what a limit allows: "−5 to 5 %", "at most 2 h"."""
    if limit.upper is None:
        return "no bound" if limit.lower is None else with_unit(f"at least {plain(limit.lower)}", limit.unit)
    if limit.lower is None:
        return with_unit(f"at most {plain(limit.upper)}", limit.unit)
    return with_unit(f"{plain(limit.lower)} to {plain(limit.upper)}", limit.unit)


def with_unit(text: str, unit: str) -> str:
    """Return a number's text with its unit behind it; a pure number has none."""
    return f"{text} {unit}" if unit and unit != "1" else text


def whose_fault(found: Sorted) -> str:
    """Return whose fault a failure is: "the pump's", or that it is undecided."""
    return _UNDECIDED if found.fault == _UNDECIDED else f"the {found.fault}'s"


def volume_text(row: TruthRow) -> str:
    """Return a truth's volume with U, plain where it has no uncertainty, "–" where it has no volume."""
    if row.volume_ul is None:
        return "–"
    if row.certain:
        return f"{plain(row.volume_ul, 6)} µL"
    return " ± ".join(with_uncertainty(row.volume_ul, row.expanded_ul)).replace("+", "") + " µL"


def off_text(row: TruthRow) -> str:
    """Return how far a truth is from the programme; "–" where it is not known."""
    return "–" if row.off_percent is None else f"{signed(row.off_percent, 2)} %"


def overall_text(table: TrumpetTable) -> str:
    """Return the overall error of a trumpet curve with U."""
    return " ± ".join(with_uncertainty(table.overall_percent, table.expanded_percent)) + " %"


def extremes(row: WindowRow) -> tuple[str, str, str]:
    """Return the largest and the smallest error of a window, and what a perfect pump would have on this balance."""
    largest, smallest = (with_uncertainty(one, row.perfect_percent)[0] for one in (row.max_percent, row.min_percent))
    return f"{largest} %", f"{smallest} %", f"±{uncertainty(row.perfect_percent)} %"
