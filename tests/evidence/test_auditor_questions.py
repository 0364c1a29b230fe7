"""Every question of docs/auditor-questions.md is answered by the bundle of a mocked run, and by nothing else.

What the answers must be is known from what the run was given: its plans, limits, bench file and the words of QA.
"""

import hashlib
import os
import platform
import re
import shutil
from importlib import metadata

import pytest

from commands.main import main
from reports.evidence.keys import new_key
from reports.evidence.statements import MEANINGS, OWN_CLOCK, Role
from reports.evidence.verify import verify_bundle
from reports.history.other_runs import keep_other_runs
from rig.record.folder import list_runs
from rig.record.run_line import run_line
from tests.evidence.audited import Zip, questions
from tests.evidence.conftest import PASSPHRASE, QUICK
from tests.fixtures.plan_support import LIMITS, NOT_OF_PLANS, ROOT, environment_of_its_own
from tests.fixtures.plan_support import QUICK as BENCH
from tests.processes import children
from tests.reports.test_other_runs import NOW_NS, record_of

REQUIREMENTS = """
[requirements."R-1"]
text = "The rate is kept."
source = "a test"

[requirements."R-2"]
text = "The pump can be thrown."
source = "a test"
no_plan = "Nobody throws it."
"""
PLAN = '''
import pytest


@pytest.mark.requirement("R-1")
@pytest.mark.parametrize("limit", ["wide", "narrow"])
def test_rate(pump, bench, verify, limit):
    """The rate is kept."""
    pump.run_continuous(rate_ul_h=1000.0)
    bench.dwell(minutes=5, doing="stabilising")
    with bench.window("analysis") as window:
        bench.dwell(hours=1, doing="analysing")
    verify("mean flow error", window.flow_error()).within(limit)


def test_that_nobody_wants(pump, bench, verify):
    raise AssertionError
'''


def sha256(text):
    return hashlib.sha256(text.encode()).hexdigest()


def done(*words):
    assert main([str(word) for word in words]) == 0


def tried_before(record):
    """Leave two runs of the same pump beside a record: one was aborted, one is gone when it is bundled."""
    own = run_line(record)
    for number, ended in ((1, "ABORTED"), (2, "FINISHED")):
        dut = {"model": own.model, "serial": own.dut}
        other = record_of(record.parent, number, verdict="FAIL", ended=ended, dut=dut, kind="mocked")
        if ended == "FINISHED":
            keep_other_runs(record, (), NOW_NS)
            other.unlink()


@pytest.fixture(scope="module")
def audited(tmp_path_factory):
    """The bundle of a run on a mocked bench, signed, in a folder where nothing else is; and where the run was."""
    home = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "conftest.py", home)
    for name, text in {"limits.toml": LIMITS, "requirements.toml": REQUIREMENTS, "test_plan.py": PLAN}.items():
        (home / name).write_text(text, encoding="utf-8")
    (home / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    files = ["--limits", "limits.toml", "--requirements", "requirements.toml", "--bench", str(BENCH)]
    words = [
        "-m",
        "pytest",
        "-p",
        "no:cacheprovider",
        *NOT_OF_PLANS,
        *files,
        "-k",
        "not nobody",
        "--operator",
        "O. Perator",
    ]
    with children() as started:
        session = started.run_warm(words, cwd=home, env=environment_of_its_own(), idle_s=120)
    assert "INCONCLUSIVE" in session.stdout, session.stdout + session.stderr
    (run,) = list_runs(home / "runs")
    tried_before(run.path)
    for words in (
        ["--kind", "deviation", "The room was at 26 °C."],
        ["--kind", "disposition", "--closes", "1", "The budget allows 30 °C."],
        ["--kind", "deviation", "A door stood open."],
    ):
        done("note", run.path, "--by", "Q. Assurance", *words)
    alone = tmp_path_factory.mktemp("auditor") / "release.zip"
    done("bundle", run.path, "--out", alone)
    key = home / "author.key"
    new_key("A. Author", PASSPHRASE, key, cost=QUICK)
    reading, writing = os.pipe()
    os.write(writing, f"{PASSPHRASE}\n".encode())
    os.close(writing)
    done("sign", alone, "--key", key, "--as", "author", "--passphrase-fd", reading)
    os.close(reading)
    shutil.rmtree(home)
    return Zip(alone, run.run_id)


@pytest.fixture(scope="module")
def expected():
    """What each question must be answered with: the values themselves, or what tells of a list whether it is right."""
    return {
        "Who ran it?": [["O. Perator"]],
        "When did it begin, when did it end?": [["2026-01-05 08:00:00 UTC"], ["2026-01-06 10:05:00 UTC"]],
        "By which clock, and is that clock right?": [
            is_text("virtual clock", "they date nothing", "the run began at 20")
        ],
        "Which pump, which batch?": [["x"], ["y"]],
        "Which firmware did the pump have?": [is_text("firmware 1.0.0")],
        "Which bench, and which instruments stood on it?": [["quick"], is_text("Mettler-Toledo", "PUMP-RIG")],
        "Was it measured, or simulated?": [[True], is_text("SIMULATED")],
        "What was tested?": [[["Rate (1000 µL/h)"]]],
        "What was the pump told to do, and did it?": [is_text("run_continuous")],
        "Which certificate does each instrument have, and until when does it hold?": [
            ["CAL-BAL-0001", ""],
            ["2026-12-31", ""],
        ],
        "Was any calibration overdue?": [[[]], [False, False]],
        "Was the bench proved fit that day, and by which run?": [is_text("nothing here says that it was fit"), [[]]],
        "What was the environment?": [["22.0"], ["1013.0"], ["50.0"]],
        "What else did the instruments record?": [is_text("mass")],
        "Which fluid, of which density, and a µL at which temperature?": [is_text("water at 22 °C", "998.207 kg/m³")],
        "Were readings lost?": [is_text("0 were lost"), [0, 0]],
        "How was it decided which readings count?": [is_text("left out by hand")],
        "Which limits, and where are they from?": [["−50 to 50 %", "−0.001 to 0.001 %"], ["a test", "a test"]],
        "Were the limits set before it was measured, and are they the approved ones?": [[sha256(LIMITS)]],
        "Is the plan's source the approved one?": [[sha256(PLAN)]],
        "Which release of it all, and was anything changed in it?": [is_hash, is_any],
        "Which software versions?": [
            [metadata.version("pump-rig")],
            [platform.python_version()],
            is_text("numpy"),
            is_hash,
        ],
        "Which software wrote the reports?": [[metadata.version("pump-rig")], is_hash],
        "What did each result come to?": [["INCONCLUSIVE", "PASS", "PASS", "PASS"]],
        "What does U consist of?": [is_text("immersed needle", "liquid density"), is_text(" %")],
        "By which rule, with which risk?": [is_text("guard band w = U"), is_text(" %")],
        "Why INCONCLUSIVE?": [is_text("within the guard band")],
        "Which requirements have no evidence, and why?": [["R-2"], ["Nobody throws it."]],
        "Was it aborted, or interrupted?": [["FINISHED"]],
        "Which plans did not run to their end?": [["passed", "failed"]],
        "Was it tried before, or since, and what came of it?": [
            ["run-1", "run-2"],
            ["ABORTED", "FINISHED"],
            ["FAIL", "FAIL"],
        ],
        "Was a plan repeated until it passed?": [
            ["none of the same plans", "found before, not found any more"],
        ],
        "Where was looked for other runs, when, and what could not be read?": [
            is_text("2 runs are of this pump", "beside the record", "1 did not end by itself", "1 came to FAIL"),
            [[]],
            [[]],
            [0],
            [[]],
        ],
        "Was a record deleted that had been there?": [[False, True]],
        "How do other pumps of this kind do?": [[1], [1]],
        "Which deviations are there, and which are open?": [["The room was at 26 °C.", "A door stood open."], [[3]]],
        "Who decided about a deviation, when, and why?": [
            ["Q. Assurance"],
            is_text("20"),
            ["The budget allows 30 °C."],
            [1],
        ],
        "Which plans were left out?": [[["test_plan.py::test_that_nobody_wants"]]],
        "Who signed it, with which meaning, and when?": [["A. Author"], [MEANINGS[Role.AUTHOR]], is_text("20")],
        "By whose clock was it signed?": [[OWN_CLOCK]],
        "Of exactly which files does it speak?": [is_text("manifest.json", "test_plan.py", ".rig.db", ".pdf")],
        "What do all runs come to together?": [["WARNED"]],
    }


def is_text(*wanted):
    """Return what tells whether all of these words stand in the answer."""
    return lambda found: all(any(word in str(one) for one in found) for word in wanted)


def is_any(found):
    return bool(found)


def is_hash(found):
    return all(re.fullmatch("[0-9a-f]{40,64}", one) for one in found)


@pytest.mark.parametrize("question", [one for one in questions() if one.file], ids=lambda one: one.asked)
def test_the_bundle_answers(audited, expected, question):
    for found, wanted in zip(audited.answers(question), expected[question.asked], strict=True):
        assert wanted(found) if callable(wanted) else found == wanted


@pytest.mark.parametrize("question", [one for one in questions() if one.in_report], ids=lambda one: one.asked)
def test_both_faces_of_the_report_answer_too(audited, question):
    page, _, paper = question.in_report.partition(" / ")
    assert page.casefold() in audited.page.casefold()
    assert (paper or page).casefold() in audited.paper.casefold()


@pytest.fixture(scope="module")
def verified(audited):
    return {one.what.replace(audited.run, "RUN"): one for one in verify_bundle(audited.path).made}


@pytest.mark.parametrize("question", [one for one in questions() if one.line], ids=lambda one: one.asked)
def test_verify_answers(verified, question):
    claimed = question.line == "other runs of RUN"
    assert verified[question.line].found == ("not checked" if claimed else "ok")


def test_there_are_more_than_twenty_and_each_is_asked_once():
    asked = [one.asked for one in questions()]
    assert len(asked) == len(set(asked)) > 20
