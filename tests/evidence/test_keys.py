"""A key is its owner's alone, opens with its passphrase and with nothing else, and says when somebody tried."""

import hashlib
import os
import stat
import subprocess
import sys
from contextlib import suppress

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key

from reports.evidence.dsse import key_from_text, key_text
from reports.evidence.keys import failed_before, new_key, open_key, public_path
from rig.errors import KeyFileError, PassphraseError
from tests.evidence.conftest import PASSPHRASE, QUICK

WRONG = "another passphrase"


def test_another_library_opens_what_was_written(person):
    """The cryptography package reads PKCS#8 by itself; ours is written by hand, after the RFCs."""
    key = load_pem_private_key(person("A. Author").read_bytes(), PASSPHRASE.encode())
    public = public_path(person("B. Author"))
    assert key_text(key.public_key()) not in public.read_text(encoding="utf-8")
    assert key_text(key.public_key()) in public.with_name("a-author.pub.toml").read_text(encoding="utf-8")


def test_the_passphrase_opens_it_and_the_name_is_the_persons(person):
    assert open_key(person("A. Author"), lambda: PASSPHRASE).name == "A. Author"


@pytest.mark.skipif(sys.platform == "win32", reason="modes of files are no matter there")
def test_a_key_is_for_its_owner_alone_and_is_not_used_when_it_is_not(person):
    path = person("A. Author")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o640)
    with pytest.raises(KeyFileError, match="others may read"):
        open_key(path, lambda: PASSPHRASE)


def test_wrong_passphrases_are_counted_until_the_right_one(person):
    path = person("A. Author")
    for _ in range(2):
        with pytest.raises(PassphraseError):
            open_key(path, lambda: WRONG)
    assert failed_before(path) == 2
    open_key(path, lambda: PASSPHRASE)
    assert failed_before(path) == 0


def test_no_passphrase_is_in_a_file_an_error_or_a_text(person):
    path = person("A. Author")
    with pytest.raises(PassphraseError) as raised:
        open_key(path, lambda: WRONG)
    signer = open_key(path, lambda: PASSPHRASE)
    texts = [str(raised.value), repr(raised.value), repr(signer)]
    texts += [one.read_text(encoding="utf-8") for one in path.parent.iterdir()]
    assert [text for text in texts if PASSPHRASE in text or WRONG in text] == []


def test_a_key_is_never_written_over(person, tmp_path):
    path = person("A. Author")
    with pytest.raises(KeyFileError, match="never written over"):
        new_key("A. Author", PASSPHRASE, path, cost=QUICK)


def test_a_short_passphrase_makes_no_key(tmp_path):
    with pytest.raises(PassphraseError, match="at least 12"):
        new_key("A. Author", "short", tmp_path / "a.key", cost=QUICK)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "a\x1b[2J", "\u202eevil"])
def test_what_is_no_name_makes_no_key(tmp_path, name):
    with pytest.raises(KeyFileError):
        new_key(name, PASSPHRASE, tmp_path / "a.key", cost=QUICK)


def test_a_public_part_of_another_key_is_found(person):
    one, other = person("A. Author"), person("B. Author")
    public_path(one).write_bytes(public_path(other).read_bytes())
    with pytest.raises(KeyFileError, match="not the public part"):
        open_key(one, lambda: PASSPHRASE)


def test_a_key_without_a_passphrase_signs_nothing(tmp_path, person):
    path = person("A. Author")
    path.write_bytes(Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    with pytest.raises(KeyFileError, match="no key under a passphrase"):
        open_key(path, lambda: PASSPHRASE)


@pytest.mark.parametrize(
    "text", ["", "ed25519:", "ed25519:AAAA", "rsa:" + "A" * 43 + "=", "ed25519:" + "A" * 42 + "B="]
)
def test_what_is_no_public_key_is_said_to_be_none(text):
    with pytest.raises(KeyFileError):
        key_from_text(text)


TYPED = """
import hashlib, sys
from commands.passphrase import asked, asked_twice
sys.exit(hashlib.sha256(asked_twice(asked).encode()).hexdigest() != sys.argv[1])
"""


def test_a_passphrase_is_typed_twice_on_the_terminal_and_seen_never():
    pty = pytest.importorskip("pty")
    wanted = hashlib.sha256(PASSPHRASE.encode()).hexdigest()
    child, terminal = pty.fork()
    if child == 0:
        os.execv(sys.executable, [sys.executable, "-c", TYPED, wanted])
    seen = b""
    for prompt in (b"new passphrase: ", b"once more: "):
        while not seen.endswith(prompt):
            seen += os.read(terminal, 1024)
        os.write(terminal, f"{PASSPHRASE}\n".encode())
    with suppress(OSError):  # its other end is closed
        while piece := os.read(terminal, 1024):
            seen += piece
    assert os.waitpid(child, 0)[1] == 0, seen
    os.close(terminal)
    assert PASSPHRASE.encode() not in seen


def test_where_there_is_no_terminal_nobody_is_asked_in_the_open(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "commands", "keys", "new", "A. Author", "--out", str(tmp_path / "a.key")],
        input=f"{PASSPHRASE}\n{PASSPHRASE}\n",
        capture_output=True,
        text=True,
        start_new_session=True,
    )
    assert done.returncode == 2
    assert "--passphrase-fd" in done.stderr
    assert list(tmp_path.iterdir()) == []
