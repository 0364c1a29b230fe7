"""What a daily proof asks of a balance: how it is set, its adjustment, its zero, a weight with its certificate."""

import math
from datetime import UTC, date, datetime

from rig.clock import NS_PER_S
from rig.errors import SeriesError
from rig.evaluation import inputs
from rig.evaluation.claims.proof_of_bench import found_in
from rig.evaluation.definition import ClaimKind, GraphKind
from rig.evaluation.outcome import Evaluation, FactFound
from rig.metrology.uncertainty.budget import Component, combine
from rig.record.bodies.challenges import OperatorAnswered
from rig.record.bodies.proofs import UNREAD_S, BalanceAdjusted, WeightTried, ZeroTried
from rig.record.bodies.recipe import Recipe
from rig.record.reader import RecordReader

HOW_SET = "how_it_is_set"
_NOT_TOLD = "not told"
# An answer that is by the weight itself off those that follow, to within so much of it, was weighed before it was gone.
_STALE_SHARE = 0.001
# What a check weight is to tell of a balance; the limit "check weight" of the proof is as wide.
_TOLD_PPM = 100.0
# More than so many stated repeatabilities no draught makes: that is a load.
LOAD = 100.0
_SLOW_FILTERS = ("unstable", "very unstable")


def settings(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the balance tracks its zero or filters so slowly that a slow flow is swallowed, by its own word."""
    name = reader.start().in_role("balance")
    told = [one.body.arguments for one in reader.commands(name) if one.body.verb == HOW_SET and one.t_ns < recipe.to_ns]
    if not told:
        return _settings_by_hand(recipe, reader)
    said = {key: str(value) for key, value in told[-1].items()}
    against = []
    if said.get("zero_tracking") == "on":
        against.append(f"{name} tracks its zero: it takes a slow flow for drift and swallows it; switch AutoZero off")
    if said.get("environment") in _SLOW_FILTERS:
        against.append(
            f"{name} filters for a place that is {said['environment']}: readings come late and smoothed; set its "
            "environment to standard or stable"
        )
    if said.get("doors") == "open":
        against.append(f"a door of {name}'s draught shield stands open: close it")
    text = ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in said.items())
    untold = said.get("zero_tracking", _NOT_TOLD) == _NOT_TOLD
    invalid = (f"{name} does not tell whether it tracks its zero: look into its menu",) if untold else ()
    return FactFound(not against, text, tuple(against), invalid, dict(said))


def _settings_by_hand(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Take the word of somebody who looked into the menu of a balance that does not tell how it is set."""
    answers = [entry.body for entry in reader.events(OperatorAnswered) if recipe.from_ns <= entry.t_ns <= recipe.to_ns]
    if not answers:
        return FactFound(holds=False, text="not told", invalid=("nobody looked how the balance is set",))
    good = answers[-1].answer.startswith("tracking off")
    text = f"{answers[-1].who} says: {answers[-1].answer}"
    return FactFound(good, text, () if good else ("the balance would swallow a slow flow: set it anew in its menu",))


def adjustment(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the balance adjusted itself, and by what its reading moved."""
    done = found_in(recipe, reader, BalanceAdjusted)[-1]
    text = f"{done.stream} adjusted itself within {done.took_s:.3g} s, its reading moved by {done.moved_mg:+.3f} mg"
    return FactFound(holds=True, text=text, details={"moved_mg": done.moved_mg})


def zero_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate what the balance showed behind a tare, at once or later, in repeatabilities as stated."""
    tried = found_in(recipe, reader, ZeroTried)[-1]
    shown_mg = max(tried.after_mg, tried.later_mg, key=abs)
    # The tare itself is one reading, with the scatter of one.
    u_mg = tried.scatter_mg * math.sqrt(1.0 + 1.0 / tried.readings)
    words = f"{tried.stream} showed {shown_mg:+.3f} mg behind a tare"
    if abs(shown_mg) > LOAD * inputs.weighing_facts(reader).repeatability_mg:
        came = "came onto" if tried.later_mg > tried.after_mg else "was taken off"
        at_once = abs(tried.after_mg) > abs(shown_mg) / 2.0
        why = "it did not tare, or not what stands on the pan" if at_once else f"something {came} the pan"
        words += f", which is a load and no draught: {why}"
    return _of_repeatability(reader, shown_mg, u_mg, words)


def weight_error(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate by what the balance was off a check weight, in ppm of that: its certificate's u is in the budget."""
    tried = found_in(recipe, reader, WeightTried)[-1]
    facts = inputs.weighing_facts(reader)
    off_mg, per_mg = tried.found_mg - tried.mass_mg, 1e6 / tried.mass_mg
    budget = combine(
        off_mg * per_mg,
        "ppm",
        [
            Component("scatter of the readings", "A", tried.found_mg, tried.scatter_mg, "mg", per_mg),
            Component("certificate of the weight", "B", tried.mass_mg, tried.u_mg, "mg", per_mg),
            Component("linearity", "B", 0.0, facts.linearity_mg / math.sqrt(3.0), "mg", per_mg, shape="rectangular"),
        ],
        [f"{tried.stream} showed {tried.found_mg:.2f} mg for the check weight of {tried.mass_mg:.2f} mg"],
    )
    return Evaluation(budget, details={"off_mg": off_mg})


def weight_certificate(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the check weight has a certificate that still held on the day."""
    tried = found_in(recipe, reader, WeightTried)[-1]
    if not tried.certificate or not tried.due:
        words = "the check weight has no certificate: give [check_weight] certificate and due, or have it calibrated"
        return FactFound(holds=False, text="no certificate is named", against=(words,))
    text = f"certificate {tried.certificate}, due {tried.due}"
    against = []
    if date.fromisoformat(tried.due) < datetime.fromtimestamp(recipe.to_ns // NS_PER_S, UTC).date():
        against.append(f"the certificate {tried.certificate} of the check weight was due on {tried.due}")
    if tried.u_mg <= 0.0:
        against.append(
            f"the certificate {tried.certificate} of the check weight is without its uncertainty: give [check_weight] "
            "u_mg, the standard uncertainty, which is half of an expanded one with k = 2"
        )
    limits_mg = 2.0 * math.hypot(tried.u_mg, inputs.weighing_facts(reader).linearity_mg / math.sqrt(3.0))
    if limits_mg * 1e6 > _TOLD_PPM * tried.mass_mg:
        against.append(
            f"a weight of {tried.mass_mg:g} mg whose certificate has {tried.u_mg:g} mg of uncertainty tells no better "
            f"than {limits_mg * 1e6 / tried.mass_mg:.3g} ppm on this balance, and {_TOLD_PPM:g} ppm are to be told: "
            "take a heavier weight, or one of a better class"
        )
    return FactFound(not against, text, tuple(against))


def time_to_rest(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate how long (s) the balance went on moving behind a change of load: its filter, and what shakes it."""
    tried = found_in(recipe, reader, WeightTried)[-1]
    words = f"{tried.stream} was at rest {tried.settled_s:.3g} s behind a change of load"
    timed = Component(
        "time between two readings", "B", tried.settled_s, 0.3 / math.sqrt(3.0), "s", 1.0, shape="rectangular"
    )
    return Evaluation(combine(tried.settled_s, "s", [timed], [words]))


def fresh_answer(recipe: Recipe, reader: RecordReader) -> FactFound:
    """Find whether the first reading behind a change of load, when it was at rest, was of the load as it is by then."""
    tried = found_in(recipe, reader, WeightTried)[-1]
    if tried.first_mg is None:
        raise SeriesError("nobody looked at the first reading behind a change of load")
    text = f"{tried.stream} showed {tried.first_mg:+.3f} mg at once, {UNREAD_S:g} s after the weight was taken off"
    fresh = abs(tried.first_mg - tried.mass_mg) > _STALE_SHARE * tried.mass_mg
    words = (
        f"{tried.stream} answered with what it had weighed before: {UNREAD_S:g} s after the weight had gone its first "
        f"answer was {tried.first_mg:+.2f} mg from those that followed; look for a box or program between it and the "
        "rig that hands on what it has kept"
    )
    return FactFound(fresh, text, () if fresh else (words,), details={"first_mg": tried.first_mg})


def weight_returned(recipe: Recipe, reader: RecordReader) -> Evaluation:
    """Evaluate what the balance showed when the weight was gone again, in repeatabilities as stated."""
    tried = found_in(recipe, reader, WeightTried)[-1]
    words = f"{tried.stream} came back to {tried.returned_mg:+.3f} mg of where it had been"
    return _of_repeatability(reader, tried.returned_mg, tried.scatter_mg * 2.0, words)


def _of_repeatability(reader: RecordReader, value_mg: float, u_mg: float, words: str) -> Evaluation:
    stated_mg = inputs.weighing_facts(reader).repeatability_mg
    if stated_mg <= 0.0:
        raise SeriesError("the bench file states no repeatability of the balance")
    per_mg = 1.0 / stated_mg
    scatter = Component("scatter of the readings", "A", value_mg, u_mg, "mg", per_mg)
    return Evaluation(combine(value_mg * per_mg, "1", [scatter], [words]), details={"mg": value_mg})


KINDS = (
    ClaimKind(
        name="answers are fresh",
        unit="",
        question="whether the first answer behind a change of load is of the load as it is; a fact, of proofs",
        compute=fresh_answer,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="balance is set for slow flows",
        unit="",
        question="whether zero tracking or a filter of the balance would swallow a slow flow; a fact, of proofs",
        compute=settings,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="balance adjusted itself",
        unit="",
        question="whether the balance adjusted itself with its internal weight; a fact, of proofs",
        compute=adjustment,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="zero error",
        unit="1",
        question="what the balance shows behind a tare, in stated repeatabilities; of proofs",
        compute=zero_error,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="check weight error",
        unit="ppm",
        question="by what the balance is off a check weight, in ppm of that; of proofs",
        compute=weight_error,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="check weight's certificate",
        unit="",
        question="whether the check weight has a certificate that holds; a fact, of proofs",
        compute=weight_certificate,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="time to come to rest",
        unit="s",
        question="how long the balance goes on moving behind a change of load, in s; of proofs",
        compute=time_to_rest,
        graph=GraphKind.EVENTS,
    ),
    ClaimKind(
        name="return of the zero",
        unit="1",
        question="what the balance shows when a weight is gone again, in stated repeatabilities; of proofs",
        compute=weight_returned,
        graph=GraphKind.EVENTS,
    ),
)
