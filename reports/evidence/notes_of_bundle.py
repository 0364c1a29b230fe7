"""The notes in a bundle, each run's bound to its record's head as the manifest has it."""

from collections.abc import Mapping

from reports.evidence.chained import Chain, read_chain
from reports.evidence.container import Container
from reports.evidence.layout import MANIFEST, NOTES, notes_name
from reports.evidence.notes import about, note_of
from rig.errors import BundleError, RecordError
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
            for line in chain.lines:
                note_of(line)
        except RecordError as error:
            raise BundleError(f"{name}: {error}") from error
        chains[run] = chain
    return chains
