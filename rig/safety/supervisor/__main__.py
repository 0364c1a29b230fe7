"""The supervisor's process: `python -m rig.safety.supervisor`, told its orders on its standard input.

It says what it does on its standard output, one JSON object a line, and in the file of its account. It ends when the
run says goodbye, or after it has ended delivery: because the run can no longer, or because a pump exceeds its bounds.
"""

import contextlib
import json
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rig.clock import Stopwatch, WallClock, asleep_s, iso_utc, machine_utc_ns
from rig.errors import InstrumentError, SafetyError
from rig.safety.latch import latch
from rig.safety.left_open import mark, unmark
from rig.safety.supervisor.ending import Ending
from rig.safety.supervisor.orders import Orders
from rig.safety.supervisor.relay import Relay
from rig.safety.supervisor.watching import Watch
from rig.safety.trip import Trip

_TICK_S = 0.02
_FORGIVEN_S = 0.2
_CHUNK = 65_536
_SLEPT_S = 0.5
_BLIND_TIMES = 3.0  # noise spoils an answer now and then: so many times the silence that a pump is granted
_STILL_TIMES = 2.0  # nobody fed the pump's watchdog meanwhile, nor would have stopped it: it may have stopped by itself
_UNFORGIVEN_S = 0.3  # a reply that has not come by then is lost: to ask again takes nothing from the run


class Supervisor:
    """Waits for the run to fall silent, for a pump to do so, or to be told; then ends delivery, once."""

    def __init__(self, orders: Orders, words: Iterator[bytes]) -> None:
        self._orders = orders
        self._words = words
        self._relays: dict[str, Relay] = {}
        self._watches: dict[str, Watch] = {}
        self._clock = WallClock()
        self._opened = False
        self._left_open = False
        self._ending = Ending(orders.others)
        self._heard = Stopwatch()
        self._guarding = False
        self._held_up_s = 0.0
        self._stood_still_s = 0.0
        self._goodbye: bool | None = None
        self._hung_up = False
        self._asked = ""
        self._lapsed = ""
        self._patient = False  # a plan has cut the pump off: its silence says nothing
        self._asleep_s = asleep_s()
        self._saying = threading.Lock()
        self._ended_by = ""

    def run(self) -> None:
        """Watch until the run says goodbye or delivery had to be ended."""
        threading.Thread(target=self._listen, name="the run's words", daemon=True).start()
        signal.signal(signal.SIGTERM, self._told_to_end)
        tick = threading.Event()
        while self._goodbye is None:
            waited = Stopwatch()
            tick.wait(_TICK_S)
            self._stood_still_s = waited.elapsed_s()
            self._held_up_s = max(self._stood_still_s - _TICK_S, self._held_up_s - _TICK_S)
            if self._asked:
                asked, self._asked = self._asked, ""
                self._stop_pumps(asked)
            if trip := next((watch.trip for watch in self._watches.values() if watch.trip is not None), None):
                self._end(str(trip), trip)
                break
            if why := self._why():
                self._end(why)
                break
            self._feed()
        else:
            if not self._goodbye:
                self._end("the run left its bench unsafe")
            elif not self._orders.others:  # nothing took the pump's power away, and a thread may have been quicker
                self._stop_pumps("the run has ended")
        self._close()

    def _why(self) -> str:
        """Return why delivery must end now; empty as long as all is well."""
        if self._lapsed:
            return self._lapsed
        if self._hung_up:
            return "the run has died: its end of the lease is closed"
        if self._ended_by:
            return self._ended_by
        if self._stood_still_s > _STILL_TIMES * self._orders.lease_s:
            return f"the supervisor itself stood still for {self._stood_still_s:.1f} s"
        if (slept_s := asleep_s() - self._asleep_s) > _SLEPT_S:
            return f"the machine was suspended for {slept_s:.1f} s"
        # What holds up this process as well is no sign of the run's: a machine that is busy beyond measure.
        silent_s = self._heard.elapsed_s() - min(self._held_up_s, _FORGIVEN_S)
        if self._guarding and silent_s > self._orders.lease_s:
            return f"the run has not been heard for {silent_s:.2f} s; its lease is {self._orders.lease_s:g} s"
        for name, relay in self._relays.items():
            if relay.lost:
                return f"{name}: {relay.lost}"
            if relay.unanswered_s > self._orders.silence_s and not self._patient:
                return f"{name} has not answered for {relay.unanswered_s:.2f} s"
        blind = (watch.blind(_BLIND_TIMES * self._orders.silence_s) for watch in self._watches.values())
        return next(filter(None, blind), "")

    def _feed(self) -> None:
        for relay in self._relays.values():
            waited_s = relay.unanswered_s
            if not self._patient and relay.quiet_s > self._orders.feed_s and not 0 < waited_s < _UNFORGIVEN_S:
                relay.feed()

    def _stop_pumps(self, why: str) -> None:
        """Stop the pumps at once and let the run go on: it ends by itself, in order."""
        took = Stopwatch()
        wrong = {name: relay.stop() for name, relay in self._relays.items()}
        self._tell(
            "stopped", why=why, took_s=took.elapsed_s(), wrong={name: what for name, what in wrong.items() if what}
        )

    def _end(self, why: str, trip: Trip | None = None) -> None:
        """End delivery by every way there is, latch the bench where it must be, and say what came of each."""
        took = Stopwatch()
        self._tell("ending", why=why)  # ahead of all that the run will notice of it
        for relay in self._relays.values():
            relay.bar()
        done, wrong = self._ending.every_way(self._relays, self._orders.pumps)
        took_s = took.elapsed_s()
        self._latch(why, trip, done, wrong)
        told = [asdict(one) for watch in self._watches.values() for one in watch.told]
        said = {"trip": None if trip is None else asdict(trip), "told": told}
        self._tell("ended", why=why, took_s=took_s, done=done, wrong=wrong, **said)

    def _latch(self, why: str, trip: Trip | None, done: list[str], wrong: list[str]) -> None:
        """Latch a bench on which an interlock tripped, or whose safe state was not confirmed."""
        if trip is None and not (self._opened and wrong):  # a pump that was never reached was not moved by this run
            return
        came = "; ".join([", ".join(done) or "NOTHING WORKED", *wrong])
        try:
            latch(self._orders.bench, f"{why}; {came}", f"run {self._orders.run}", self._orders.ports)
        except SafetyError as error:
            self._left_open = True  # the mark at least says that nobody knows
            wrong.append(str(error))

    def _tell(self, what: str, **said: Any) -> None:
        line = json.dumps({"what": what, "at_ns": machine_utc_ns(), **said}, ensure_ascii=True)
        with self._saying:
            if what in ("ended", "stopped"):
                _append(self._orders.account, line)
            with contextlib.suppress(OSError):  # who listened is dead
                print(line, flush=True)

    def _listen(self) -> None:
        """Take in what the run says, one JSON object a line."""
        for line in self._words:
            self._heard = Stopwatch()
            if not line:
                continue
            said = json.loads(line)
            if said["say"] == "goodbye":
                self._goodbye = said["safe"]
                return
            self._take_in(said)
        self._hung_up = True

    def _take_in(self, said: dict[str, Any]) -> None:
        match said["say"]:
            case "guard":
                self._guarding = True
            case "open":
                self._open(said["name"])
            case "opened":
                self._opened = True
                mark(self._orders.bench, self._orders.run)
            case "plan begins":
                for watch in self._watches.values():
                    watch.plan_begins()
            case "stop":
                self._asked = said["why"]
            case "lapsed":
                self._lapsed = said["why"]
            case "patient":
                self._be_patient(on=said["on"])

    def _be_patient(self, *, on: bool) -> None:
        self._patient = on
        for relay in self._relays.values():
            relay.forgive()
        for watch in self._watches.values():
            watch.be_patient(on=on)

    def _open(self, name: str) -> None:
        # The watch goes through them meanwhile, so that they are changed as a whole.
        others = {other: relay for other, relay in self._relays.items() if other != name}
        if (watched := self._watches.get(name)) is not None:
            self._watches = {other: watch for other, watch in self._watches.items() if other != name}
            watched.close()
        if (before := self._relays.get(name)) is not None:
            self._relays = others
            before.close()
        act = next(act for act in self._orders.pumps if act.name == name)
        try:
            relay = Relay(act)
        except InstrumentError as error:
            self._tell("not opened", name=name, why=error.what, advice=error.advice, port=act.port)
            return
        except (ImportError, AttributeError) as error:
            why = f"nothing turns what it tells into numbers: {error}"
            advice = f"its driver's class names {act.tells} in `unattended`; let there be such a function"
            self._tell("not opened", name=name, why=why, advice=advice, port=act.port)
            return
        self._relays = {**others, name: relay}
        for bounds in self._orders.bounds:
            if bounds.pump == name:
                watch = Watch(relay, bounds, self._orders.watch_s, self._clock.now_ns)
                self._watches = {**self._watches, name: watch}
        self._tell("opened", name=name, url=relay.url, token=relay.token)

    def _told_to_end(self, number: int, _frame: object) -> None:
        self._ended_by = f"the supervisor was told to end ({signal.Signals(number).name})"

    def _close(self) -> None:
        if not self._left_open:
            unmark(self._orders.bench, self._orders.run)
        for watch in self._watches.values():
            watch.close()
        for relay in self._relays.values():
            relay.close()
        self._ending.close()


def lines_of(descriptor: int) -> Iterator[bytes]:
    """Yield each line that comes: unbuffered, since a thread that waits in a buffer's lock spoils the process's end."""
    rest = b""
    while data := os.read(descriptor, _CHUNK):
        *lines, rest = (rest + data).split(b"\n")
        yield from lines


def _append(path: str, line: str) -> None:
    # A full disk or a folder that is gone keeps nobody from having stopped the pump.
    with contextlib.suppress(OSError), Path(path).open("a", encoding="utf-8") as account:
        account.write(line + "\n")
        account.flush()
        os.fsync(account.fileno())


def main() -> None:
    """Take the orders from the first line of the standard input, and carry them out."""
    for name in ("SIGINT", "SIGHUP", "SIGQUIT"):  # a terminal's signals are the run's to answer
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    said = lines_of(sys.stdin.fileno())
    supervisor = Supervisor(Orders.from_json(json.loads(next(said))), said)
    print(json.dumps({"what": "ready", "pid": os.getpid(), "at": iso_utc(machine_utc_ns())}), flush=True)
    supervisor.run()


if __name__ == "__main__":
    main()
