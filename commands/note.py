"""`rig note RUN TEXT`: what QA has to say of a run or of one of its results."""

import argparse

from commands.command import RigCommand, takes_run
from commands.records import record_meant

_KINDS = ("deviation", "comment", "disposition")


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes_run(parser)
    parser.add_argument("text", metavar="TEXT", help="what there is to say")
    parser.add_argument("--kind", required=True, choices=_KINDS, help="what it is")
    parser.add_argument("--by", required=True, metavar="NAME", help="who says it")
    parser.add_argument(
        "--result",
        type=int,
        default=0,
        metavar="SEQ",
        help="the number of the result that it is about (default: the run)",
    )
    parser.add_argument(
        "--closes",
        type=int,
        default=0,
        metavar="NOTE",
        help="the number of the deviation that this disposition decides about; without it a deviation stays open",
    )


def _run(options: argparse.Namespace) -> int:
    record = record_meant(options)
    from reports.evidence.notes import NoteKind, add_note, note_now, notes_path
    from rig.clock import machine_utc_ns

    note = note_now(NoteKind(options.kind), options.by, options.text, options.result, machine_utc_ns(), options.closes)
    number = add_note(record, note)
    print(f"note {number}: {notes_path(record)}")
    return 0


COMMAND = RigCommand("note", "add a deviation, a comment or a disposition to a run or a result", _arguments, _run)
