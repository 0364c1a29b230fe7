"""What may end a run, or keep it from ending: each with a plan, and what is done to the run from outside."""

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from instruments.hosting.faults import Deaf, Silent, Unplugged
from rig.clock import NS_PER_S
from tests.patience import patient
from tests.processes import Children
from tests.safety.stand import ROOT, Stand, stand

DWELL = "bench.dwell(seconds=120)"
SWALLOW = """
while True:
    try:
        bench.dwell(seconds=1)
    except BaseException:
        pass
"""
RESTART = """
def again():
    while True:
        try:
            pump.run_continuous(rate_ul_h=1000.0)
        except Exception:
            pass
        time.sleep(0.2)
threading.Thread(target=again, daemon=True).start()
bench.dwell(seconds=120)
"""
# A file that may not grow is to who writes it what a full disk is, for this process alone.
FULL = "import resource\nnow()\nresource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))"
OF_A_CONTROLLER = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL)
SETTLED_S = 0.8
WATCHDOG = "the pump's watchdog"


@dataclass(frozen=True)
class Cause:
    """A plan's body; and what is done to it, or nothing where the body does it itself behind `now()`."""

    name: str
    body: str = DWELL
    act: Callable[[Stand, "subprocess.Popen[str]"], object] | None = None
    more: tuple[str, ...] = ()
    frozen: bool = False  # the run does not end by itself
    powered: bool = False  # nobody is left to take the power away


@dataclass(frozen=True)
class Came:
    """What came of a cause: seconds to the last stroke, the supply behind it, how the run ended and what it said."""

    last_stroke_s: float
    supply_v: float
    returned: int | None
    said: str
    account: str


def _signal(number: signal.Signals, times: int = 1) -> Callable[[Stand, "subprocess.Popen[str]"], object]:
    def send(_: Stand, run: "subprocess.Popen[str]") -> None:
        for _ in range(times):
            run.send_signal(number)

    return send


def supervisor_of(run: int) -> int:
    """Return the process that supervises a run; raises LookupError where there is none."""
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if parent == run and b"rig.safety.supervisor" in words:
                return int(folder.name)
    raise LookupError(f"process {run} has no supervisor")


def _kill_supervisor(_: Stand, run: "subprocess.Popen[str]") -> None:
    os.kill(supervisor_of(run.pid), signal.SIGKILL)


def _kill_both(_: Stand, run: "subprocess.Popen[str]") -> None:
    supervisor = supervisor_of(run.pid)
    run.kill()
    os.kill(supervisor, signal.SIGKILL)


def freeze_both(_: Stand, run: "subprocess.Popen[str]") -> None:
    """Freeze run and supervisor, as a machine that goes to sleep does."""
    for pid in (run.pid, supervisor_of(run.pid)):
        os.kill(pid, signal.SIGSTOP)


def _unplug(one: Stand, _: "subprocess.Popen[str]") -> None:
    one.host.wires["pump"].fail(Unplugged())


def _silence(one: Stand, _: "subprocess.Popen[str]") -> None:
    one.host.wires["pump"].fail(Silent())


def _deafen(one: Stand, _: "subprocess.Popen[str]") -> None:
    one.host.wires["pump"].fail(Deaf())


def _remove_runs(one: Stand, _: "subprocess.Popen[str]") -> None:
    shutil.rmtree(one.folder / "runs")


CAUSES = (
    Cause("SIGINT", act=_signal(signal.SIGINT)),
    Cause("SIGTERM", act=_signal(signal.SIGTERM)),
    Cause("SIGHUP", act=_signal(signal.SIGHUP)),
    Cause("40 SIGINTs at once", act=_signal(signal.SIGINT, 40)),
    Cause("SIGKILL", act=_signal(signal.SIGKILL)),
    Cause("SIGQUIT", act=_signal(signal.SIGQUIT)),
    Cause("SIGALRM", act=_signal(signal.SIGALRM)),
    Cause("SIGSTOP", act=_signal(signal.SIGSTOP), frozen=True),
    Cause("SIGINT, swallowed by the plan", SWALLOW, _signal(signal.SIGINT)),
    Cause("SIGINT, and a thread that restarts the pump", RESTART, _signal(signal.SIGINT)),
    Cause("an exception", 'bench.dwell(seconds=1)\nnow()\nraise ValueError("x")'),
    Cause("sys.exit", "bench.dwell(seconds=1)\nnow()\nsys.exit(1)"),
    Cause("os._exit", "bench.dwell(seconds=1)\nnow()\nos._exit(1)"),
    Cause("out of memory", "bench.dwell(seconds=1)\nnow()\nraise MemoryError"),
    Cause("an infinite loop", "bench.dwell(seconds=1)\nnow()\nwhile True: pass"),
    Cause("a loop that polls the pump", "bench.dwell(seconds=1)\nnow()\nwhile True: pump.status()"),
    Cause(
        "C code that holds the interpreter", "bench.dwell(seconds=1)\nnow()\nctypes.PyDLL(None).sleep(30)", frozen=True
    ),
    Cause("the pump's cable pulled", act=_unplug),
    Cause("the pump hears and does not answer", act=_silence),
    Cause("the pump neither hears nor answers", act=_deafen),
    Cause("the runs folder removed", act=_remove_runs),
    Cause("a full disk", f"bench.dwell(seconds=1)\n{FULL}\n{DWELL}"),
    *(Cause(f"{one.name} to the controller of -n 1", act=_signal(one), more=("-n", "1")) for one in OF_A_CONTROLLER),
    Cause("the supervisor killed", act=_kill_supervisor),
    Cause("run and supervisor killed", act=_kill_both, powered=True),
    Cause("run and supervisor frozen", act=freeze_both, frozen=True, powered=True),
)


def cause_of(name: str) -> Cause:
    """Return a cause by its name."""
    return next(cause for cause in CAUSES if cause.name == name)


def meet(cause: Cause, folder: Path, children: Children, **how: Any) -> Came:
    """Let a run meet a cause on a stand (`how` it is), and return what came of it."""
    with stand(folder, **how) as one:
        one.plan(cause.body.strip())
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": ""}
        said = folder / "said"
        with said.open("w") as out:
            command = one.command("-q", *cause.more)
            run = children.start(command, cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT)
        try:
            one.wait_until_it_moves(patient(6))
        except AssertionError as error:
            error.add_note(said.read_text() + _accounts(folder))
            raise
        if cause.act is not None:
            one.clock.wait_s(SETTLED_S)
            began_ns = one.clock.now_ns()
            cause.act(one, run)
        last_ns = one.wait_until_it_rests(1.0, patient(3))
        if cause.act is None:
            began_ns = int((folder / "cause").read_text())
        with contextlib.suppress(subprocess.TimeoutExpired):
            run.wait(1 if cause.frozen else patient(2))
        one.wait_for_power(on=cause.powered, within_s=patient(0.6))
        returned, supply_v = run.poll(), one.supply_v()
        children.end()
    return Came((last_ns - began_ns) / NS_PER_S, supply_v, returned, said.read_text(), _accounts(folder))


def _accounts(folder: Path) -> str:
    """Return what supervisors have written of what they did."""
    return "".join(file.read_text() for file in (folder / "runs").glob("*.jsonl"))
