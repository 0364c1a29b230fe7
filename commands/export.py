"""`rig export RUN`: a run's data for other programs."""

import argparse
from pathlib import Path

from commands.command import RigCommand, takes_run
from commands.records import record_meant


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes_run(parser)
    parser.add_argument("--out", type=Path, help="the folder to write to (default: beside the record)")
    parser.add_argument(
        "--format", choices=("csv", "parquet", "both", "tdms"), default="both", help="default: both CSV and Parquet"
    )


def _run(options: argparse.Namespace) -> int:
    from rig.record.export import export_csv
    from rig.record.reader import RecordReader

    path = record_meant(options)
    out = options.out or path.with_name(path.name.replace(".rig.db", "-export"))
    with RecordReader(path) as reader:
        reader.verify_chain()  # data that were changed must not leave here looking whole
        if options.format in ("csv", "both"):
            export_csv(reader, out)
        if options.format in ("parquet", "both"):
            from rig.record.parquet import export_parquet  # heavy

            export_parquet(reader, out)
        if options.format == "tdms":
            from rig.record.tdms import export_tdms  # needs its extra

            export_tdms(reader, out)
    print(out)
    return 0


COMMAND = RigCommand("export", "write a run's data as CSV, Parquet or TDMS", _arguments, _run)
