"""`rig prove FILE`: is the bench fit today? And `--history`: what its proofs until now have shown."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from commands.command import EXIT_ERROR, EXIT_FOUND_PROBLEMS, EXIT_INTERRUPTED, RigCommand, takes_bench_file, takes_runs

if TYPE_CHECKING:
    from rig.bench_file.reading import BenchFile
    from rig.record.bodies.proofs import ProofCharted


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes_bench_file(parser)
    takes_runs(parser)
    parser.add_argument(
        "--operator", metavar="NAME", help="who proves it (default: RIG_OPERATOR, else the bench file's)"
    )
    parser.add_argument("--part", action="append", type=_part, metavar="PART", help="this part only; may be said again")
    parser.add_argument("--history", action="store_true", help="prove nothing: show what the proofs so far have shown")


def _part(text: str) -> str:
    """Return the name of a part on the command line."""
    from rig.errors import did_you_mean
    from rig.record.bodies.proof_parts import PARTS

    if text not in PARTS:
        raise argparse.ArgumentTypeError(f"found {text!r}{did_you_mean(text, PARTS)}; there are {', '.join(PARTS)}")
    return text


def _run(options: argparse.Namespace) -> int:
    from rig.bench_file.reading import load_bench_file
    from rig.evaluation.proofs import proof_paths

    bench_file = load_bench_file(options.file)
    if options.history:
        return _history(bench_file, options.runs)
    before = set(proof_paths(options.runs, bench_file.bench.name))
    code = _session(options)
    made = [path for path in proof_paths(options.runs, bench_file.bench.name) if path not in before]
    if not made:
        return code if code == EXIT_INTERRUPTED else EXIT_ERROR
    return _told(made[0])


def _session(options: argparse.Namespace) -> int:
    """Run the plans of the proof as an ordinary session; return its exit code."""
    from fixtures.running import run_plans
    from qualification import proof

    folder = Path(proof.__file__).parent
    words = [str(folder), "--proof", "-q", "-p", "no:cacheprovider", "--import-mode=importlib"]
    words += ["--bench", str(options.file), "--runs", str(options.runs)]
    words += ["--limits", str(folder / "limits.toml"), "--requirements", str(folder / "requirements.toml")]
    words += ["--operator", options.operator] if options.operator else []
    return run_plans([*words, *(f"--proof-part={part}" for part in options.part or ())])


def _told(path: Path) -> int:
    """Say what came of each part and write the report; return the exit code, 1 when one failed or is lacking."""
    from reports.page.html import write_report
    from rig.record.bodies.proof_parts import PARTS
    from rig.record.bodies.proofs import PartTried, ProofBegins, ProofCharted, Standing
    from rig.record.reader import RecordReader
    from rig.record.schema import SUFFIX

    with RecordReader(path) as reader:
        begun = reader.events(ProofBegins)[-1].body
        tried = {entry.body.part: entry.body for entry in reader.events(PartTried)}
        charts = [entry.body for entry in reader.events(ProofCharted)]
    said: dict[str, str] = {}
    for part in PARTS:
        one = tried.get(part)
        standing = "not tried" if one is None else one.standing.value
        asked = "" if part in begun.required else " (not asked)"
        why = one.why if one is not None else ""
        what, *to_do = why.splitlines() or [""]
        if to_do and said.setdefault(why, part) != part:
            # What kept the bench from opening is that of every part.
            what, to_do = f"the same as {said[why]}", []
        print(f"{part:14} {standing}{asked}{what and f': {what}'}")
        for line in to_do[:1]:
            print(f"{'':14} {line}")
    for chart in charts:
        for rule in chart.broken:
            print(
                f"{chart.quantity}: {chart.value:.4g} {chart.unit} breaks a rule of its chart, {rule}", file=sys.stderr
            )
    out = path.with_name(f"{path.name.removesuffix(SUFFIX)}.html")
    write_report(path, out)
    print(out)
    failed = [part for part, one in tried.items() if one.standing is Standing.FAILED]
    lacking = [part for part in begun.required if part not in tried or tried[part].standing is not Standing.PROVEN]
    return EXIT_FOUND_PROBLEMS if failed or lacking else 0


def _history(bench_file: BenchFile, runs: Path) -> int:
    from rig.clock import iso_utc
    from rig.evaluation.proof_history import charted
    from rig.evaluation.proofs import proofs_of
    from rig.record.bodies.proofs import PartTried, Standing
    from rig.record.folder import run_id

    name = bench_file.bench.name
    lines = []
    for reader in proofs_of(runs, name):
        tried = {entry.body.part: entry.body.standing for entry in reader.events(PartTried)}
        lacking = [part for part, standing in tried.items() if standing is not Standing.PROVEN]
        said = f"without {', '.join(lacking)}" if lacking else "whole"
        lines.append(f"{run_id(reader.path)}  {iso_utc(reader.start().begun_utc_ns)[:16]}  {said}")
    if not lines:
        print(f"{runs} holds no proof of bench {name}: rig prove {bench_file.path}", file=sys.stderr)
        return EXIT_FOUND_PROBLEMS
    print("\n".join(reversed(lines)))
    charts = charted(runs, name)
    for one in charts:
        print(_chart_line(one))
    return EXIT_FOUND_PROBLEMS if any(one.broken for one in charts) else 0


def _chart_line(one: ProofCharted) -> str:
    limits = f", {one.centre:.4g} ± 3 · {one.sigma:.3g}" if one.sigma else ", no limits yet"
    drift = (
        f", drift {one.drift_day:+.3g} ± {one.expanded_drift_day:.2g} {one.unit}/day since {one.since}"
        if one.drift_day is not None
        else ""
    )
    broken = f"; breaks {'; '.join(one.broken)}" if one.broken else ""
    return f"{one.quantity}: {one.value:.4g} {one.unit}, {one.n} proofs{limits}{drift}{broken}"


COMMAND = RigCommand("prove", "is the bench fit today? Its daily proof, part by part", _arguments, _run)
