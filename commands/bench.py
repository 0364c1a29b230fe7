"""`rig bench check FILE` and `rig bench connect FILE`."""

import argparse

from commands.command import RigCommand, takes_bench_file


def _arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    for name, action, summary in (
        ("check", _check, "report every mistake in a bench file"),
        ("connect", _connect, "open every instrument and say who answers"),
    ):
        own = actions.add_parser(name, help=summary, description=summary)
        own.set_defaults(run_action=action)
        takes_bench_file(own)


def _run(options: argparse.Namespace) -> int:
    return int(options.run_action(options))


def _check(options: argparse.Namespace) -> int:
    from rig.bench_file.reading import load_bench_file

    bench_file = load_bench_file(options.file)
    print(f"{options.file}: bench {bench_file.bench.name}, {bench_file.bench.kind}, {bench_file.bench.clock} clock")
    for entry in bench_file.instruments:
        calibration = f", calibration {entry.calibration.id} due {entry.calibration.due}" if entry.calibration else ""
        print(f"  {entry.name}: {entry.capability} by {entry.driver_name} on {entry.settings.port}{calibration}")
    return 0


def _connect(options: argparse.Namespace) -> int:
    import tempfile
    from pathlib import Path

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


COMMAND = RigCommand("bench", "check a bench file, or connect to every instrument in it", _arguments, _run)
