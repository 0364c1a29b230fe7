"""An authority's time stamp on a signature: asked for, stored, checked without a network, and the time that counts."""

import re
import shutil
import socket
import subprocess
import tomllib
from datetime import UTC, datetime, timedelta

import pytest
import tomli_w
from asn1crypto import tsp
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.evidence.authority import Authority
from reports.evidence.container import Container
from reports.evidence.der import sequence
from reports.evidence.findings import Findings
from reports.evidence.growing import Demands, check_growing
from reports.evidence.keys import new_key, open_key, public_path
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import Role
from reports.evidence.time_stamp import demand_stamp_on, not_trusted, read_stamp, request_for, token_of
from reports.evidence.trust import load_trust
from reports.evidence.verify import opened
from rig.clock import machine_utc_ns
from rig.errors import RigError, TimeStampError, TrustFileError
from tests.evidence.authorities import NOON, Certified, granting, of_root, openssl_answering, served
from tests.evidence.conftest import PASSPHRASE, QUICK
from tests.evidence.forging import contents_of, rewritten
from tests.patience import patient

NOON_NS = 1_767_614_400_000_000_000
STAMP, SIGNATURE = "time-stamps/001.tst", "signatures/001.dsse.json"
LATER = NOON + timedelta(seconds=3)


@pytest.fixture(scope="session")
def root():
    return of_root()


@pytest.fixture(scope="session")
def tsa(root):
    return Certified("A Time Authority", root)


@pytest.fixture(scope="session")
def author(tmp_path_factory):
    path = tmp_path_factory.mktemp("author") / "a-author.key"
    new_key("A. Author", PASSPHRASE, path, cost=QUICK)
    return open_key(path, lambda: PASSPHRASE)


@pytest.fixture(scope="session")
def _stamped(_whole_bundle, author, tsa, root, tmp_path_factory):
    bundle = shutil.copy(_whole_bundle, tmp_path_factory.mktemp("stamped") / "b.zip")
    with served(granting(tsa, LATER, [root])) as url:
        sign_bundle(bundle, lambda: author, Wish(Role.AUTHOR, "", Authority(url)), lambda: NOON_NS)
    return bundle


@pytest.fixture
def stamped(_stamped, tmp_path):
    """A bundle whose author signed at noon by their own clock, and 3 s later by an authority's."""
    return shutil.copy(_stamped, tmp_path / "stamped.zip")


@pytest.fixture
def trusting(author, tmp_path):
    """Write a trust file for A. Author, with these authorities."""
    return lambda *authorities, **changes: written_trust(tmp_path, author.public, *authorities, **changes)


def written_trust(tmp_path, key, *authorities, **changes):
    entry = {"name": "A. Author", "key": key}
    entry |= {"roles": ["author"], "valid_from": datetime(2026, 1, 1, tzinfo=UTC), **changes}
    path = tmp_path / "trusted.toml"
    tables = {"signer": [entry]} | ({"time_stamping_authority": list(authorities)} if authorities else {})
    path.write_text(tomli_w.dumps(tables), encoding="utf-8")
    return path


def found(bundle, trust=None):
    demands = Demands() if trust is None else Demands(load_trust(trust))
    findings = Findings()
    with opened(bundle) as whole:
        check_growing(whole.container, whole.manifest, demands, findings)
    return {one.what: (str(one.found), one.said) for one in findings.made}


def test_a_stamped_signature_holds_and_says_both_times(stamped):
    said = found(stamped)
    assert said["time stamp 1"] == (
        "ok",
        "2026-01-05T12:00:03Z by A Time Authority; valid, authority not vouched for",
    )
    assert (
        "2026-01-05T12:00:00.000000Z by the clock of the signer's computer, with a time stamp" in said["signature 1"][1]
    )


def test_openssl_finds_the_stamp_on_the_signatures_file(stamped, root, tmp_path):
    contents = contents_of(stamped)
    (tmp_path / "root.pem").write_text(root.pem, encoding="ascii")
    (tmp_path / "s.json").write_bytes(contents[SIGNATURE])
    (tmp_path / "s.tst").write_bytes(contents[STAMP])
    words = "openssl ts -verify -data s.json -in s.tst -token_in -CAfile root.pem"
    done = subprocess.run(words.split(), cwd=tmp_path, capture_output=True, text=True, check=False)
    assert "Verification: OK" in done.stdout + done.stderr


@pytest.mark.parametrize("ess", ["sha1", "sha256"])
def test_what_openssl_stamps_is_read_as_openssl_reads_it(root, tsa, tmp_path, ess):
    answer = openssl_answering(tmp_path, root, tsa, ess)(request_for(b"signed", 7))
    (tmp_path / "answer.tsr").write_bytes(answer)
    words = "openssl ts -reply -in answer.tsr -text"
    said = subprocess.run(words.split(), cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    stamp = read_stamp(token_of(answer))
    demand_stamp_on(stamp, b"signed")
    day, time, year = re.search(r"Time stamp: (\w+ +\d+) (\S+) (\d+) GMT", said).groups()
    whole, _, fraction = time.partition(".")
    wanted = datetime.strptime(f"{day} {whole} {year} +0000", "%b %d %H:%M:%S %Y %z")
    assert stamp.at - wanted == timedelta(seconds=float(f"0.{fraction or 0}"))
    assert (stamp.within_s, stamp.nonce, stamp.authority) == (1.5001, 7, "A Time Authority")
    assert not_trusted(stamp, [root.certificate]) == ""


def test_a_signature_is_stamped_by_openssl_through_the_command(rig, bundle, person, handed, root, tsa, tmp_path):
    key = person("A. Author")
    with served(openssl_answering(tmp_path, root, tsa)) as url:
        words = ("--key", key, "--as", "author", "--passphrase-fd", handed(), "--timestamp", url)
        said = rig("sign", bundle, *words)
    assert (said.code, "time stamp: 20" in said.out) == (0, True), said.err
    key = tomllib.loads(public_path(key).read_text(encoding="utf-8"))["signer"][0]["key"]
    trust = written_trust(tmp_path, key, {"name": "ours", "certificate": root.pem})
    said = rig("verify", bundle, "--trust", trust, "--role", "author")
    assert said.code == 0, said.out
    assert "by A Time Authority, ± 1.5001 s; valid, vouched for as ours" in said.out


def test_the_address_may_stand_in_the_environment(rig, bundle, person, handed, root, tsa, tmp_path, monkeypatch):
    with served(openssl_answering(tmp_path, root, tsa)) as url:
        monkeypatch.setenv("RIG_TIMESTAMP_URL", url)
        rig("sign", bundle, "--key", person("A. Author"), "--as", "author", "--passphrase-fd", handed())
    assert "time stamp 1" in found(bundle)


TRUSTED = {
    "the root": (lambda root, _: root.pem, {}, "ok"),
    "its own certificate": (lambda _, tsa: tsa.pem, {}, "ok"),
    "another root": (lambda *_: of_root().pem, {}, "FAILED"),
    "no longer": (lambda root, _: root.pem, {"valid_to": NOON}, "FAILED"),
    "until later": (lambda root, _: root.pem, {"valid_to": NOON + timedelta(days=1)}, "ok"),
}


@pytest.mark.parametrize("what", TRUSTED)
def test_an_authority_is_trusted_by_its_certificate_or_by_one_above_it(stamped, root, tsa, tmp_path, what, trusting):
    pem, changes, wanted = TRUSTED[what]
    trust = trusting({"name": "ours", "certificate": pem(root, tsa), **changes})
    assert found(stamped, trust)["time stamp 1"][0] == wanted


def test_a_trust_file_without_authorities_leaves_the_time_unproven_and_says_so(stamped, tmp_path, trusting):
    state, said = found(stamped, trusting())["time stamp 1"]
    assert (state, "the time is the signer's own word" in said) == ("not checked", True)


def test_a_certificate_may_stand_in_a_file_beside_the_trust_file(stamped, root, tmp_path, trusting):
    (tmp_path / "root.pem").write_text(root.pem, encoding="ascii")
    assert found(stamped, trusting({"name": "ours", "file": "root.pem"}))["time stamp 1"][0] == "ok"


def test_the_authoritys_time_counts_against_the_signers_clock(stamped, root, tmp_path, trusting):
    """By the own clock the key was still good; the authority saw the signature after it was revoked."""
    revoked = {"revoked_at": NOON + timedelta(seconds=1), "reason": "left"}
    assert found(stamped, trusting(**revoked))["signature 1"][0] == "ok"
    authority = {"name": "ours", "certificate": root.pem}
    assert found(stamped, trusting(authority, **revoked))["signature 1"][0] == "FAILED"


@pytest.mark.parametrize("after_s, state", [(2, "FAILED"), (4, "ok")])
def test_what_was_stamped_before_a_key_was_stolen_stays(stamped, root, tmp_path, after_s, state, trusting):
    stolen = {"revoked_at": NOON + timedelta(days=2), "reason": "stolen", "compromised": True}
    stolen["compromised_from"] = NOON + timedelta(seconds=after_s)
    authority = {"name": "ours", "certificate": root.pem}
    assert found(stamped, trusting(authority, **stolen))["signature 1"][0] == state
    assert found(stamped, trusting(**stolen))["signature 1"][0] == "FAILED"


@pytest.mark.parametrize(
    "authority",
    [{}, {"certificate": "no PEM"}, {"file": "none.pem"}, {"file": "a.pem", "certificate": "both"}],
    ids=["neither", "no PEM", "no file", "both"],
)
def test_an_authority_without_a_certificate_is_a_mistake_that_is_named(trusting, authority):
    with pytest.raises(TrustFileError, match=r"time_stamping_authority\.0"):
        load_trust(trusting({"name": "ours", **authority}))


def other_imprint(request):
    request["message_imprint"]["hashed_message"] = b"\1" * 32


def other_nonce(request):
    request["nonce"] = 1


def refusing(_):
    status = {
        "status": "rejection",
        "status_string": ["closed \x1b[2J on Sundays"],
        "fail_info": {"time_not_available"},
    }
    return sequence(tsp.PKIStatusInfo(status).dump())


def spoiled(tsa):
    """An answer in which one bit of the time is another."""
    granted = granting(tsa)
    return lambda asked: granted(asked).replace(b"20260105120000Z", b"20260105120001Z")


WRONG = {
    "refused": (lambda _: refusing, r"closed \\u001b\[2J on Sundays; its source of time is away"),
    "nothing": (lambda _: lambda _: b"", "no answer of a time stamping authority"),
    "a page": (lambda _: lambda _: b"<html>no</html>", "no answer of a time stamping authority"),
    "endless": (lambda _: lambda _: b"\x30\x84\xff\xff\xff\xff" + bytes(300_000), "more than 262144 bytes"),
    "of something else": (lambda tsa: granting(tsa, change=other_imprint), "on something else"),
    "of another request": (lambda tsa: granting(tsa, change=other_nonce), "another request than ours"),
    "of another time": (lambda tsa: granting(tsa, NOON + timedelta(minutes=6)), "wrong by 360 s"),
    "changed": (spoiled, "what was signed is not what stands there"),
    "for servers": (
        lambda _: granting(Certified("Web", purposes=[ExtendedKeyUsageOID.SERVER_AUTH])),
        "not one for time stamping alone",
    ),
    "for anything": (lambda _: granting(Certified("Any", purposes=())), "not one for time stamping"),
    "not critical": (lambda _: granting(Certified("Any", critical=False)), "not one for time stamping alone"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_answer_is_named(tsa, what):
    answer, said = WRONG[what]
    with served(answer(tsa)) as url, pytest.raises(TimeStampError, match=said):
        Authority(url).stamp(b"signed", lambda: NOON_NS)


def test_without_its_time_stamp_nothing_is_signed(bundle, author):
    before = bundle.read_bytes()
    with served(refusing) as url, pytest.raises(TimeStampError, match="nothing was signed"):
        sign_bundle(bundle, lambda: author, Wish(Role.AUTHOR, "", Authority(url)), lambda: NOON_NS)
    assert bundle.read_bytes() == before


def test_an_authority_in_trouble_is_named_with_its_status(tsa):
    with served(granting(tsa), status=503) as url, pytest.raises(TimeStampError, match="HTTP status 503"):
        Authority(url).stamp(b"signed", lambda: NOON_NS)


def test_an_authority_that_is_away_is_named():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(TimeStampError, match="could not be asked"):
            Authority(url).stamp(b"signed", lambda: NOON_NS)


def test_an_authority_that_never_answers_holds_nobody():
    """It takes the request and says nothing until it is closed."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(TimeStampError, match=r"no answer within 0\.05 s|timed out"):
            Authority(url, patience_s=0.05).stamp(b"signed", lambda: NOON_NS)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://host/x", "tsa", "http://", "http://me:secret@host/"])
def test_an_address_that_is_none_or_holds_a_password_is_refused(url):
    with pytest.raises(TimeStampError) as raised:
        Authority(url)
    assert "secret" not in str(raised.value)


@pytest.mark.parametrize("change", ["gone", "another signature's", "on a signature that says it has none"])
def test_a_stamp_cannot_go_or_come_unseen(stamped, tsa, change):
    if change == "gone":
        rewritten(stamped, without=[STAMP])
    elif change == "another signature's":
        rewritten(stamped, {STAMP: token_of(granting(tsa)(request_for(b"another", 1)))})
    else:
        rewritten(stamped, {"time-stamps/002.tst": contents_of(stamped)[STAMP]})
    assert "time" in found(stamped)["signatures"][1]
    assert found(stamped)["signatures"][0] == "FAILED"


def test_notes_that_come_later_leave_a_stamp_where_it_is(stamped, record, rig):
    rig("note", record, "--kind", "comment", "--by", "Q", "later")
    said = rig("bundle", record, "--out", stamped)
    assert said.code == 0, said.err
    assert found(stamped)["time stamp 1"][0] == "ok"


def test_an_authority_may_sign_with_an_elliptic_curve(root, tmp_path):
    tsa = Certified("Curved", root, key=ec.generate_private_key(ec.SECP384R1()))
    stamp = read_stamp(token_of(openssl_answering(tmp_path, root, tsa)(request_for(b"signed", 1))))
    assert not_trusted(stamp, [root.certificate]) == ""


@pytest.fixture(scope="session")
def token(tsa, root):
    return token_of(granting(tsa, LATER, [root])(request_for(b"signed", 7)))


@settings(deadline=None, max_examples=300, derandomize=True)
@given(st.data())
def test_a_damaged_stamp_never_says_another_time(token, data):
    """Or that it is on something else, or by somebody else; and nothing comes out but the rig's own errors."""
    place = data.draw(st.integers(0, len(token) - 1))
    byte = data.draw(st.integers(0, 255))
    try:
        stamp = read_stamp(token[:place] + bytes([byte]) + token[place + 1 :])
        demand_stamp_on(stamp, b"signed")
    except RigError:
        return
    assert (stamp.at, stamp.nonce, stamp.authority) == (LATER, 7, "A Time Authority")


@settings(deadline=None, max_examples=200, derandomize=True)
@given(st.binary(max_size=200), st.integers(0, 3000))
def test_whatever_comes_is_an_answer_or_an_error(token, noise, at):
    for case in (noise, token[:at], token[:at] + noise + token[at:]):
        for take in (token_of, read_stamp):
            try:
                take(case)
            except TimeStampError:
                continue


def test_a_stamp_is_of_now(tsa):
    """By the machine's clock, as the command signs."""
    now = datetime.fromtimestamp(machine_utc_ns() // 10**9, UTC)
    with served(granting(tsa, now)) as url:
        _, stamp = Authority(url, patience_s=patient(5.0)).stamp(b"signed", machine_utc_ns)
    assert stamp.at == now


def test_the_token_is_a_file_of_the_bundle_that_is_not_in_its_manifest(stamped):
    with Container(stamped) as container:
        assert container.names("time-stamps") == [STAMP]
    assert STAMP not in contents_of(stamped)["manifest.json"].decode()
