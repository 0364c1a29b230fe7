"""The `rig` command: the front door. Imports a room only when its command is called, so that `--help` is quick."""

import argparse
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from types import FrameType

from rig.errors import RigError

DEFAULT_RUNS = Path("runs")
EXIT_FOUND_PROBLEMS = 1
EXIT_ERROR = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return 0 when all is well, 1 when it found what it looks for, 2 when it could not look."""
    # As with `python -m pytest`: drivers and firmware of one's own are found in the current folder.
    sys.path.insert(0, str(Path.cwd()))
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except RigError as error:
        print(f"rig: {error}", file=sys.stderr)
        return EXIT_ERROR
    except BrokenPipeError:
        sys.stderr.close()  # the reader of a pipe has gone; nobody is left to tell
        return EXIT_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="rig", description="hardware-in-the-loop rig for implantable drug pumps")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    bench = commands.add_parser("bench", help="check a bench file, or connect to every instrument in it")
    actions = bench.add_subparsers(required=True, metavar="ACTION")
    _with_bench_file(actions.add_parser("check", help="report every mistake in a bench file"), _bench_check)
    _with_bench_file(actions.add_parser("connect", help="open every instrument and say who answers"), _bench_connect)

    duration = commands.add_parser("duration", help="how long a rate must be measured on a bench to decide a limit")
    _with_bench_file(duration, _duration)
    duration.add_argument("--rate-ul-h", type=float, required=True)
    duration.add_argument("--limit", required=True, help="a limit of limits.toml, in percent")
    duration.add_argument("--limits", type=Path, default=Path("test_plans/limits.toml"))
    duration.add_argument("--expected-percent", type=float, default=0.0, help="the pump's error as far as it is known")
    duration.add_argument("--probability", type=float, default=0.95, help="with which the limit is to be decided")
    duration.add_argument("--u-evaporation-mg-h", type=float, default=0.005, help="standard uncertainty of evaporation")

    twins = _with_bench_file(commands.add_parser("twins", help="host a mocked bench's twins for other clients"), _twins)
    twins.add_argument("--dir", type=Path, default=Path("twins"), help="where serial ports get stable names")
    twins.add_argument("--first-tcp-port", type=int, default=21000, help="TCP twins count up from here")
    twins.add_argument("--speed", type=float, default=1.0, help="how much faster than real time the twins live")
    twins.add_argument("--for-s", type=float, default=0.0, help="end after so many real seconds (default: at a signal)")

    runs = commands.add_parser("runs", help="list the runs; those that were killed are closed as INTERRUPTED")
    _with_runs(runs, _runs)
    replay = commands.add_parser("replay", help="recompute every verdict of a run from raw samples")
    _with_run(replay, _replay)
    report = commands.add_parser("report", help="write a run's report as one HTML file")
    _with_run(report, _report)
    report.add_argument("--out", type=Path, help="the file to write (default: beside the record)")
    export = commands.add_parser("export", help="write a run's data as CSV and Parquet")
    _with_run(export, _export)
    export.add_argument("--out", type=Path, help="the folder to write to (default: beside the record)")
    export.add_argument(
        "--format", choices=("csv", "parquet", "both"), help="default: both, where Parquet is installed"
    )
    sync = commands.add_parser("sync", help="send what is pending of past runs to InfluxDB and compare the counts")
    sync.add_argument("runs_meant", metavar="RUN", nargs="*", help="names of runs, or 'last' (default: all)")
    _with_runs(sync, _sync)
    stream = commands.add_parser("stream", help="follow one run into InfluxDB until it ends")
    _with_run(stream, _stream)
    dashboards = commands.add_parser("dashboards", help="write Grafana's dashboards, or open a run in them")
    dashboards.add_argument("--out", type=Path, default=Path("deploy/grafana"), help="default: deploy/grafana")
    dashboards.add_argument("--run", metavar="RUN", help="only print the addresses that open this run at its own time")
    dashboards.add_argument("--grafana", default="http://localhost:3000", metavar="URL", help="where Grafana answers")
    _with_runs(dashboards, _dashboards)
    return parser


def _with_bench_file(
    parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]
) -> argparse.ArgumentParser:
    parser.add_argument("file", type=Path, metavar="FILE", help="the bench file")
    parser.set_defaults(command=command)
    return parser


def _with_runs(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("--runs", type=Path, default=DEFAULT_RUNS, help="the folder of the records (default: runs)")
    parser.set_defaults(command=command)


def _with_run(parser: argparse.ArgumentParser, command: Callable[[argparse.Namespace], int]) -> None:
    parser.add_argument("run", metavar="RUN", help="a run's name, the beginning of one, a record's path, or 'last'")
    _with_runs(parser, command)


def _bench_check(options: argparse.Namespace) -> int:
    from rig.bench_file.reading import load_bench_file

    bench_file = load_bench_file(options.file)
    print(f"{options.file}: bench {bench_file.bench.name}, {bench_file.bench.kind}, {bench_file.bench.clock} clock")
    for entry in bench_file.instruments:
        calibration = f", calibration {entry.calibration.id} due {entry.calibration.due}" if entry.calibration else ""
        print(f"  {entry.name}: {entry.capability} by {entry.driver_name} on {entry.settings.port}{calibration}")
    return 0


def _bench_connect(options: argparse.Namespace) -> int:
    import tempfile

    from rig.bench.bench import Bench, make_clock
    from rig.bench.starting import run_id
    from rig.bench_file.reading import load_bench_file
    from rig.record.bodies.others import Stop
    from rig.record.bodies.start import Start
    from rig.record.writer import RunRecord

    bench_file = load_bench_file(options.file)
    clock = make_clock(bench_file)
    with tempfile.TemporaryDirectory() as folder:
        start = Start(bench=bench_file.bench.name, purpose="connect")
        name = run_id(bench_file.bench.name)
        with RunRecord.create(Path(folder), name, start, clock.now_ns(), clock) as record:
            with Bench(bench_file, record, clock, bench_file.bench.seed) as bench:
                for one in sorted(bench.instruments, key=lambda one: one.role):
                    who = one.driver.identify()
                    print(f"{one.name} ({one.role}): {who.maker} {who.model}, {who.serial}, firmware {who.firmware}")
            record.stop(Stop("FINISHED"))
    return 0


def _duration(options: argparse.Namespace) -> int:
    from rig.bench_file.limits import load_limits
    from rig.bench_file.reading import load_bench_file
    from rig.evaluation.looks import needed

    found, precision = needed(
        load_bench_file(options.file),
        load_limits(options.limits).named(options.limit),
        rate_ul_h=options.rate_ul_h,
        u_evaporation_mg_h=options.u_evaporation_mg_h,
        expected_percent=options.expected_percent,
        probability=options.probability,
    )
    print(
        f"{found.duration_s / 3600:.2f} h decide {options.limit!r} at {options.rate_ul_h:g} µL/h as {found.verdict} "
        f"with probability {found.probability:g}; U (k = 2) is then {2 * found.u_percent:.3g} %, "
        f"after 24 h it is {2 * precision.u_percent(86400):.3g} %"
    )
    return 0


def _twins(options: argparse.Namespace) -> int:
    from instruments.hosting.process import host_until
    from rig.bench_file.reading import load_bench_file
    from rig.clock import WallClock

    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    bench_file = load_bench_file(options.file)
    clock = WallClock(speed=options.speed)
    host_until(ended, bench_file, clock, options.dir, options.first_tcp_port, options.for_s or None, _say)
    return 0


def _say(line: str) -> None:
    """Print at once: who waits for the ports may read from a pipe."""
    print(line, flush=True)


def _runs(options: argparse.Namespace) -> int:
    from rig.clock import iso_utc
    from rig.evaluation.delivered import delivered
    from rig.record.folder import close_interrupted, list_runs
    from rig.streaming.status import all_streaming_lines

    for summary in list_runs(options.runs):
        if summary.state == "INTERRUPTED" and not summary.stop_reason:
            try:
                close_interrupted(summary.path, delivered)
            except RigError as error:
                print(f"{summary.run_id}: was killed, and cannot be closed now: {error}", file=sys.stderr)
                continue
            print(f"{summary.run_id}: was killed; closed now as INTERRUPTED", file=sys.stderr)
    streaming = all_streaming_lines(options.runs)
    for summary in list_runs(options.runs):
        if summary.problem:
            print(f"{summary.run_id}  {summary.state}  {summary.problem}")
            continue
        verdicts = ", ".join(f"{count} {verdict}" for verdict, count in summary.verdicts) or "no verdicts"
        state = summary.stop_reason or str(summary.state)
        print(f"{summary.run_id}  {iso_utc(summary.started_ns)}  {state}  {verdicts}")
        for line in streaming.get(summary.run_id, ()):
            print(f"  {line}")
    return 0


def _record(options: argparse.Namespace) -> Path:
    """Return the record that is meant; one that was killed is closed first."""
    from rig.evaluation.delivered import delivered
    from rig.record.folder import close_interrupted, find_run

    path = find_run(options.runs, options.run)
    if close_interrupted(path, delivered):
        print(f"{path.name}: the run was killed; closed now as INTERRUPTED", file=sys.stderr)
    return path


def _replay(options: argparse.Namespace) -> int:
    from rig.evaluation.replay import replay
    from rig.record.reader import RecordReader

    identical = differing = 0
    with RecordReader(_record(options)) as reader:
        for result in replay(reader):
            identical += result.identical
            differing += not result.identical
            word = "identical" if result.identical else f"DIFFERS in {', '.join(result.differences)}"
            print(f"{result.result.verdict:<12} {word}  {result.result.plan}  {result.name}")
    print(f"{identical} identical, {differing} differing" if identical + differing else "the run holds no results")
    return EXIT_FOUND_PROBLEMS if differing else 0


def _report(options: argparse.Namespace) -> int:
    from reports.page.html import write_report

    path = _record(options)
    out = options.out or path.with_name(path.name.replace(".rig.db", ".html"))
    write_report(path, out)
    print(out)
    return 0


def _dashboards(options: argparse.Namespace) -> int:
    from reports.dashboards.links import run_links
    from reports.dashboards.provisioning import write_tree

    if options.run:
        for title, address in run_links(_record(options), options.grafana):
            print(f"{title}: {address}")
        return 0
    print("\n".join(map(str, write_tree(options.out))))
    return 0


def _sync(options: argparse.Namespace) -> int:
    from rig.evaluation.delivered import delivered
    from rig.record.folder import close_interrupted, find_run, list_runs
    from rig.streaming.sync import sync

    named = [find_run(options.runs, name) for name in options.runs_meant]
    paths = named or [summary.path for summary in list_runs(options.runs) if not summary.problem]
    for path in paths:
        close_interrupted(path, delivered)
    return 0 if sync(paths, print) else EXIT_FOUND_PROBLEMS


def _stream(options: argparse.Namespace) -> int:
    from rig.record.folder import find_run
    from rig.streaming.__main__ import main as follow

    return follow(find_run(options.runs, options.run))


def _export(options: argparse.Namespace) -> int:
    from rig.record.export import export_csv
    from rig.record.parquet import export_parquet
    from rig.record.reader import RecordReader

    path = _record(options)
    out = options.out or path.with_name(path.name.replace(".rig.db", "-export"))
    wanted = options.format or ("both" if find_spec("pyarrow") else "csv")
    if options.format is None and wanted == "csv":
        print("CSV only: `make parquet` installs what Parquet needs", file=sys.stderr)
    with RecordReader(path) as reader:
        reader.verify_chain()  # data that were changed must not leave here looking whole
        if wanted in ("csv", "both"):
            export_csv(reader, out)
        if wanted in ("parquet", "both"):
            export_parquet(reader, out)
    print(out)
    return 0


if __name__ == "__main__":
    sys.exit(main())
