"""How the interlock relay is opened without the driver: one digital line, by a process that has NI's library ready."""

import contextlib
from typing import Any

from instruments.ni_daq.connection import Connection
from instruments.ni_daq.dialect import full_name, line_task
from instruments.ni_daq.lines import ContactTask, LineTask, Relay
from instruments.ni_daq.security import Security

_WIRE_S = 1.0


def open_interlock(told: dict[str, Any]) -> None:
    """Open the relay and read it back; `told` holds name, port, device, line, readback, deadline_s and tls.

    On a device server the tasks of the run are used, dead or alive, and left there: the server keeps them, and with
    them the lines. Raises RefusedError when the relay did not move.
    """
    connection = Connection(told["name"], told["port"], told["deadline_s"], security=Security(**told["tls"]))
    with contextlib.ExitStack() as stack:
        stack.callback(connection.close)

        def task(line: str) -> tuple[Any, str, float]:
            with connection.calling("opening the interlock relay"):
                found = connection.task_there_or_new(line_task(told["name"], told["device"], line))
            return stack.enter_context(found), full_name(told["device"], line), _WIRE_S

        line = LineTask(connection, *task(told["line"]))
        if told["readback"] in ("itself", "none"):
            seen_by: LineTask | ContactTask | None = line if told["readback"] == "itself" else None
        else:
            line.write(high=False)  # an input that cannot be had must not keep the relay closed
            seen_by = ContactTask(connection, *task(told["readback"]))
        Relay(connection, line, seen_by).move(closed=False)
