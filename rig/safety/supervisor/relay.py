"""Holds the pump's port for the run: carries bytes, feeds the pump's link watchdog, and can end delivery at any time.

Whoever holds the port can stop the pump, whatever became of the run: no dead or frozen owner stands in the way.
"""

import contextlib
import hmac
import secrets
import socket
import threading
from collections.abc import Mapping

from rig.clock import Deadline, Stopwatch
from rig.errors import InstrumentError
from rig.safety.supervisor.orders import PortAct, Saying
from rig.transports import ByteStream

_LOOPBACK = "127.0.0.1"
_CHUNK = 65536
_TAKE_S = 0.25  # a client that does not read has no claim on what the pump said
_TURN_S = 0.1  # a write that is stuck must not hold up the stop
_REPLY_S = 0.15
_ANSWERS_S = 0.25
_TRIES = 3
_HELLO_S = 2.0
# A pump that has said nothing for so long, and owes no answer, is between two words of the run.
_BETWEEN_S = 0.01
_BETWEEN_WITHIN_S = 0.3
_NAP_S = 0.002


class Relay:
    """One pump's port. Opening the port raises ConnectionFailedError; later failures are told by `lost`.

    ImportError or AttributeError say that nothing turns into numbers what the pump tells.

    The run reaches it at `url`, where it shows a token that no other program on the machine knows.
    """

    def __init__(self, act: PortAct) -> None:
        self.act = act
        self.tells = act.reading
        self.untold = False
        self.lost = ""
        self._stream = ByteStream(act.name, act.port, baud=act.baud, timeout_s=_REPLY_S)
        self.token = secrets.token_hex(16)
        self._server = socket.create_server((_LOOPBACK, 0))
        self._client: socket.socket | None = None
        self._turn = threading.Lock()
        self._barred = False
        self._ended = threading.Event()
        # What the pump says goes to the run, or to those of the supervisor that have something to ask.
        self._heard = threading.Condition()
        self._asking: list[bytearray] = []
        self._spoke = Stopwatch()
        self._unanswered: Stopwatch | None = None
        self._quiet = Stopwatch()
        threading.Thread(target=self._accept, name=f"relay {act.name}", daemon=True).start()
        self._listener = threading.Thread(target=self._listen, name=f"relay {act.name}", daemon=True)
        self._listener.start()

    @property
    def url(self) -> str:
        """Return where the run reaches the port."""
        return f"socket://{_LOOPBACK}:{self._server.getsockname()[1]}"

    @property
    def quiet_s(self) -> float:
        """Return for how long nobody has sent anything to the pump."""
        return self._quiet.elapsed_s()

    @property
    def unanswered_s(self) -> float:
        """Return for how long the pump has left what it was told unanswered; 0 when it has answered."""
        waiting = self._unanswered
        return waiting.elapsed_s() if waiting is not None else 0.0

    @property
    def answers(self) -> bool:
        """Tell whether the pump can be reached and has answered lately."""
        return not self.lost and self.unanswered_s < _ANSWERS_S

    def forgive(self) -> None:
        """Forget that something was left unanswered."""
        self._unanswered = None

    def feed(self) -> None:
        """Let the pump hear that it is looked after. What it answers is not for the run."""
        if not self.lost and self.act.alive:
            self._say(Saying(self.act.alive, self.act.end), _REPLY_S)

    def ask(self) -> bytes | None:
        """Ask the pump for what it tells of itself, between two words of the run; None where that was not possible.

        The run's next word waits meanwhile, so that one which never pauses does not keep the pump from being asked.
        """
        if self.lost or self._barred:
            return None
        taken = self._turn.acquire(timeout=_BETWEEN_WITHIN_S)
        try:
            deadline = Deadline(_BETWEEN_WITHIN_S)
            while not (self._between_words() or self._barred or deadline.passed()):
                deadline.nap(_NAP_S)
            return None if self._barred else self._exchange(Saying(self.act.alive, self.act.end), _REPLY_S)
        finally:
            if taken:
                self._turn.release()

    def bar(self) -> None:
        """Let nothing more of the run reach the pump.

        The run is not cut off yet: it shall hear why from the supervisor, and not take it for a dead port.
        """
        self._barred = True

    def stop(self) -> str:
        """Tell the pump to end delivery; return what went wrong, empty when it answered that it did.

        One that answers so and tells right behind it that it goes on has not ended it. `untold` says of one that it
        told nothing: its power may be gone by then.
        """
        for saying in self.act.sayings:
            for _ in range(_TRIES):
                answer = self._say(saying, _REPLY_S)
                if not saying.expect or saying.expect in answer:
                    break
                if self.lost:
                    return self.lost
            else:
                said = f"it answered {answer.hex(' ')}" if answer else "it did not answer"
                return f"{said} when it was told to stop, {_TRIES} times"
        if not self.act.rests:
            return ""
        for _ in range(_TRIES):
            told = self.tells(self._say(Saying(self.act.alive, self.act.end), _REPLY_S))
            if told is not None or self.lost:
                break
        self.untold = told is None
        return goes_on(self.act, told)

    def close(self) -> None:
        """Give the port back."""
        self.bar()
        self._ended.set()
        client, self._client = self._client, None
        if client is not None:
            _hang_up(client)
        self._server.close()
        self._listener.join(_HELLO_S)  # it reads in slices; pyserial does not bear to be closed under a read
        self._stream.close()

    def _say(self, saying: Saying, within_s: float) -> bytes:
        """Send something and return what came until its answer was whole or the time was over."""
        taken = self._turn.acquire(timeout=_TURN_S)
        try:
            return self._exchange(saying, within_s)
        finally:
            if taken:
                self._turn.release()

    def _exchange(self, saying: Saying, within_s: float) -> bytes:
        mine = bytearray()
        with self._heard:
            self._asking.append(mine)
        try:
            self._write(saying.send)
            deadline = Deadline(within_s)
            with self._heard:
                while not self._whole(saying, bytes(mine)) and not self.lost and not deadline.passed():
                    self._heard.wait(deadline.left_s())
                return bytes(mine)
        finally:
            with self._heard:
                self._asking = [one for one in self._asking if one is not mine]

    def _whole(self, saying: Saying, heard: bytes) -> bool:
        if saying.expect == self.act.end and self.act.end:  # any answer that is whole, whatever it says
            return whole(heard, self.act.end)
        # Its end as well: what comes late of this answer is no part of the next.
        return not saying.expect or (saying.expect in heard and heard.endswith(self.act.end))

    def _between_words(self) -> bool:
        return self._unanswered is None and self._spoke.elapsed_s() > _BETWEEN_S

    def _write(self, data: bytes) -> None:
        self._quiet = Stopwatch()
        if self._unanswered is None:
            self._unanswered = Stopwatch()
        try:
            self._stream.write(data)
        except InstrumentError as error:
            self._lose(error.what)

    def _accept(self) -> None:
        while not self._ended.is_set():
            try:
                client, _ = self._server.accept()
            except OSError:
                return
            if not self._is_the_run(client):
                _hang_up(client)
                continue
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            client.settimeout(_TAKE_S)
            before, self._client = self._client, client
            if before is not None:
                _hang_up(before)
            threading.Thread(target=self._carry, args=(client,), name=f"relay {self.act.name}", daemon=True).start()

    def _is_the_run(self, client: socket.socket) -> bool:
        client.settimeout(_HELLO_S)
        said = b""
        try:
            while len(said) < len(self.token) + 1 and (some := client.recv(len(self.token) + 1 - len(said))):
                said += some
        except OSError:
            return False
        return not self._barred and not self.lost and hmac.compare_digest(said, self.token.encode() + b"\n")

    def _carry(self, client: socket.socket) -> None:
        """Carry what the run says to the pump until either is gone."""
        while not self._ended.is_set() and client is self._client:
            try:
                data = client.recv(_CHUNK)
            except TimeoutError:
                continue
            except OSError:
                break
            if not data:
                break
            with self._turn:
                if client is not self._client:
                    break
                if not self._barred:
                    self._write(data)
        _hang_up(client)

    def _listen(self) -> None:
        """Carry what the pump says to whom it is meant for."""
        while not self._ended.is_set():
            try:
                data = self._stream.take()
            except InstrumentError as error:
                if not self._ended.is_set():
                    self._lose(error.what)
                return
            if not data:
                continue
            self._unanswered = None
            self._spoke = Stopwatch()
            with self._heard:
                for one in self._asking:
                    one += data
                if self._asking:
                    self._heard.notify_all()
                    continue
            client = self._client
            if client is not None:
                with contextlib.suppress(OSError):
                    client.sendall(data)

    def _lose(self, why: str) -> None:
        self.lost = self.lost or why
        client, self._client = self._client, None
        if client is not None:
            _hang_up(client)
        with self._heard:
            self._heard.notify_all()


def goes_on(act: PortAct, told: Mapping[str, float] | None) -> str:
    """Return what a pump tells against its having stopped; empty for one that rests, or tells nothing any more."""
    going = (told or {}).get(act.rests, 0.0)
    return f"it answered that it stopped, and goes on: its {act.rests} is {going:g}" if going else ""


def whole(data: bytes, end: bytes) -> bool:
    """Tell whether an answer that ends with `end` is there, whatever it says."""
    return data.strip(end) != b"" and data.endswith(end)


def _hang_up(client: socket.socket) -> None:
    with contextlib.suppress(OSError):
        client.shutdown(socket.SHUT_RDWR)
    client.close()
