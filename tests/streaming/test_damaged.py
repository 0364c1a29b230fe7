"""A damaged record: no command breaks over it, and none of it reaches a server."""

import random

import pytest

from commands.main import COMMANDS, main
from rig.streaming.sync import sync
from tests.record.test_salvage import zero_page
from tests.streaming.faults import faulty
from tests.streaming.records import everything

ON_ONE_RUN = ("replay", "report", "export", "stream")


def damaged(path, seed):
    """Turn bits over, zero a stretch or cut the end off, as a seed draws it."""
    content, draw = bytearray(path.read_bytes()), random.Random(seed)
    for _ in range(draw.choice([1, 3, 30])):
        content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
    if draw.random() < 0.3:
        place = draw.randrange(len(content))
        content[place : place + 300] = bytes(len(content[place : place + 300]))
    if draw.random() < 0.3:
        del content[draw.randrange(len(content)) :]
    path.write_bytes(content)


def environment_for(url):
    return {"RIG_INFLUX_URL": url, "RIG_INFLUX_BUCKET": "any/autogen"}


def test_nothing_of_a_damaged_record_is_sent(influx_server, said, tmp_path):
    record = everything(tmp_path)
    content = record.read_bytes()
    place = content.index(b'"lost"')
    record.write_bytes(content[:place] + b'"lose"' + content[place + 6 :])
    with faulty(influx_server.url) as proxy:
        assert not sync([record], said.append, environment=environment_for(proxy.url))
        assert proxy.writes == 0
    assert "it is not what was recorded: nothing of it was sent; restore it from a copy" in said[0]


def test_nor_by_the_command_that_follows_one_run(influx_server, tmp_path, monkeypatch, capsys):
    record = everything(tmp_path)
    content = record.read_bytes()
    place = content.index(b'"lost"')
    record.write_bytes(content[:place] + b'"lose"' + content[place + 6 :])
    with faulty(influx_server.url) as proxy:
        for key, value in environment_for(proxy.url).items():
            monkeypatch.setenv(key, value)
        assert main(["stream", str(record)]) == 2
        assert proxy.writes == 0
    assert "nothing of it was sent" in capsys.readouterr().err


def test_a_damaged_record_does_not_keep_the_others_from_being_sent(
    influx_server, database, tmp_path, monkeypatch, capsys
):
    for key, value in {"RIG_INFLUX_URL": influx_server.url, "RIG_INFLUX_BUCKET": f"{database}/autogen"}.items():
        monkeypatch.setenv(key, value)
    everything(tmp_path, "whole")
    zero_page(everything(tmp_path, "broken"), 0)
    code = main(["sync", "--runs", str(tmp_path)])
    out, err = capsys.readouterr()
    assert (code, "counts equal" in out, "broken.rig.db" in err, "rig salvage" in err) == (1, True, True, True)


@pytest.mark.parametrize("share", range(4))
def test_no_command_breaks_over_a_damaged_record(share, tmp_path, monkeypatch, capsys):
    """What a command raises is the rig's own and becomes a line; anything else would be a traceback."""
    monkeypatch.chdir(tmp_path)
    record = everything(tmp_path)
    whole = record.read_bytes()
    for seed in range(share, 40, 4):
        record.write_bytes(whole)
        damaged(record, seed)
        lines = [["runs"], ["sync"], ["salvage", str(record), str(tmp_path / f"out-{seed}" / "x.rig.db")]]
        for words in (*lines, *([name, str(record)] for name in ON_ONE_RUN)):
            assert main([*words, *(() if words[0] == "salvage" else ("--runs", str(tmp_path)))]) in (0, 1, 2)
    assert set(ON_ONE_RUN) <= {command.name for command in COMMANDS}
    assert "Traceback" not in capsys.readouterr().err
