"""What people and other programs leave on the disk, fed to what reads it."""

import zipfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from fixtures.plan_markers import plans_in
from fixtures.plan_sources import claims_without_limit, limits_named
from instruments.intrathecal_pump.twin import PumpTwinParameters
from instruments.intrathecal_pump.twin import Twin as PumpTwin
from reports.matrix.exchange.from_csv import requirements_from_csv
from reports.matrix.exchange.from_reqif import requirements_from_reqif
from rig.bench_file.limits import load_limits, load_requirements
from rig.bench_file.reading import load_bench_file
from rig.errors import RigError
from rig.safety.latch import latch_path, latched
from rig.streaming.state import EncoderState
from tests.fuzz.dialogues import laboratory
from tests.fuzz.target import Target
from tests.matrix.reqif import chosen, document, kind, place, required, thing

ROOT = Path(__file__).parents[2]
TOML = (
    b"\n[",
    b"]\n",
    b"[[",
    b" = ",
    b'"',
    b'"""',
    b"'",
    b"{",
    b"}",
    b"[",
    b",",
    b"nan",
    b"inf",
    b"-1",
    b"0x",
    b"1e400",
    b"1970-01-01",
    b"9999-12-31T23:59:60Z",
    b"0001-01-01T00:00:00+14:00",
    b"true",
    b"[" * 2000,
    b"9" * 5000,
    b"\xff",
    b"0",
    b"-0.0",
    b"1e308",
    b'""',
    b'"\\u001b[2J"',
    b"\\u0000",
    b"epoch = ",
    b"driver = ",
    b"subprocess:Popen",
    b"physical",
    b"wall",
    b"twin = ",
    b"faults = ",
)
JSON = (
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b'"',
    b"null",
    b"true",
    b"NaN",
    b"Infinity",
    b"-1",
    b"1e999",
    b"9" * 5000,
    b"[" * 2000,
    b"\\ud800",
    b"\xff",
    b"{}",
    b"[]",
    b"18446744073709551616",
)


REQIF = (
    b"<!DOCTYPE a [<!ENTITY b 'c'>]>",
    b"&b;",
    b"&#0;",
    b"&#x110000;",
    b"<CHILDREN>",
    b"<SPEC-HIERARCHY>" * 300,
    b"</SPEC-OBJECT>",
    b"<![CDATA[",
    b"<?",
    b"<!--",
    b' IDENTIFIER="o"',
    b' LONG-NAME="ReqIF.Text"',
    b"<THE-VALUE>",
    b'encoding="utf-16"',
    b"PK\x01\x02",
    b"\xff",
)


def reqif() -> str:
    """Return a small document with something of each kind."""
    usual = {"ReqIF.ForeignID": "STRING", "ReqIF.ChapterName": "XHTML", "ReqIF.Text": "XHTML", "Method": "ENUMERATION"}
    objects = (required("R-1", "a"), required("R-2", "b", "c"), thing("o", chosen("Req.Method", "e-test")))
    return document(*objects, types=(kind("Req", usual),), places=(place("o-R-2", place("o-R-1")),))


def zipped(text: str, path: Path) -> bytes:
    """Return an archive with that document in it."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.reqif", text)
    return path.read_bytes()


def through(path: Path, read: Callable[[Path], object]) -> Callable[[bytes], None]:
    """Return what writes a case to a file and has it read."""

    def feed(case: bytes) -> None:
        path.write_bytes(case)
        read(path)

    return feed


def plan(path: Path) -> None:
    """Read what commands and checks read of a plan's source."""
    list(plans_in(path))
    list(limits_named(path))
    list(claims_without_limit(path))


def pump_memory(path: Path) -> None:
    """Switch a simulated pump on that finds this in its memory."""
    PumpTwin("pump", PumpTwinParameters(memory=str(path)), laboratory())


def written_memory(path: Path) -> bytes:
    """Return what a simulated pump writes down."""
    room = laboratory()
    PumpTwin("pump", PumpTwinParameters(memory=str(path)), room)
    room.clock.wait_s(60.0)
    room.advance()
    return path.read_bytes()


def targets(folder: Path, _: ExitStack) -> tuple[Target, ...]:
    """Return the readers of files; `folder` is where the cases are put."""
    toml = folder / "case.toml"
    benches = tuple((ROOT / "benches" / name).read_bytes() for name in ("mocked.toml", "physical-example.toml"))
    state = EncoderState(seq=3)
    state.stream("daq")
    state.count("samples", 5)
    latch = latch_path("x", folder)
    return (
        Target("bench file", through(toml, load_bench_file), benches, ("rig/bench_file",), TOML),
        Target(
            "limits",
            through(toml, load_limits),
            ((ROOT / "test_plans/limits.toml").read_bytes()[:4000],),
            ("rig/bench_file",),
            TOML,
        ),
        Target(
            "requirements",
            through(toml, load_requirements),
            ((ROOT / "test_plans/requirements.toml").read_bytes()[:4000],),
            ("rig/bench_file",),
            TOML,
        ),
        Target(
            "plan's source",
            through(folder / "test_case.py", plan),
            ((ROOT / "test_plans/test_basal.py").read_bytes(),),
            ("fixtures/plan_",),
            (
                b"verify(",
                b"def test_",
                b"pytest.mark.requirement(",
                b"(" * 500,
                b"\0",
                b"\n    ",
                b"class Test",
                b"lambda",
                b'f"{',
            ),
            (RigError, SyntaxError, ValueError),
        ),
        Target(
            "table of requirements",
            through(folder / "case.csv", lambda path: requirements_from_csv(path, {})),
            (b'ID;Text;Source\r\nR-1;"a ""b""\n c";d\r\n;;\r\n', b"sep=,\nid,text\n1,'=1\n"),
            ("reports/matrix/exchange",),
            (b";", b",", b'"', b"\t", b"\r\n", b"\xef\xbb\xbf", b"sep=", b"Text", b"'", b"\0", b"\xff", b'"' * 2000),
        ),
        Target(
            "requirements in ReqIF",
            through(folder / "case.reqif", lambda path: requirements_from_reqif(path, {})),
            (reqif().encode(), zipped(reqif(), folder / "seed.zip")),
            ("reports/matrix/exchange",),
            REQIF,
        ),
        Target(
            "pump's memory",
            through(folder / "memory.json", pump_memory),
            (written_memory(folder / "written.json"),),
            ("intrathecal_pump/simulated",),
            JSON,
        ),
        Target(
            "streaming cursor",
            lambda case: EncoderState.load(case.decode("utf-8", "replace")),
            (state.dump().encode(),),
            ("rig/streaming/state",),
            JSON,
        ),
        Target(
            "latch",
            through(latch, lambda path: latched("x", path.parent)),
            (b'\n{"what": "latched", "bench": "x", "at": "2026", "by": "a", "why": "b", "ports": []}\n',),
            ("rig/safety/latch",),
            JSON,
        ),
    )
