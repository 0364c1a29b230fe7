"""The daily proof of a physical bench: without a valid one none of its verdicts holds, and which part it lacks."""

from collections.abc import Iterator

from rig.clock import hours_between
from rig.evaluation.case import Case
from rig.evaluation.proofs import DIGEST, rests_on
from rig.evaluation.testimony import Testimony, Witness
from rig.record.bodies.proof_parts import PARTS
from rig.record.bodies.proofs import PartFound, ProofLookedFor, RestsOn, Standing

NAME = "daily proof"


def looked_for(case: Case) -> ProofLookedFor | None:
    """Return what the run found of its bench's proofs; None for a run that did not look."""
    looked = case.reader.events(ProofLookedFor)
    return looked[-1].body if looked else None


def testify(case: Case) -> Testimony:
    """Hold each part that is asked of the bench to its newest proof, as old as that was when the plan began."""
    looked = looked_for(case)
    if looked is None:
        return Testimony(not_asked="the run looked for no daily proof")
    if not looked.required:
        return Testimony(not_asked="no daily proof is asked of this bench ([proof] required = [])")
    against = tuple(_against(case, looked))
    newest = [one for one in looked.found if one.part in looked.required]
    oldest_h = max((hours_between(one.at_ns, case.begun_ns) for one in newest), default=0.0)
    said = f"{len(looked.required)} parts are asked of the bench, the oldest proof was {oldest_h:.3g} h old"
    return Testimony(said, against, undermines=True, of_the_bench=True)


def _against(case: Case, looked: ProofLookedFor) -> Iterator[str]:
    advice = f"run `rig prove {looked.file}`"
    found = {one.part: one for one in looked.found}
    missing = [part for part in looked.required if part not in found]
    if len(missing) == len(looked.required):
        yield f"no proof of this bench was found among the records: {advice}"
        return
    for part in missing:
        yield f"{noun(part)} was never proven on this bench: {advice}"
    for part in looked.required:
        if part in found and (words := wrong_with(found[part], case, looked)):
            yield f"{words}: {advice}"


def wrong_with(one: PartFound, case: Case, looked: ProofLookedFor) -> str:
    """Say why a part does not hold for a case, "" where it does."""
    age_h = hours_between(one.at_ns, case.begun_ns)
    what, first = noun(one.part), (one.why.splitlines() or [""])[0]
    if one.standing is Standing.FAILED:
        return f"{what} failed at its last proof, {age_h:.3g} h ago ({first})"
    if one.standing is Standing.NOT_PROVEN:
        return f"{what} is not proven ({first})"
    if age_h > looked.valid_h:
        return f"{what} was last proven {age_h:.4g} h ago, valid for {looked.valid_h:g} h"
    if age_h < 0.0:
        return f"{what} was proven {-age_h:.3g} h after this plan began, by the machine's clock"
    now = rests_on(case.reader, one.part)
    for name, before in one.rests_on.items():
        if swapped := _swapped(name, before, now.get(name)):
            return f"{what} was proven with {swapped}"
    # Of a table of the bench file an older proof says nothing.
    if added := sorted(name for name in now.keys() - one.rests_on.keys() if not name.startswith("[")):
        return f"{what} was proven without {', '.join(added)}"
    return ""


def noun(part: str) -> str:
    """Return what a sentence calls a part."""
    return PARTS[part].noun if part in PARTS else f"“{part}”"


def _swapped(name: str, before: RestsOn, now: RestsOn | None) -> str:
    if now is None:
        return f"{name}, which no longer stands there"
    if before.driver != now.driver:
        return f"{name} by {before.driver}, now it is {now.driver}"
    if now.serial and before.serial != now.serial:
        return f"{name} {before.serial or 'without a number'}, now it is {now.serial}"
    if before.calibration != now.calibration:
        return f"{name} calibrated by {before.calibration or 'nothing'}, now it is {now.calibration or 'nothing'}"
    return _stated_otherwise(name, before.stated, now.stated)


def _stated_otherwise(name: str, before: dict[str, str] | None, now: dict[str, str] | None) -> str:
    """Say which key of the bench file says something else now; "" for none, and for a proof that does not tell."""
    if before is None or now is None:
        return ""
    for key in sorted(before.keys() | now.keys()):
        was, now_is = before.get(key, "nothing"), now.get(key, "nothing")
        if was != now_is:
            long = was.startswith(DIGEST) or now_is.startswith(DIGEST)
            return f"{key} of {name} other than now" if long else f"{key} of {name} as {was}, now it is {now_is}"
    return ""


WITNESS = Witness(NAME, testify, concerns=lambda case: looked_for(case) is not None)
