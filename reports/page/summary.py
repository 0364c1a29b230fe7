"""What a run comes to, in the words of the page's headline."""

from collections import Counter
from collections.abc import Iterable

from reports.facts.plans import VERDICTS
from reports.facts.run_facts import Plan, Result, Run
from reports.page.wording import plain

_NOT_PASSED = {
    "FAIL": ("fails", "fail"),
    "INVALID": ("is invalid", "are invalid"),
    "INCONCLUSIVE": ("is inconclusive", "are inconclusive"),
}
_PARAMETER_UNITS = {"programmed_ul_h": "µL/h", "programmed_ul": "µL"}
_DELIVERED = {"pump_ul": "{} µL by the pump's own count", "balance_mg": "{} mg gained on the balance"}
_STATES = {
    "FINISHED": "",
    "ABORTED": "The run was stopped before its plans had all run.",
    "INTERRUPTED": "The run was interrupted: its process died, and the record was closed afterwards.",
    "RUNNING": "The run is still going on: this page shows it up to its newest entry.",
    "UNCLOSED": "The run was interrupted and its record is not closed yet; the next `rig runs` closes it.",
}


def tally(results: Iterable[Result]) -> tuple[tuple[str, int], ...]:
    """Return how many results have each verdict, what a reader must see first at the front."""
    counts = Counter(result.verdict for result in results)
    known = [(verdict, counts.pop(verdict)) for verdict in VERDICTS if verdict in counts]
    return (*known, *sorted(counts.items()))


def headline(run: Run) -> str:
    """Return the run's outcome in one sentence, or two when plans ended without a result."""
    counts = dict(tally(run.results))
    total = sum(counts.values())
    without = sum(1 for plan in run.plans if not plan.results)
    if not total:
        sentence = "No result: this run verified nothing."
    elif set(counts) == {"PASS"}:
        sentence = "The one result passes." if total == 1 else f"All {total} results pass."
    else:
        parts = [
            f"{counts[verdict]} {_NOT_PASSED.get(verdict, (f'is {verdict}', f'are {verdict}'))[counts[verdict] > 1]}"
            for verdict in counts
            if verdict != "PASS"
        ]
        sentence = f"Of {total} result{'s' if total > 1 else ''}, {', '.join(parts)}."
    if without and total:
        sentence += f" {without} plan{'s' if without > 1 else ''} ended without a result."
    return sentence


def state_sentence(run: Run) -> str:
    """Return what is unusual about how the run ended, "" when it ended by itself."""
    return _STATES.get(run.state, f"The run ended as {run.state}.")


def delivered_sentence(run: Run) -> str:
    """Return what had been delivered when an interrupted run ended, "" when that is not known."""
    said = [
        _DELIVERED[name].format(plain(amount)) if name in _DELIVERED else f"{name} {plain(amount)}"
        for name, amount in run.delivered
    ]
    return f"Delivered until then: {', '.join(said)}." if said else ""


def setting(plan: Plan) -> str:
    """Return what the plan was set to ("2 µL/h"), else its case in the plan's own words, else ""."""
    for result in plan.results:
        for name, unit in _PARAMETER_UNITS.items():
            if name in result.parameters:
                return f"{plain(float(result.parameters[name]))} {unit}"
    return plan.case


def looks_sentence(result: Result) -> str:
    """Return at which look a measurement was stopped that went on until it was decided, "" for any other."""
    if "looks_hours" not in result.parameters:
        return ""
    hours = [float(one) for one in result.parameters["looks_hours"]]
    look = int(result.parameters["look"])
    return (
        f"Measured until decided: ended with look {look + 1} of {len(hours)}, after {plain(hours[look])} h; looks and "
        "coverage factors were fixed before the first, so that together they take the risk of one decision."
    )


def tested(run: Run) -> tuple[str, ...]:
    """Return what was tested: each kind of plan once, with its settings."""
    settings: dict[str, list[str]] = {}
    for plan in run.plans:
        settings.setdefault(plan.title, []).append(setting(plan))
    return tuple(
        f"{title} ({', '.join(filter(None, cases))})" if any(cases) else title for title, cases in settings.items()
    )
