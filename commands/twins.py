"""`rig twins FILE`: the twins of a mocked bench, for any client."""

import argparse
from pathlib import Path
from types import FrameType

from commands.command import RigCommand, above_zero, not_negative, takes_bench_file, tcp_port


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes_bench_file(parser)
    parser.add_argument("--dir", type=Path, default=Path("twins"), help="where serial ports get stable names")
    parser.add_argument("--first-tcp-port", type=tcp_port, default=21000, help="TCP twins count up from here")
    parser.add_argument("--speed", type=above_zero, default=1.0, help="how much faster than real time the twins live")
    parser.add_argument(
        "--for-s", type=not_negative, default=0.0, help="end after so many real seconds (default: at a signal)"
    )


def _run(options: argparse.Namespace) -> int:
    import signal
    import threading

    from instruments.hosting.twins_process import host_until
    from rig.bench_file.reading import load_bench_file
    from rig.clock import WallClock

    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        bench_file = load_bench_file(options.file)
        clock = WallClock(speed=options.speed)
        for_s = options.for_s or None
        all_lived = host_until(ended, bench_file, clock, options.dir, options.first_tcp_port, for_s, _say)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    return 0 if all_lived else 1


def _say(line: str) -> None:
    """Print at once: who waits for the ports may read from a pipe."""
    print(line, flush=True)


COMMAND = RigCommand("twins", "host a mocked bench's twins for other clients", _arguments, _run)
