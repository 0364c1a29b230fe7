"""What a run comes to, in sentences."""

from collections import Counter
from collections.abc import Iterable

from reports.facts.joined import Joined
from reports.facts.run_facts import Plan, Run, ShownResult
from reports.facts.standing import did_not_pass, standing
from reports.words.numbers import chance, plain, signed, uncertainty
from rig.record.bodies.events import OutcomeWord, ProjectionSeen
from rig.record.bodies.result import COVARIANCE, BudgetLine, Number
from rig.record.standing import by_weight, overall

_NOT_PASSED = {
    "FAIL": ("fails", "fail"),
    "INVALID": ("is invalid", "are invalid"),
    "INCONCLUSIVE": ("is inconclusive", "are inconclusive"),
}
_BECAME = {
    OutcomeWord.FAILED: ("failed", "failed"),
    OutcomeWord.ERROR: ("broke outside its body", "broke outside their bodies"),
    OutcomeWord.INTERRUPTED: ("was interrupted", "were interrupted"),
    OutcomeWord.SKIPPED: ("was skipped", "were skipped"),
    OutcomeWord.NOT_REACHED: ("was not reached", "were not reached"),
    OutcomeWord.PASSED: ("passed", "passed"),
}
_PARAMETER_UNITS = {"programmed_ul_h": "µL/h", "programmed_ul": "µL"}
_DELIVERED = {"pump_ul": "{} µL by the pump's own count", "balance_mg": "{} mg gained on the balance"}
BORROWED = (
    "The pump under test is an implantable infusion pump (ISO 14708-4:2022). Start-up graph, trumpet curve and bolus "
    "test are methods of IEC 60601-2-24, which excludes implantable pumps in both of its editions: they are used here "
    "as borrowed methods."
)
_UNNAMED_LIQUID = "The bench file names no liquid: a volume is one of water at the temperature of the beaker."
_STATES = {
    "FINISHED": "",
    "ABORTED": "The run was stopped before its plans had all run.",
    "INTERRUPTED": "The run was interrupted: its process died, and the record was closed afterwards.",
    "RUNNING": "The run is still going on: this page shows it up to its newest entry.",
    "UNCLOSED": "The run was interrupted and its record is not closed yet; the next `rig runs` closes it.",
}


def tally(results: Iterable[ShownResult]) -> tuple[tuple[str, int], ...]:
    """Return how many results have each verdict, what a reader must see first at the front."""
    counts = Counter(result.verdict for result in results)
    return tuple(sorted(counts.items(), key=lambda count: by_weight(count[0])))


def verdict(run: Run | Joined) -> str:
    """Return the verdict that speaks for a run, or for several: PASS only when every plan that was selected passed."""
    return overall([*(result.verdict for result in run.results), *(standing(plan) for plan in run.plans)])


def headline(run: Run | Joined) -> str:
    """Return the outcome of what was run in one sentence, or two when plans did not pass by more than their results."""
    counts = dict(tally(run.results))
    total = sum(counts.values())
    if not total:
        sentence = f"No result: {'these runs' if isinstance(run, Joined) else 'this run'} verified nothing."
    elif set(counts) == {"PASS"}:
        sentence = "The one result passes." if total == 1 else f"All {total} results pass."
    else:
        parts = [
            f"{counts[verdict]} {_NOT_PASSED.get(verdict, (f'is {verdict}', f'are {verdict}'))[counts[verdict] > 1]}"
            for verdict in counts
            if verdict != "PASS"
        ]
        sentence = f"Of {total} result{'s' if total > 1 else ''}, {', '.join(parts)}."
    besides = _besides(run)
    if not besides:
        return sentence
    return f"Not all plans passed: {besides}. {sentence}"


def _besides(run: Run | Joined) -> str:
    """Return what became of the plans whose results do not say it already: "1 failed, 2 were skipped"."""
    silent = [plan for plan in run.plans if did_not_pass(plan) and _passes(plan)]
    counts = Counter(plan.outcome.word if plan.outcome is not None else None for plan in silent)
    words = [word for word in _BECAME if word in counts]
    parts = [f"{counts[word]} {_BECAME[word][counts[word] > 1]}" for word in words]
    if counts[None]:
        parts.append(f"{counts[None]} ended without a result")
    return ", ".join(parts)


def _passes(plan: Plan) -> bool:
    """Tell whether a plan's results, if it has any, would let it pass."""
    return all(result.verdict == "PASS" for result in plan.results)


def outcome_sentence(plan: Plan) -> str:
    """Return what became of a plan that did not pass, and why; "" for one that passed, or whose results say it."""
    if plan.outcome is None or not did_not_pass(plan) or not _passes(plan):
        return ""
    why = f": {plan.outcome.why}" if plan.outcome.why else ""
    return f"This plan {_BECAME[plan.outcome.word][0]}{why}"


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


def projection(seen: ProjectionSeen) -> str:
    """Return what was projected, in one line."""
    return (
        f"{seen.verdict} in sight: {signed(seen.value_percent, 2)} % (u = {uncertainty(seen.u_percent)} %), "
        f"a PASS with {chance(seen.pass_probability)}"
    )


def setting(plan: Plan) -> str:
    """Return what the plan was set to ("2 µL/h"), else its case in the plan's own words, else ""."""
    for result in plan.results:
        for name, unit in _PARAMETER_UNITS.items():
            programmed = _number(result.recipe.parameters.get(name))
            if programmed is not None:
                return f"{plain(programmed)} {unit}"
    return plan.case


def looks_sentence(result: ShownResult) -> str:
    """Return at which look a measurement was stopped that went on until it was decided, "" for any other."""
    hours, look = result.recipe.parameters.get("looks_hours"), result.recipe.parameters.get("look")
    if not (isinstance(hours, list | tuple) and isinstance(look, int) and 0 <= look < len(hours)):
        return ""
    after = _number(hours[look])
    return (
        f"Measured until decided: ended with look {look + 1} of {len(hours)}, "
        f"after {'–' if after is None else plain(after)} h; looks and "
        "coverage factors were fixed before the first, so that together they take the risk of one decision."
    )


def _number(said: object) -> float | None:
    """Return a parameter as a number; None for what is none: parameters may be anything."""
    if isinstance(said, bool) or not isinstance(said, int | float):
        return None
    try:
        return float(said)
    except OverflowError:
        return None


def tested(run: Run | Joined) -> tuple[str, ...]:
    """Return what was tested: each kind of plan once, with each of its settings."""
    settings: dict[str, list[str]] = {}
    for plan in run.plans:
        settings.setdefault(plan.title, []).append(setting(plan))
    return tuple(
        f"{title} ({', '.join(dict.fromkeys(filter(None, cases)))})" if any(cases) else title
        for title, cases in settings.items()
    )


def volumes_sentence(run: Run) -> str:
    """Return what a volume of this run is one of, and at which temperature; "" where nothing was weighed."""
    liquid = run.liquid
    if liquid is None:
        return _UNNAMED_LIQUID if run.weighing else ""
    growth = "as water does"
    if liquid.expansion_per_k is not None:
        growth = f"by {plain(liquid.expansion_per_k)} (u = {uncertainty(liquid.u_expansion_per_k)}) per K"
    return (
        f"A µL is one of {liquid.name} at {plain(liquid.volume_at_c)} °C. Its density is "
        f"{plain(liquid.density_kg_m3, 7)} kg/m³ (u = {uncertainty(liquid.u_density_kg_m3)} kg/m³) at "
        f"{plain(liquid.reference_c)} °C, and it expands {growth}."
    )


def budget_lines(number: Number) -> tuple[BudgetLine, ...]:
    """Return a budget with its largest contribution first, and behind all what lines add by varying together."""
    return tuple(sorted(number.budget, key=lambda line: (line.name == COVARIANCE, -line.contribution)))
