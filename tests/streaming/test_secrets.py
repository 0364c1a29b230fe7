"""The token is read where it may lie, goes to the server over what can be trusted, and shows nowhere."""

import logging
import ssl
from dataclasses import replace
from pathlib import Path

import pytest

from rig.errors import StreamingError
from rig.record.bodies.start import SourceFile, Start
from rig.streaming.client import InfluxWriter
from rig.streaming.target import Target, find_target, read_token
from tests.streaming.faults import Answer, always, faulty
from tests.streaming.records import everything

SECRET = "tok-" + "Zx9" * 12
HERE = Target("http://127.0.0.1:9", "lab")
BENCH = '[influxdb]\nurl = "https://lab:8086"\nbucket = "rig"\ntoken_file = "/secret"\n'


def test_the_token_comes_from_the_environment():
    assert read_token(HERE, {"RIG_INFLUX_TOKEN": SECRET}) == SECRET


def test_the_token_comes_from_a_file(tmp_path):
    (tmp_path / "token").write_text(SECRET + "\n")
    assert read_token(replace(HERE, token_file=str(tmp_path / "token")), {}) == SECRET


def test_the_token_comes_from_the_key_store(monkeypatch, tmp_path):
    module = "class errors:\n    class KeyringError(Exception): ...\n"
    module += f"def get_password(service, user): return {{('lab', 'rig'): {SECRET!r}}}.get((service, user))\n"
    (tmp_path / "keyring.py").write_text(module)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(__import__("sys").modules, "keyring", raising=False)
    assert read_token(replace(HERE, keyring_service="lab"), {}) == SECRET


@pytest.mark.parametrize("raw", ["", " \n", f"{SECRET}\nsecond", f"{SECRET}\a", SECRET * 1000])
def test_what_is_no_token_is_refused_without_showing_it(raw, tmp_path):
    (tmp_path / "token").write_text(raw)
    with pytest.raises(StreamingError, match="no token") as caught:
        read_token(replace(HERE, token_file=str(tmp_path / "token")), {})
    assert SECRET not in str(caught.value)


def test_a_password_beyond_ascii_is_a_token(tmp_path):
    (tmp_path / "token").write_text("rig:pässwörd\n", encoding="utf-8")
    assert read_token(replace(HERE, token_file=str(tmp_path / "token")), {}) == "rig:pässwörd"


def test_a_byte_order_mark_is_no_part_of_a_token(tmp_path):
    (tmp_path / "token").write_text(SECRET, encoding="utf-8-sig")
    assert read_token(replace(HERE, token_file=str(tmp_path / "token")), {}) == SECRET


def test_a_password_beyond_ascii_is_sent_as_utf_8(influx_server, database):
    with faulty(influx_server.url) as proxy:
        target = Target(proxy.url, f"{database}/autogen")
        with InfluxWriter(target, "rig:pässwörd") as writer:
            writer.query("SHOW DATABASES")
        (seen,) = proxy.seen
    assert seen["Authorization"].encode("latin-1").decode("utf-8") == "Token rig:pässwörd"


def test_a_missing_token_file_is_named():
    with pytest.raises(StreamingError, match="/nowhere/token"):
        read_token(replace(HERE, token_file="/nowhere/token"), {})


def test_the_environment_goes_before_the_bench_file():
    environment = {"RIG_INFLUX_BUCKET": "other"}
    target = find_target(Start(bench_file=SourceFile(text=BENCH)), environment)
    assert target == Target("https://lab:8086", "other", token_file="/secret")


RELATIVE = BENCH.replace("/secret", "secrets/token") + 'ca_file = "ca.pem"\n'


def test_paths_in_a_bench_file_lead_from_its_folder(tmp_path):
    target = find_target(Start(bench_file=SourceFile(text=RELATIVE), bench_folder=str(tmp_path)), {})
    assert (target.token_file, target.ca_file) == (str(tmp_path / "secrets" / "token"), str(tmp_path / "ca.pem"))


def test_paths_of_the_environment_lead_from_where_one_is(tmp_path):
    environment = {"RIG_INFLUX_TOKEN_FILE": "token", "RIG_INFLUX_CA_FILE": "ca.pem"}
    target = find_target(Start(bench_file=SourceFile(text=RELATIVE), bench_folder=str(tmp_path)), environment)
    assert (target.token_file, target.ca_file) == ("token", "ca.pem")


def test_a_path_from_the_home_folder_leads_from_there(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    start = Start(bench_file=SourceFile(text=BENCH.replace("/secret", "~/token")), bench_folder="/elsewhere")
    assert find_target(start, {}).token_file == str(tmp_path / "token")


def test_a_token_does_not_go_to_another_server_than_it_was_written_down_for():
    target = find_target(Start(bench_file=SourceFile(text=BENCH)), {"RIG_INFLUX_URL": "https://elsewhere"})
    assert target == Target("https://elsewhere", "rig")


def test_streaming_can_be_switched_off():
    assert find_target(Start(bench_file=SourceFile(text=BENCH)), {"RIG_INFLUX": "off"}) is None


@pytest.mark.parametrize("body", [f'{{"message":"Token {SECRET} is bad"}}', f"<p>Token {SECRET}</p>"])
@pytest.mark.parametrize("status", [401, 400, 503])
def test_the_token_reaches_the_server_and_nothing_else(status, body, target, send, said, caplog, tmp_path):
    record = everything(tmp_path)
    caplog.set_level(logging.DEBUG)
    with faulty(target.url) as proxy:
        # A server that shows what it was sent, as some proxies do.
        proxy.rule = always(Answer(status, {"X-Echo": f"Token {SECRET}"}, body))
        progress = send(record, replace(target, url=proxy.url), token=SECRET, patience_s=0.3)
        seen = [headers.get("Authorization") for headers in proxy.seen]
    files = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert set(seen) == {f"Token {SECRET}"}
    assert SECRET not in " ".join([*said, progress.reason, caplog.text])
    assert SECRET.encode() not in files


@pytest.mark.parametrize(
    "url, warned",
    [
        ("http://influx.lab:8086", True),
        ("http://192.168.1.5:8086", True),
        ("https://influx.lab", False),
        ("http://localhost:8086", False),
        ("http://127.0.0.1:8086", False),
        ("http://[::1]:8086", False),
    ],
)
def test_what_can_be_read_on_the_way_warns(url, warned):
    assert bool(Target(url, "b").warning) == warned


def test_a_certificate_that_nobody_vouches_for_is_refused(target, send, said, tmp_path):
    certificate = Path(__file__).with_name("self_signed.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    record = everything(tmp_path)
    with faulty(target.url, context) as proxy:
        refused = send(record, replace(target, url=proxy.url), token=SECRET)
        trusted = send(record, replace(target, url=proxy.url, ca_file=str(certificate)), token=SECRET)
    assert (refused.status, refused.sent) == ("paused", 0)
    assert "certificate" in said[0]
    assert trusted.status == "complete"
