"""An instrument that was found out of tolerance: the results since its last good calibration, by the records."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reports.matrix.grounds import Grounds, Used
from reports.matrix.impact import Stale, stale
from rig.clock import iso_utc
from rig.errors import PlanError, did_you_mean

# What an as-found status says of an instrument that was not found good.
_NOT_GOOD = re.compile(r"\b(out|outside|not|no|fail\w*|beyond|exceed\w*|off)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration of one instrument: from which run on records have it."""

    id: str
    due: str
    as_found: str
    run: str
    begun_utc_ns: int

    @property
    def found_good(self) -> bool:
        """Tell whether the instrument was found good when this calibration was made, or nothing says otherwise."""
        return _NOT_GOOD.search(self.as_found) is None


@dataclass(frozen=True, slots=True)
class Suspect:
    """Since when an instrument is not to be trusted, and until when.

    `last_good` is the calibration that it was good after, None where no record has an earlier one than `found_by`: the
    calibration that found it out of tolerance, None for one that no record has yet.
    """

    bench: str
    instrument: str
    last_good: Calibrated | None
    found_by: Calibrated | None

    def said(self) -> str:
        """Return it in a sentence."""
        where = f"{self.instrument} on {self.bench}"
        good = "no record has an earlier calibration: all runs before"
        if self.last_good is not None:
            good = f"last good calibration {self.last_good.id} (due {self.last_good.due}), {_since(self.last_good)}"
        if self.found_by is None:
            return f"{where}: {good}; every run since"
        found = f"{self.found_by.id} found it {self.found_by.as_found!r}, {_since(self.found_by)}"
        return f"{where}: {good}; {found}"

    def holds(self, run: Grounds) -> bool:
        """Tell whether a run used the instrument within that time, on its bench or wherever its calibration went."""
        begun = run.begun_utc_ns
        if self.found_by is not None and any(_id(one) == self.found_by.id for one in run.used):
            return False
        if self.last_good is not None and any(_id(one) == self.last_good.id for one in run.used):
            return True
        after = self.last_good is None or begun >= self.last_good.begun_utc_ns
        before = self.found_by is None or begun < self.found_by.begun_utc_ns
        return after and before and run.bench == self.bench and any(one.name == self.instrument for one in run.used)


def suspect(runs: Sequence[Grounds], instrument: str, *, bench: str = "", last_good: str = "") -> Suspect:
    """Return since when an instrument that was found out of tolerance is not to be trusted.

    The records know its calibrations in the order in which runs began with them. Where the newest was made because the
    instrument was not good (its `as_found` says so), that one found it, and the one before is the last good one; else
    it is found now, and the newest is the last good one. `last_good` names another. Raises PlanError for an instrument
    that no record has, one on several benches of which none is named, and a calibration that no record of it has.
    """
    there = {run.bench for run in runs for one in run.used if one.name == instrument}
    if not there:
        names = sorted({one.name for run in runs for one in run.used})
        known = ", ".join(names) or "no instrument"
        raise PlanError(
            f"no record has an instrument {instrument!r}; they have {known}{did_you_mean(instrument, names)}"
        )
    if not bench and len(there) > 1:
        raise PlanError(f"{instrument} stands on {', '.join(sorted(there))}: say which with --bench NAME")
    if bench and bench not in there:
        raise PlanError(f"no record of bench {bench!r} has {instrument}; it is on {', '.join(sorted(there))}")
    on = bench or there.pop()
    known_ones = [*_calibrations(runs, on, instrument)]
    newest = known_ones[-1] if known_ones else None
    found_by = newest if newest is not None and not newest.found_good else None
    before = [one for one in known_ones if one is not found_by]
    if last_good:
        named = [one for one in known_ones if one.id == last_good]
        if not named:
            ids = [one.id for one in known_ones]
            raise PlanError(
                f"no record has calibration {last_good!r} of {instrument}; they have {', '.join(ids) or 'none'}"
                f"{did_you_mean(last_good, ids)}"
            )
        return Suspect(on, instrument, named[0], None if named[0] is found_by else found_by)
    return Suspect(on, instrument, before[-1] if before else None, found_by)


def results_since(runs: Sequence[Grounds], meant: Suspect) -> Iterator[Stale]:
    """Yield the results of all runs that used the instrument in that time, as a measurement or as a witness."""
    why = (f"out of tolerance: {meant.said()}",)
    for run in runs:
        if meant.holds(run):
            for result in run.results:
                yield stale(run, result, why)


def _calibrations(runs: Sequence[Grounds], bench: str, instrument: str) -> Iterator[Calibrated]:
    """Yield the calibrations of an instrument, each with the first run that had it, in order."""
    seen: set[str] = set()
    for run in sorted(runs, key=lambda one: (one.begun_utc_ns, one.run)):
        for one in run.used:
            calibration = one.calibration
            if run.bench == bench and one.name == instrument and calibration is not None and calibration.id not in seen:
                seen.add(calibration.id)
                yield Calibrated(calibration.id, calibration.due, calibration.as_found, run.run, run.begun_utc_ns)


def _id(used: Used) -> str:
    return used.calibration.id if used.calibration is not None else ""


def _since(one: Calibrated) -> str:
    return f"first in {one.run} of {iso_utc(one.begun_utc_ns)[:10]}"
