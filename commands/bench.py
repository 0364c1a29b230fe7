"""`rig bench check FILE` and `rig bench connect FILE`."""

import argparse
import sys
from typing import TYPE_CHECKING

from commands.command import RigCommand, takes_bench_file

if TYPE_CHECKING:
    from rig.bench_file.reading import BenchFile
    from rig.capabilities import Identity
    from rig.clock import Clock


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
    if bench_file.influxdb is not None and bench_file.bench.clock == "virtual":
        print(
            f"  streaming: samples are stamped from {bench_file.bench.epoch} on; {bench_file.influxdb.bucket} must "
            "keep points of that age, best without retention"
        )
    return _told_overdue(bench_file)


def _told_overdue(bench_file: "BenchFile") -> int:
    """Say which calibrations have run out; return the exit code, 1 when any has."""
    from rig.clock import machine_today

    overdue = bench_file.overdue(machine_today())
    for line in overdue:
        print(f"rig: {line}: every result would be INVALID; have it calibrated", file=sys.stderr)
    return 1 if overdue else 0


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
    if not bench_file.mocked:
        _demand_unused(bench_file, clock)
    with tempfile.TemporaryDirectory() as folder:
        start = Start(bench=bench_file.bench.name, purpose="connect")
        name = run_id(bench_file.bench.name)
        with RunRecord.create(Path(folder), name, start, clock.now_ns(), clock) as record:
            with Bench(bench_file, record, clock, bench_file.bench.seed) as bench:
                for one in sorted(bench.instruments, key=lambda one: one.role):
                    print(f"{one.name} ({one.role}): {_said(one.driver.identify())}")
            record.stop(Stop("FINISHED"))
    return _told_overdue(bench_file)


def _demand_unused(bench_file: "BenchFile", clock: "Clock") -> None:
    """Say who answers on a bench that somebody else uses and raise BenchBusyError; nothing there is changed."""
    from rig.bench.in_use import in_use, look_around
    from rig.driving import DriverContext
    from rig.safety.lease import leased

    with leased(bench_file.bench.name, bench_file.ports):
        found = look_around(bench_file, DriverContext(clock, lambda _: None, again=True))
    if found.signs:
        for name, who in found.who.items():
            print(f"{name}: {_said(who)}")
        raise in_use(bench_file, found)


def _said(who: "Identity") -> str:
    return f"{who.maker} {who.model}, {who.serial}, firmware {who.firmware}"


COMMAND = RigCommand("bench", "check a bench file, or connect to every instrument in it", _arguments, _run)
