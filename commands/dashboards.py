"""`rig dashboards`: Grafana's pages, and where a run opens in them."""

import argparse
import os
from pathlib import Path

from commands.command import RigCommand, takes_runs
from commands.records import record_meant


def _arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("deploy/grafana"), help="default: deploy/grafana")
    parser.add_argument("--run", metavar="RUN", help="only print the addresses that open this run at its own time")
    parser.add_argument("--grafana", default="http://localhost:3000", metavar="URL", help="where Grafana answers")
    parser.add_argument(
        "--influxdb", type=int, choices=(1, 2), default=2, help="the main version that Grafana reads from (default: 2)"
    )
    takes_runs(parser)


def _run(options: argparse.Namespace) -> int:
    if options.run:
        record = record_meant(options)
        from reports.dashboards.links import run_links  # behind the look-up: a name that means no run is said at once

        for title, address in run_links(record, options.grafana):
            print(f"{title}: {address}")
        return 0
    from reports.dashboards.database import what_is_asked
    from reports.dashboards.provisioning import write_tree

    print("\n".join(map(str, write_tree(options.out, options.influxdb))))
    print(what_is_asked(options.influxdb, os.environ))
    return 0


COMMAND = RigCommand("dashboards", "write Grafana's dashboards, or open a run in them", _arguments, _run)
