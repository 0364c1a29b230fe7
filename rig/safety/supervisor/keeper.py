"""The run's side of the supervisor: starts it, shows it that the run and its plan are alive, and hears what it did."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self

from rig.clock import Deadline, Stopwatch
from rig.errors import ConnectionFailedError, SafetyError
from rig.held_ports import Held, held_no_more
from rig.safety.supervisor.ending import Ending
from rig.safety.supervisor.orders import Orders
from rig.safety.supervisor.watching import Told
from rig.safety.trip import Trip

RENEW_S = 0.1
_START_S = 20.0
_OPEN_S = 10.0
_END_S = 12.0


@dataclass(frozen=True, slots=True)
class Ended:
    """What the supervisor did, and why; `wrong` is empty when every way went well.

    `trip` is the interlock that it found tripped, `told` what pumps told it last.
    """

    why: str
    took_s: float
    done: tuple[str, ...]
    wrong: tuple[str, ...]
    trip: Trip | None = None
    told: tuple[Told, ...] = ()

    @classmethod
    def from_json(cls, read: Mapping[str, Any]) -> Self:
        """Return what the supervisor's word says."""
        trip = read["trip"] and Trip(**{**read["trip"], "streams": tuple(read["trip"]["streams"])})
        told = tuple(Told(**one) for one in read["told"])
        done, wrong = tuple(read["done"]), tuple(read["wrong"])
        return cls(read["why"], read["took_s"], done, wrong, trip, told)

    @property
    def stopped(self) -> bool:
        """Tell whether at least one way to end delivery went well."""
        return bool(self.done)

    @property
    def came(self) -> str:
        """Return in words what was done, and what went wrong."""
        return "; ".join([", ".join(self.done) or "NOTHING WORKED, STOP THE PUMP BY HAND", *self.wrong])

    def __str__(self) -> str:
        return f"delivery was ended for the run: {self.why}; {self.came}"


class Keeper:
    """A supervisor at work for this run. `on_end` is called, on a thread of the keeper's own, when it had to act.

    `plan_lapsed` says why the plan counts as hanging; empty while it shows signs of life. Raises SafetyError when the
    supervisor cannot be started: without it nothing is opened that could pump.
    """

    def __init__(self, orders: Orders, plan_lapsed: Callable[[], str], on_end: Callable[[Ended], None]) -> None:
        self.ended: Ended | None = None
        self.ending = ""
        self._orders = orders
        self._plan_lapsed = plan_lapsed
        self._on_end = on_end
        self._closing = threading.Event()
        self._said: dict[str, dict[str, Any]] = {}
        self._news = threading.Condition()
        self._gone = False
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rig.safety.supervisor"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # what a terminal sends to the run must not reach it
            cwd=Path(__file__).parents[3],
            bufsize=0,
        )
        self._words = _pipe(self._process.stdin)
        self._to_it = self._words.fileno()
        threading.Thread(target=self._listen, name="the supervisor's words", daemon=True).start()
        self._send(json.dumps(orders.to_json()))
        try:
            self._wait_for("ready", "", _START_S)
        except SafetyError:
            self._kill()
            raise
        self._renewing = threading.Thread(target=self._renew, name="the run's lease", daemon=True)
        self._renewing.start()

    def hold(self, pump: str) -> Held:
        """Let the supervisor open a pump's port, and return where the run reaches it.

        Raises ConnectionFailedError when the port cannot be opened, SafetyError when the supervisor is gone.
        """
        with self._news:
            self._said.pop("opened " + pump, None)
            self._said.pop("not opened " + pump, None)
        self._send(json.dumps({"say": "open", "name": pump}))
        said = self._wait_for("opened", pump, _OPEN_S)
        if said["what"] == "not opened":
            raise ConnectionFailedError(pump, said["why"], advice=said["advice"], port=said["port"])
        return Held(said["url"], said["token"])

    def guard(self) -> None:
        """Have the lease hold from now on: a run that has not reached its pump yet may take its time to import."""
        self._send(json.dumps({"say": "guard"}))

    def opened(self) -> None:
        """Say that every pump was reached and is at rest: what becomes of them now is of this run's making."""
        self._send(json.dumps({"say": "opened"}))

    def plan_begins(self) -> None:
        """Say that a plan begins: volumes are counted from here on."""
        self._send(json.dumps({"say": "plan begins"}))

    def stop_now(self, why: str) -> None:
        """Have the pumps stopped at once, without waiting for it; may be called from a signal handler."""
        self._send(json.dumps({"say": "stop", "why": why}))

    def be_patient(self, *, on: bool) -> None:
        """Say that a plan has cut the pump off, or that it can be reached again."""
        self._send(json.dumps({"say": "patient", "on": on}))

    def what_was_done(self) -> Ended | None:
        """Return what was done to end delivery for the run, waited for while it is being done; None when nothing."""
        deadline = Deadline(_END_S)
        with self._news:
            while self.ending and self.ended is None and not deadline.passed():
                self._news.wait(deadline.left_s())
        return self.ended

    def close(self, *, safe: bool) -> None:
        """Say goodbye; a bench that is not `safe` is made so by the supervisor first. Safe to repeat."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._renewing.join()
        self._send(json.dumps({"say": "goodbye", "safe": safe}))
        try:
            self._process.wait(_END_S)
        except subprocess.TimeoutExpired:
            self._kill()
        self._words.close()

    def _kill(self) -> None:
        self._process.kill()
        self._process.wait()

    def _send(self, line: str) -> None:
        # One short write: a signal handler may send while the main thread does, and no lock may stand between them.
        # A pipe whose reader is dead: `_listen` sees that and says so.
        data = line.encode("ascii") + b"\n"
        with contextlib.suppress(OSError):
            while data:
                data = data[os.write(self._to_it, data) :]

    def _renew(self) -> None:
        told = False
        while not self._closing.wait(RENEW_S):
            lapsed = self._plan_lapsed()
            if lapsed and not told:
                self._send(json.dumps({"say": "lapsed", "why": lapsed}))
            told = bool(lapsed)
            self._send("")

    def _listen(self) -> None:
        with _pipe(self._process.stdout) as lines:
            for line in lines:
                said = json.loads(line)
                if said["what"] == "ending":
                    self.ending = said["why"]
                if said["what"] == "ended":
                    self._end(Ended.from_json(said))
                with self._news:
                    self._said[f"{said['what']} {said.get('name', '')}".strip()] = said
                    self._news.notify_all()
        with self._news:
            self._gone = True
            self._news.notify_all()
        if self.ended is None and not self._closing.is_set():
            self._end_without_it()

    def _end_without_it(self) -> None:
        """End delivery from here: the supervisor has died, and the ports that it held are free."""
        self.ending = "the supervisor has died"
        took = Stopwatch()
        for act in self._orders.pumps:
            held_no_more(act.port)
        ending = Ending(self._orders.others)
        done, wrong = ending.every_way({}, self._orders.pumps)
        ending.close()
        self._end(Ended(self.ending, took.elapsed_s(), tuple(done), tuple(wrong)))

    def _end(self, ended: Ended) -> None:
        self._on_end(ended)  # before anybody can read that it is over
        with self._news:
            self.ended = ended
            self._news.notify_all()

    def _wait_for(self, what: str, name: str, within_s: float) -> dict[str, Any]:
        deadline = Deadline(within_s)
        keys = [f"{what} {name}".strip(), f"not {what} {name}".strip()]
        with self._news:
            while not (found := [self._said[key] for key in keys if key in self._said]):
                if self._gone or deadline.passed():
                    how = "has died" if self._gone else "does not answer"
                    raise SafetyError(
                        f"the supervisor, which stops the pump when the run cannot, {how} "
                        f"(waited for {what!r}): nothing is driven without it"
                    )
                self._news.wait(deadline.left_s())
        return found[0]


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise SafetyError("the supervisor has no pipe to the run")
    return pipe
