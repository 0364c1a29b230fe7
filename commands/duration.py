"""`rig duration FILE --rate-ul-h … --limit …`."""

import argparse
from pathlib import Path

from commands.command import RigCommand, above_zero, any_number, likelihood, not_negative, takes_bench_file


def _arguments(parser: argparse.ArgumentParser) -> None:
    takes_bench_file(parser)
    parser.add_argument("--rate-ul-h", type=above_zero, required=True, help="the rate that is to be measured")
    parser.add_argument("--limit", required=True, help="a limit of limits.toml, in percent")
    parser.add_argument(
        "--limits", type=Path, default=Path("test_plans/limits.toml"), help="default: test_plans/limits.toml"
    )
    parser.add_argument(
        "--expected-percent", type=any_number, default=0.0, help="the pump's error as far as it is known"
    )
    parser.add_argument("--probability", type=likelihood, default=0.95, help="with which the limit is to be decided")
    parser.add_argument(
        "--u-evaporation-mg-h", type=not_negative, default=0.005, help="standard uncertainty of evaporation"
    )


def _run(options: argparse.Namespace) -> int:
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


COMMAND = RigCommand("duration", "how long a rate must be measured on a bench to decide a limit", _arguments, _run)
