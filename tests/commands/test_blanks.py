"""`rig blanks`."""

import pytest

from rig.record.bodies.others import Stop
from tests.evaluation.records import weighed


def blank(folder, loss_mg_h, **keys):
    folder.mkdir(exist_ok=True)
    with weighed(folder, lambda hour: 30_000 - loss_mg_h * hour, hours=33, **keys) as record:
        record.stop(Stop("FINISHED"))
    record.path.rename(folder / f"run-{loss_mg_h}.rig.db")


def test_weighings_are_listed_with_what_they_say_together(rig, tmp_path):
    for loss in (0.04, 0.05, 0.06):
        blank(tmp_path / "runs", loss)
    said = rig("blanks", "--runs", tmp_path / "runs")
    assert said.code == 0
    assert said.out.count("mg/h\n") >= 6
    assert "6 weighings: loss 0.050" in said.out
    floor = float(said.out.rsplit("evaporation_floor_mg_h = ", 1)[1])
    # 0.01·√(4/5): three values twice each.
    assert floor == pytest.approx(0.01 * (4 / 5) ** 0.5, rel=0.1)


def test_what_gained_is_no_blank(rig, tmp_path):
    blank(tmp_path / "runs", -1.0)
    said = rig("blanks", "--runs", tmp_path / "runs")
    assert said.code == 1
    assert "the vessel gained: this was no blank" in said.out
    assert "nothing to learn from yet" in said.err


def test_another_bench_is_left_out(rig, tmp_path):
    blank(tmp_path / "runs", 0.05)
    said = rig("blanks", "--runs", tmp_path / "runs", "--bench", "elsewhere")
    assert (said.code, said.out) == (1, "")


def test_what_is_no_record_is_passed_over(rig, tmp_path):
    for loss in (0.04, 0.05):
        blank(tmp_path / "runs", loss)
    (tmp_path / "runs" / "broken.rig.db").write_bytes(b"nothing")
    said = rig("blanks", "--runs", tmp_path / "runs")
    assert said.code == 0
    assert "broken" in said.err
