"""A process that ends delivery by a library: it imports first, and acts when it hears a line.

`python -m rig.safety.supervisor.hand MODULE:FUNCTION SETTINGS [MODULE …]`.

When its input ends without a line it ends, too.
"""

import importlib
import json
import signal
import sys


def main() -> None:
    """Import the function, wait for a line, call it, say `done` or what went wrong."""
    for name in ("SIGINT", "SIGHUP", "SIGQUIT"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    module, _, function = sys.argv[1].partition(":")
    act = getattr(importlib.import_module(module), function)
    for other in sys.argv[3:]:
        importlib.import_module(other)
    if not sys.stdin.buffer.readline():
        return
    try:
        act(json.loads(sys.argv[2]))
    except Exception as error:  # noqa: BLE001 - whatever it is, the supervisor must hear of it
        print(f"{type(error).__name__}: {error}".replace("\n", " "), flush=True)
        return
    print("done", flush=True)


if __name__ == "__main__":
    main()
