"""How the interlock relay is opened without the driver: one digital line, by a process that has NI's library ready."""

from typing import Any

from nidaqmx.stream_writers import DigitalSingleChannelWriter

from instruments.ni_daq.connection import Connection

_WRITE_S = 1.0


def open_interlock(told: dict[str, Any]) -> None:
    """Open the relay; `told` holds name, port, device, line and deadline_s.

    On a device server the task of the run is used, dead or alive: the server keeps it, and with it the line.
    """
    connection = Connection(told["name"], told["port"], told["deadline_s"])
    try:
        with connection.calling("opening the interlock relay"), connection.task_there_or_new(_task(told)) as task:
            if not list(task.do_channels):
                task.do_channels.add_do_chan(f"{told['device']}/{told['line']}")
            writer = DigitalSingleChannelWriter(task.out_stream, auto_start=True)
            writer.verify_array_shape = False
            writer.write_one_sample_one_line(timeout=_WRITE_S, data=False)
    finally:
        connection.close()


def _task(told: dict[str, Any]) -> str:
    return f"{told['name']}-{told['device']}-{told['line'].replace('/', '-')}"
