"""What is forked from the warm process is a process of its own, as `python -m` would start it."""

import subprocess
import sys
import textwrap
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.patience import patient
from tests.processes import children
from tests.warm import WARM


@pytest.fixture
def run(tmp_path):
    """Run a module of these lines; return what became of it."""
    given = iter(range(9))

    def call(code, *words, before=(), env=(), longest_s=60.0):
        name = f"mine_{next(given)}"
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(code), encoding="utf-8")
        with children() as started:
            return started.run_warm([*before, "-m", name, *words], cwd=tmp_path, env=dict(env), idle_s=longest_s)

    return call


def test_it_has_its_own_words_folder_and_environment(run, tmp_path):
    done = run(
        "import os, sys; print(os.getcwd(), sys.argv[1:], os.environ['A'], 'B' in os.environ)", "x y", env={"A": "1"}
    )
    assert done.stdout == f"{tmp_path} ['x y'] 1 False\n"


def test_it_finds_what_python_would_find(run, tmp_path):
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "beside.py").write_text("NAME = 'beside'\n", encoding="utf-8")
    done = run("import beside; print(beside.NAME)", env={"PYTHONPATH": str(tmp_path / "other")})
    assert done.stdout == "beside\n", done.stderr


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("", 0),
        ("import sys; sys.exit(7)", 7),
        ("import sys; sys.exit('no')", 1),
        ("1 / 0", 1),
        ("import os; os.abort()", -6),
    ],
)
def test_it_has_the_exit_code_of_a_process(run, tmp_path, code, exit_code):
    assert run(code).returncode == exit_code
    real = subprocess.run([sys.executable, "-c", code], capture_output=True, cwd=tmp_path)
    assert real.returncode == exit_code


def test_what_it_says_is_parted_as_a_process_parts_it(run):
    done = run("import sys; print('out'); print('err', file=sys.stderr)")
    assert (done.stdout, done.stderr) == ("out\n", "err\n")


def test_what_is_to_be_done_at_its_end_is_done(run):
    assert run("import atexit; atexit.register(print, 'at the end')").stdout == "at the end\n"


def test_warnings_are_what_was_said(run):
    code = "import warnings; warnings.warn('so')"
    assert run(code).returncode == 0
    assert run(code, before=("-W", "error")).returncode == 1


def test_nothing_is_left_of_one_for_the_next(run):
    run("import os, json; os.environ['LEFT'] = '1'; json.left = True")
    assert run("import os, json; print('LEFT' in os.environ, hasattr(json, 'left'))").stdout == "False False\n"


def test_what_is_over_at_once_is_not_waited_for():
    """Both lines of such a session may have come before the first is read."""
    with TemporaryDirectory() as folder:
        order = ["-m", "nothing_to_be_found"]
        done = [WARM.run(order, cwd=Path(folder), env={}, longest_s=patient(5)).returncode for _ in range(20)]
    assert done == [1] * 20


def test_what_hangs_is_ended(run):
    with pytest.raises(subprocess.TimeoutExpired):
        run("import signal; signal.pause()", longest_s=0.02)
    assert run("print('and goes on')").stdout == "and goes on\n"


def test_what_sessions_load_is_there_before_they_begin(run):
    done = run("import sys; from fixtures import PLUGINS; print(sorted(set(PLUGINS) - set(sys.modules)))")
    assert done.stdout == "[]\n", done.stderr
