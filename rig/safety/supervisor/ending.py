"""Every way to end delivery, all at once: none waits for another, and none may hang the rest."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence

from rig.clock import Deadline
from rig.errors import InstrumentError
from rig.safety.supervisor.orders import Act, HandAct, PortAct
from rig.safety.supervisor.relay import Relay, goes_on, whole
from rig.serial_line import Line
from rig.transports import ByteStream

# Carries a way out and returns what went wrong; empty when it went well.
Way = Callable[[], str]
_PUMP_FIRST_S = 0.3  # a pump that is told before its power goes can write into its log that it was told
_ALL_S = 5.0
_REPLY_S = 0.3
_TRIES = 3


class Ending:
    """The ways to take a pump's power away; processes for those that need a library are kept ready from the start."""

    def __init__(self, others: Sequence[Act]) -> None:
        self._others = others
        self._hands = {act.name: Hand(act) for act in others if isinstance(act, HandAct)}

    def every_way(self, relays: Mapping[str, Relay], pumps: Sequence[PortAct]) -> tuple[list[str], list[str]]:
        """Stop each pump and take its power away; return what was done, and what went wrong."""
        done: list[str] = []
        wrong: list[str] = []

        def attempt(act: Act, way: Way) -> None:
            problem = way()
            (wrong if problem else done).append(f"{act.name}: {problem}" if problem else act.doing)

        stops = [_started(attempt, act, _stop_of(act, relays)) for act in pumps]
        # One that is known to be silent or out of reach is not waited for.
        answers = all(act.name not in relays or relays[act.name].answers for act in pumps)
        head_start = Deadline(_PUMP_FIRST_S if answers else 0.0)
        for thread in stops:
            thread.join(head_start.left_s())
        cuts = [_started(attempt, act, self._cut_of(act)) for act in self._others]
        deadline = Deadline(_ALL_S)
        for thread, act in zip([*stops, *cuts], [*pumps, *self._others], strict=True):
            thread.join(deadline.left_s())
            if thread.is_alive():
                wrong.append(f"{act.name}: nothing came of it within {_ALL_S:g} s")
        if not any(act.doing in done for act in self._others):
            untold = [act.name for act in pumps if act.name in relays and relays[act.name].untold]
            wrong += [f"{name}: it answered that it stopped, and does not tell whether it rests" for name in untold]
        return list(done), list(wrong)

    def close(self) -> None:
        """End the processes."""
        for hand in self._hands.values():
            hand.close()

    def _cut_of(self, act: Act) -> Way:
        return self._hands[act.name].act if isinstance(act, HandAct) else lambda: say_on_port(act)


class Hand:
    """A process that has imported what an act needs, and waits to be told."""

    def __init__(self, act: HandAct) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module, words of the rig's own bench
            [sys.executable, "-m", "rig.safety.supervisor.hand", act.function, json.dumps(act.settings), *act.imports],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def act(self) -> str:
        """Let it act; return what went wrong."""
        try:
            said, _ = self._process.communicate(b"now\n", timeout=_ALL_S)
        except (subprocess.TimeoutExpired, OSError, ValueError) as error:
            return f"its process did not answer: {error}"
        lines = said.decode(errors="backslashreplace").splitlines()
        return "" if lines[-1:] == ["done"] else " ".join(lines[-1:]) or "its process died"

    def close(self) -> None:
        """End the process; safe to repeat."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


def say_on_port(act: PortAct) -> str:
    """Open a port, say what ends delivery, and return what went wrong; empty when each answer was as expected."""
    try:
        shared = Line(act.baud, exclusive=False)  # a run that is frozen still has it open
        with ByteStream(act.name, act.port, line=shared, timeout_s=_REPLY_S) as stream:
            for saying in act.sayings:
                for tries_left in reversed(range(_TRIES)):
                    try:
                        if saying.expect:
                            stream.exchange(saying.send, saying.met_by)
                        else:
                            stream.write(saying.send)
                        break
                    except InstrumentError:
                        if not tries_left:
                            raise
            return _goes_on(act, stream)
    except InstrumentError as error:
        return error.what


def _goes_on(act: PortAct, stream: ByteStream) -> str:
    if not act.rests:
        return ""
    try:
        answer = stream.exchange(act.alive, lambda data: whole(data, act.end))
    except InstrumentError:  # its power may be gone by now
        return ""
    return goes_on(act, act.reading(answer))


def _started(attempt: Callable[[Act, Way], None], act: Act, way: Way) -> threading.Thread:
    thread = threading.Thread(target=attempt, args=(act, way), name=f"ending by {act.name}", daemon=True)
    thread.start()
    return thread


def _stop_of(act: PortAct, relays: Mapping[str, Relay]) -> Way:
    relay = relays.get(act.name)
    return relay.stop if relay is not None else lambda: say_on_port(act)
