"""The notes in a bundle, each run's bound to its record's head as the manifest has it."""

from collections.abc import Mapping

from reports.evidence.chained import Chain, read_chain
from reports.evidence.container import Container
from reports.evidence.layout import MANIFEST, NOTES, NOTES_IN_REPORTS, notes_name
from reports.evidence.notes import NoteKind, about, notes_in
from rig.errors import BundleError, NotesError
from rig.record.bodies.codec import Json


def heads_of(manifest: Mapping[str, Json]) -> dict[str, str]:
    """Return the end of each record's chain, by its run; raises BundleError where the manifest does not say it."""
    try:
        return {str(one["run"]): str(one["head"]) for one in manifest["runs"]}
    except (KeyError, TypeError) as error:
        raise BundleError(f"{MANIFEST} does not say which runs are bundled") from error


def chains_of(container: Container, heads: Mapping[str, str]) -> dict[str, Chain]:
    """Return the notes of each run; raises BundleError where one does not hold, or belongs to no run."""
    names = {notes_name(run): run for run in heads}
    if set(container.names(NOTES)) != set(names):
        raise BundleError(f"the notes are those of {container.names(NOTES)}, not one file for each of {list(heads)}")
    chains = {}
    for name, run in names.items():
        chain = read_chain(container.read(name), about(heads[run]), name)
        if chain.problem:
            raise BundleError(chain.problem)
        try:
            notes_in(chain)
        except NotesError as error:
            raise BundleError(f"{name}: {error}") from error
        chains[run] = chain
    return chains


def open_words(chains: Mapping[str, Chain]) -> str:
    """Return which deviations are open, in words; "" for none."""
    still = []
    for run, chain in chains.items():
        notes = notes_in(chain)
        closed = {note.closes for note in notes}
        numbers = [n for n, note in enumerate(notes, 1) if note.kind is NoteKind.DEVIATION and n not in closed]
        still += [f"{number} on {run}" for number in numbers]
    return f"; open deviations: {', '.join(still)}" if still else ""


def shown_in_reports(manifest: Mapping[str, Json]) -> dict[str, int]:
    """Return how many notes the reports of each run show, by its run; a bundle that does not say it shows none.

    Raises BundleError where what is said is no count.
    """
    shown = {}
    for one in manifest["runs"]:
        count = one.get(NOTES_IN_REPORTS)
        if count is None:
            continue
        if isinstance(count, bool) or not isinstance(count, int) or count < 0:
            raise BundleError(f"{MANIFEST} says that the reports of {one.get('run')} show {count!r} notes")
        shown[str(one["run"])] = count
    return shown


def first_notes(data: bytes, count: int) -> bytes:
    """Return the first lines of a file of notes; raises BundleError where it has fewer."""
    lines = data.split(b"\n")[:-1]
    if len(lines) < count:
        raise BundleError(f"the reports show {count} notes, and there are {len(lines)}")
    return b"".join(line + b"\n" for line in lines[:count])
