"""Other runs in the document: those of the same pump, and where a result stands among its kind."""

from reports.data.values import Json, plainly
from reports.facts.other_runs import OtherRun
from reports.facts.run_facts import Run, ShownResult
from reports.words.other_runs import among_sentence, others_sentence, repeated_text, to_the_second, worst_first


def others_of(run: Run) -> Json:
    """Return what was found of other runs of the pump; lists are empty where nobody looked."""
    others = run.others
    return {
        "looked": others is not None,
        "said": others_sentence(run),
        "looked_utc": "" if others is None else others.looked_utc,
        "looked_at": 0 if others is None else others.looked_at,
        "of_pump": [] if others is None else [_other(one) for one in worst_first(others)],
        "unreadable": [] if others is None else list(others.unreadable),
        "looked_in": [] if others is None else list(others.looked_in),
        "unread_folders": [] if others is None else list(others.unread_folders),
        "unread": 0 if others is None else others.unread,
    }


def _other(one: OtherRun) -> Json:
    return {
        "run": one.run_id,
        "begun_utc": to_the_second(one.begun_utc),
        "ended": one.ended,
        "outcome": one.outcome,
        "bench": one.bench,
        "passed": one.passed,
        "gone": one.gone,
        "repeated": repeated_text(one),
    }


def among_of(result: ShownResult, run: Run) -> Json | None:
    """Return where a result stands among its kind; null where nobody looked, or it has no decided number."""
    one = run.others.among(result.seq) if run.others is not None else None
    if one is None:
        return None
    figures = {
        "mean": one.mean,
        "s": one.s,
        "lower": one.lower,
        "upper": one.upper,
        "ppk": one.ppk,
        "ppk_lower": one.ppk_lower,
        "ppk_upper": one.ppk_upper,
    }
    return {
        "text": among_sentence(result, run),
        "place": one.place,
        "n": one.n,
        "beyond": one.beyond,
        "pumps": one.pumps,
        **{name: None if figure is None else plainly(figure) for name, figure in figures.items()},
    }
