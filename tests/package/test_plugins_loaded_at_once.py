"""How pytest finds the rig's plugins: by its one entry point, and not by a search for each of them."""

COUNTING = """
import importlib.metadata

import pytest

all_of_them, looks = importlib.metadata.distributions, []


def counted(**kinds):
    looks.append(kinds)
    return all_of_them(**kinds)


importlib.metadata.distributions = counted
pytest.main(["-p", "no:cacheprovider", "--version", "--version"])
print("looks:", len(looks))
"""


def test_what_is_installed_is_not_searched_for_each_plugin(children, tmp_path):
    (tmp_path / "counting.py").write_text(COUNTING, encoding="utf-8")
    done = children.run_warm(["-m", "counting"], cwd=tmp_path, env={}, idle_s=60)
    # For entry points, for what is to be rewritten, and for packages that others brought.
    assert int(done.stdout.rpartition("looks: ")[2]) <= 3, done.stdout + done.stderr
