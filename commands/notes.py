"""`rig notes RUN`: what QA has said of a run."""

import argparse
import sys

from commands.command import EXIT_FOUND_PROBLEMS, RigCommand, takes_run
from commands.records import record_meant


def _run(options: argparse.Namespace) -> int:
    record = record_meant(options)
    from reports.evidence.notes import note_of, notes_path, read_notes
    from rig.record.reader import RecordReader

    with RecordReader(record) as reader:
        head = reader.head()
        names = {result.seq: result.name for result in reader.results()}
    chain = read_notes(notes_path(record), head)
    for line in chain.lines:
        note = note_of(line)
        where = f"result {note.result_seq} ({names.get(note.result_seq, 'unknown')})" if note.result_seq else "the run"
        closes = f", closes note {note.closes}" if note.closes else ""
        print(f"{line['n']}  {note.at_utc}  {note.kind} on {where}{closes}, {note.by}: {note.text}")
    if chain.problem:
        print(f"{chain.problem}: what stands there and behind it is not what was written", file=sys.stderr)
        return EXIT_FOUND_PROBLEMS
    if not chain.lines:
        print("there are no notes on the run")
    return 0


COMMAND = RigCommand("notes", "list the notes on a run", takes_run, _run)
