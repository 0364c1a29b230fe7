"""Which results a change makes stale: what a run rests on, held against what is in force now."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from reports.matrix.grounds import Grounds, Judged, Source, Used
from rig.errors import PlanError
from rig.record.bodies.judging import Limit, LimitsInForce, Requirement
from rig.record.bodies.start import RULES

# What a result may be asked to rest on, by the word before the colon.
KINDS = ("requirement", "limit", "plan", "instrument", "driver", "calibration")


@dataclass(frozen=True, slots=True)
class InForce:
    """What results would be judged by now.

    `plan_sha256` returns the hash of a plan's or helper's file as it is now, by its name in a record; None for one that
    is no more.
    """

    requirements: Mapping[str, Requirement]
    limits: LimitsInForce
    plan_sha256: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class Stale:
    """A result that may no longer hold, and why: each of `why` is a change or a thing that it rests on."""

    run: str
    begun_utc_ns: int
    bench: str
    kind: str
    dut: str
    seq: int
    name: str
    plan: str
    requirements: tuple[str, ...]
    verdict: str
    why: tuple[str, ...]


def stale_results(run: Grounds, now: InForce, *, graphs: bool = True) -> Iterator[Stale]:
    """Yield the results of a run that were judged by something else than is in force now.

    With `graphs` also those of which a graph alone would be drawn otherwise.
    """
    of_the_run = [] if run.rules == RULES else [f"rules of evaluation: {run.rules} then, {RULES} now"]
    of_the_run += _tables(run, now.limits)
    drawn = _differ("trumpet", run.limits.trumpet, now.limits.trumpet) if graphs else []
    changed: dict[str, tuple[str, ...]] = {}
    for result in run.results:
        file = result.plan.partition("::")[0]
        if file not in changed:
            changed[file] = tuple(_sources(run, file, now))
        graph = [f"{one}: its graph, not its verdict" for one in drawn] if drawn and _has_curves(result) else []
        why = (*of_the_run, *changed[file], *_limit(result, now), *_requirements(result, run, now), *graph)
        if why:
            yield stale(run, result, why)


def results_on(run: Grounds, whats: Sequence[str]) -> Iterator[Stale]:
    """Yield the results of a run that rest on any of some things, as "kind:name": see `KINDS`; each result once.

    A result rests on every instrument that its run recorded, for all of them are heard as its witnesses. Raises
    PlanError for a kind that there is not.
    """
    asked = [_asked(what) for what in whats]
    by_instrument = [why for kind, name in asked for why in _of_instruments(run.used, kind, name)]
    for result in run.results:
        why = (*by_instrument, *(one for kind, name in asked for one in _of_result(result, kind, name)))
        if why:
            yield stale(run, result, tuple(dict.fromkeys(why)))


def _asked(what: str) -> tuple[str, str]:
    kind, _, name = what.partition(":")
    if kind not in KINDS or not name:
        raise PlanError(f"{what!r}: say what results rest on as KIND:NAME, with a kind of {', '.join(KINDS)}")
    return kind, name


def stale(run: Grounds, result: Judged, why: tuple[str, ...]) -> Stale:
    """Return a result of a run as one that may no longer hold."""
    return Stale(
        run=run.run,
        begun_utc_ns=run.begun_utc_ns,
        bench=run.bench,
        kind=run.kind,
        dut=run.dut,
        seq=result.seq,
        name=result.name,
        plan=result.plan,
        requirements=result.requirements,
        verdict=result.verdict,
        why=why,
    )


def _tables(run: Grounds, now: LimitsInForce) -> list[str]:
    """Return what of the tables of limits.toml that all results of a run are judged by is no more as it was."""
    then = run.limits
    found = _differ("agreement", then.agreement, now.agreement)
    if then.agreement == now.agreement and then.total_percent != now.total_percent:
        was, is_now = then.total_percent, now.total_percent
        found.append(f"agreement: total_percent, which is that of the widest limit, was {was!r}, is {is_now!r}")
    # On the virtual clock no reading is late.
    found += _differ("timing", then.timing, now.timing) if run.clock != "virtual" else []
    found += _differ("evaporation", then.evaporation, now.evaporation) if run.weighs else []
    return found


def _differ(name: str, then: object, now: object) -> list[str]:
    """Return in a sentence what of a table differs, none where nothing does."""
    if then == now:
        return []
    if then is None or now is None:
        return [f"{name}: there was none" if then is None else f"{name}: it is no more"]
    return [f"{name}: {_differences(then, now)}"]


def _has_curves(result: Judged) -> bool:
    """Tell whether start-up graph and trumpet curve are drawn of a result; only asked where these would change."""
    from rig.evaluation.definition import GraphKind
    from rig.evaluation.registry import kinds

    kind = kinds().get(result.function)
    return kind is not None and kind.graph is GraphKind.FLOW


def _sources(run: Grounds, file: str, now: InForce) -> Iterator[str]:
    """Yield what of a plan's file, and of the helpers that it uses, is no more as it was."""
    for source in run.sources:
        if file in source.plans or (not source.plans if source.helps else source.file == file):
            yield from _source(source, now)


def _source(source: Source, now: InForce) -> Iterator[str]:
    found = now.plan_sha256(source.file)
    if found is None:
        yield f"plan: {source.file} is no more"
    elif found != source.sha256:
        yield f"plan: {source.file} has changed"


def _limit(result: Judged, now: InForce) -> Iterator[str]:
    if result.limit is None or not result.limit_name:
        return
    new = now.limits.limits.get(result.limit_name)
    if new is None:
        yield f"limit: {result.limit_name!r} is no more"
    elif new != result.limit:
        yield f"limit: {result.limit_name!r}: {_differences(result.limit, new)}"


def _requirements(result: Judged, run: Grounds, now: InForce) -> Iterator[str]:
    for name in result.requirements:
        old, new = run.requirements.requirements.get(name), now.requirements.get(name)
        if new is None:
            yield f"requirement: {name} is no more"
        elif old is None:
            yield f"requirement: what {name} was then is not in the record"
        elif new != old:
            yield f"requirement: {name}: {_differences(old, new)}"


def _differences(old: Limit | Requirement | object, new: object) -> str:
    """Return in words what of two bodies of one kind differs."""
    names = [one.name for one in fields(old) if getattr(old, one.name) != getattr(new, one.name)]  # type: ignore[arg-type]
    return ", ".join(f"{name} was {getattr(old, name)!r}, is {getattr(new, name)!r}" for name in names)


def _of_instruments(used: Sequence[Used], kind: str, wanted: str) -> Iterator[str]:
    for one in used:
        calibration = one.calibration
        if kind == "instrument" and wanted == one.name:
            yield f"instrument: {one.name}" + (f", calibration {calibration.id}" if calibration else "")
        elif kind == "driver" and wanted == one.driver:
            yield f"driver: {one.driver} of {one.name}"
        elif kind == "calibration" and calibration is not None and wanted == calibration.id:
            yield f"calibration: {calibration.id} of {one.name}, due {calibration.due}"


def _of_result(result: Judged, kind: str, wanted: str) -> Iterator[str]:
    file, _, function = result.plan.partition("::")
    if kind == "requirement" and wanted in result.requirements:
        yield f"requirement: {wanted}"
    elif kind == "limit" and wanted == result.limit_name:
        yield f"limit: {wanted!r}"
    elif kind == "plan" and wanted in (file, result.plan, function, function.partition("[")[0]):
        yield f"plan: {result.plan}"
