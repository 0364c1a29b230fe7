"""A signature says who, when and what it means, of exactly these files; nobody approves what they wrote."""

import base64
import json
import re
import shutil

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reports.evidence.bundle import write_bundle
from reports.evidence.chained import read_chain
from reports.evidence.container import Container, write_container
from reports.evidence.dsse import key_from_text, pre_authentication
from reports.evidence.findings import Findings
from reports.evidence.growing import NOTHING_DEMANDED, check_growing
from reports.evidence.signatures import audit_about, line_of
from reports.evidence.signing import Wish, sign_bundle
from reports.evidence.statements import Role, read_statement, sha256_of
from reports.evidence.verify import check_files, opened, verify_bundle
from rig.errors import BundleError, PassphraseError, SigningRefusedError
from rig.record.bodies.codec import to_body
from tests.evidence.conftest import PASSPHRASE
from tests.evidence.forging import canonical, contents_of, rewritten, with_payload

NOON_NS = 1_767_614_400_000_000_000  # 2026-01-05T12:00:00Z
FIRST, SECOND = "signatures/001.dsse.json", "signatures/002.dsse.json"


def sign(bundle, signer, role, comment="", at_ns=NOON_NS):
    return sign_bundle(bundle, lambda: signer, Wish(Role(role), comment), lambda: at_ns).said


def failed(bundle):
    return {one.what: one.said for one in verify_bundle(bundle).made if one.found == "FAILED"}


def payload(envelope):
    return json.loads(base64.b64decode(json.loads(envelope)["payload"]))


@pytest.fixture
def signed(bundle, signer):
    """A bundle with an author's and an approver's signature."""
    sign(bundle, signer("A. Author"), "author")
    sign(bundle, signer("B. Approver"), "approver", "for release 1.0")
    return bundle


def test_the_pre_authentication_is_that_of_the_standard():
    """The example of the DSSE specification, with our payload type."""
    assert pre_authentication(b"hello world") == b"DSSEv1 28 application/vnd.in-toto+json 11 hello world"


def test_a_signature_carries_signer_time_meaning_and_what_it_is_on(signed):
    contents = contents_of(signed)
    said = payload(contents[SECOND])
    predicate = said["predicate"]
    assert said["subject"] == [{"name": "manifest.json", "digest": {"sha256": sha256_of(contents["manifest.json"])}}]
    assert (predicate["signer"], predicate["role"], predicate["comment"]) == (
        "B. Approver",
        "approver",
        "for release 1.0",
    )
    assert predicate["signed_at_utc"] == "2026-01-05T12:00:00.000000Z"
    assert "I approve" in predicate["meaning"]
    head = json.loads(contents["manifest.json"])["runs"][0]["head"]
    assert predicate["records"] == {"synthetic": head}


def test_anybody_with_the_standard_and_a_library_can_check_it(signed):
    """By hand: DSSE's own rule, and Ed25519 of the cryptography package."""
    envelope = json.loads(contents_of(signed)[FIRST])
    body = base64.b64decode(envelope["payload"])
    key = key_from_text(json.loads(body)["predicate"]["key"])
    kind = envelope["payloadType"].encode()
    wanted = b"DSSEv1 " + str(len(kind)).encode() + b" " + kind + b" " + str(len(body)).encode() + b" " + body
    key.verify(base64.b64decode(envelope["signatures"][0]["sig"]), wanted)


def test_the_attestation_has_the_signature_of_each_signer(signed):
    envelope = json.loads(contents_of(signed)["attestation.dsse.json"])
    keys = [payload(contents_of(signed)[name])["predicate"]["key"] for name in (FIRST, SECOND)]
    body = base64.b64decode(envelope["payload"])
    for one, text in zip(envelope["signatures"], keys, strict=True):
        key_from_text(text).verify(base64.b64decode(one["sig"]), pre_authentication(body))


def test_a_signed_bundle_holds_and_names_its_signers(signed):
    found = {one.what: one.said for one in verify_bundle(signed).made}
    assert failed(signed) == {}
    assert re.match(r"A\. Author as author, 2026-01-05T12:00:00.000000Z by", found["signature 1"])
    assert "valid, signer not vouched for" in found["signature 2"]
    assert "comment: for release 1.0" in found["signature 2"]


def test_who_signed_what_and_when_is_in_a_log(signed):
    lines = [json.loads(line) for line in contents_of(signed)["audit.jsonl"].splitlines()]
    assert [(line["n"], line["signer"], line["role"], line["signature"]) for line in lines] == [
        (1, "A. Author", "author", FIRST),
        (2, "B. Approver", "approver", SECOND),
    ]


@pytest.mark.parametrize("roles", [("author", "approver"), ("approver", "author")])
def test_an_approver_is_not_the_author_by_key(bundle, signer, roles):
    one = signer("A. Author")
    sign(bundle, one, roles[0])
    with pytest.raises(SigningRefusedError, match="by the same key"):
        sign(bundle, one, roles[1])


@pytest.mark.parametrize("name", ["a.  author", "Ａ. Ａｕｔｈｏｒ"], ids=["case and spaces", "full width"])
def test_an_approver_is_not_the_author_by_name(bundle, signer, name):
    sign(bundle, signer("A. Author"), "author")
    with pytest.raises(SigningRefusedError, match="the same name"):
        sign(bundle, signer(name), "approver")


def test_an_author_may_review_and_two_may_approve(bundle, signer):
    one = signer("A. Author")
    for who, role in ((one, "author"), (one, "reviewer"), (signer("B"), "approver"), (signer("C"), "approver")):
        sign(bundle, who, role)
    assert failed(bundle) == {}


def test_nobody_signs_what_does_not_verify(bundle, signer):
    one = signer("A. Author")
    rewritten(bundle, {"reports/synthetic.html": b"PASS"})
    before = bundle.read_bytes()
    with pytest.raises(SigningRefusedError, match="does not verify"):
        sign(bundle, one, "author")
    assert bundle.read_bytes() == before


def test_no_passphrase_is_asked_for_a_bundle_that_does_not_verify(bundle):
    rewritten(bundle, {"more.txt": b""})
    with pytest.raises(SigningRefusedError):
        sign_bundle(bundle, lambda: pytest.fail("asked"), Wish(Role.AUTHOR), lambda: NOON_NS)


def test_a_wrong_passphrase_signs_nothing_and_is_counted(rig, bundle, person, handed):
    key, before = person("A. Author"), bundle.read_bytes()
    said = rig("sign", bundle, "--key", key, "--as", "author", "--passphrase-fd", handed("a wrong passphrase"))
    assert said.code == 2
    assert "a wrong passphrase" not in said.err
    assert bundle.read_bytes() == before
    said = rig("sign", bundle, "--key", key, "--as", "author", "--passphrase-fd", handed())
    assert "1 wrong passphrase since" in said.err


def test_signing_leaves_nothing_beside_the_bundle(bundle, signer):
    one = signer("A. Author")
    before = sorted(bundle.parent.iterdir())
    sign(bundle, one, "author")
    assert sorted(bundle.parent.iterdir()) == before


def test_simulated_data_say_so_in_every_signature(mocked, signer, tmp_path):
    write_bundle([mocked], tmp_path / "b.zip")
    assert sign(tmp_path / "b.zip", signer("A. Author"), "author").mocked is True


def test_a_signature_moved_to_another_bundle_is_on_another_manifest(signed, record, tmp_path):
    other = tmp_path / "other.zip"
    shutil.move(record, record.with_name("another.rig.db"))
    write_bundle([record.with_name("another.rig.db")], other)
    mine = contents_of(signed)
    growing = {name: mine[name] for name in (FIRST, SECOND, "audit.jsonl")}
    rewritten(other, growing)
    assert "signatures" in failed(other)


@pytest.mark.parametrize(
    "key, value", [("signer", "C. Else"), ("role", "reviewer"), ("comment", "no"), ("mocked", True)]
)
def test_what_was_signed_cannot_be_said_otherwise(signed, key, value):
    def change(statement):
        statement["predicate"][key] = value

    rewritten(signed, {SECOND: with_payload(contents_of(signed)[SECOND], change)})
    assert SECOND in failed(signed)["signatures"]


@pytest.mark.parametrize("key, value", [("signer", "C. Else"), ("at_utc", "2027"), ("n", 7), ("extra", 1)])
def test_the_log_cannot_be_written_anew(signed, key, value):
    first, second = contents_of(signed)["audit.jsonl"].splitlines()
    changed = canonical({**json.loads(second), key: value})
    rewritten(signed, {"audit.jsonl": first + b"\n" + changed + b"\n"})
    assert "audit.jsonl" in failed(signed)["signatures"]


@pytest.mark.parametrize("gone", [FIRST, SECOND])
def test_a_signature_that_is_taken_out_is_missed(signed, gone):
    rewritten(signed, without=[gone])
    assert "signatures" in failed(signed)


def test_a_first_signature_cannot_go_from_under_a_second(signed):
    """Its file, its line and its seal taken out together: the second one was made after it, and says so."""
    contents = contents_of(signed)
    envelope = json.loads(contents["attestation.dsse.json"])
    envelope["signatures"] = envelope["signatures"][1:]
    changes = {FIRST: contents[SECOND], "attestation.dsse.json": canonical(envelope), "audit.jsonl": b""}
    rewritten(signed, changes, without=[SECOND])
    with Container(signed) as container:
        manifest = container.members["manifest.json"].sha256
        body = base64.b64decode(json.loads(contents[SECOND])["payload"])
        line = line_of(FIRST, sha256_of(contents[SECOND]), read_statement(body, manifest, "it"))
        text = read_chain(b"", audit_about(manifest), "it").next_line(to_body(line))
    rewritten(signed, {"audit.jsonl": text})
    assert "does not follow the signatures" in failed(signed)["signatures"]


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_byte_of_what_is_signed_or_logged_changes_unseen(signed, data):
    """With every checksum put right again, in the files that a signature is about or made of."""
    contents = contents_of(signed)
    names = ["manifest.json", "attestation.dsse.json", "audit.jsonl", FIRST, SECOND]
    name = data.draw(st.sampled_from(names))
    place = data.draw(st.integers(0, len(contents[name]) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != contents[name][place]))
    changed = contents[name][:place] + bytes([byte]) + contents[name][place + 1 :]
    path = signed.with_name("changed.zip")
    write_container(path, {**contents, name: changed})
    findings = Findings()
    try:
        with opened(path) as bundle:
            check_files(bundle, findings)
            check_growing(bundle.container, bundle.manifest, NOTHING_DEMANDED, findings)
    except BundleError:
        return
    assert not findings.held, (name, place)


def test_a_key_in_the_bundle_opens_nothing(signed):
    """What is in the file is public: no passphrase, no private key."""
    assert PASSPHRASE.encode() not in signed.read_bytes()
    assert b"PRIVATE" not in signed.read_bytes()


def test_what_the_signer_raises_leaves_the_bundle_as_it_was(bundle):
    def refuse():
        raise PassphraseError("no")

    before = bundle.read_bytes()
    with pytest.raises(PassphraseError):
        sign_bundle(bundle, refuse, Wish(Role.AUTHOR), lambda: NOON_NS)
    assert bundle.read_bytes() == before
