"""A key in the system's key store: by the keyring package itself, with stores of its kinds behind it."""

import sys
import tomllib

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoStore
from keyring.backends.null import Keyring as Forgetful
from keyring.errors import KeyringLocked

from reports.evidence.key_store import SERVICE, failed_in_store, new_stored_key, open_stored_key
from rig.errors import KeyFileError, PassphraseError
from tests.evidence.conftest import PASSPHRASE, QUICK

WINDOWS_LETTERS = 1280


class Remembering(KeyringBackend):
    """A store in memory, as a desktop's is."""

    priority = 1

    def __init__(self):
        super().__init__()
        self.kept = {}

    def get_password(self, service, username):
        return self.kept.get((service, username))

    def set_password(self, service, username, password):
        self.kept[service, username] = password

    def delete_password(self, service, username):
        del self.kept[service, username]


class Locked(Remembering):
    def get_password(self, service, username):  # noqa: ARG002 - the package's own words
        raise KeyringLocked("the collection is \x1b[2Jlocked")


def using(store):
    before = keyring.get_keyring()
    keyring.set_keyring(store)
    yield store
    keyring.set_keyring(before)


@pytest.fixture
def store():
    yield from using(Remembering())


@pytest.fixture
def made(store, tmp_path):
    return new_stored_key("A. Author", PASSPHRASE, tmp_path / "a-author.key", cost=QUICK)


def test_a_key_opens_with_its_passphrase_and_is_its_public_parts(made):
    signer = open_stored_key("a-author", lambda: PASSPHRASE)
    (entry,) = tomllib.loads(made.read_text(encoding="utf-8"))["signer"]
    assert (signer.name, signer.public) == (entry["name"], entry["key"])


def test_no_file_holds_the_key_and_the_store_holds_it_encrypted(made, store):
    assert [path.name for path in made.parent.iterdir()] == ["a-author.pub.toml"]
    (text,) = store.kept.values()
    assert "ENCRYPTED PRIVATE KEY" in text
    assert PASSPHRASE not in text


def test_it_fits_what_windows_keeps(store, tmp_path):
    new_stored_key("Ä" * 200, PASSPHRASE, tmp_path / "a.key", cost=QUICK)
    with pytest.raises(PassphraseError):
        open_stored_key("a", lambda: "another passphrase")
    open_stored_key("a", lambda: PASSPHRASE)
    (text,) = store.kept.values()
    assert len(text.encode("utf-16-le")) // 2 <= WINDOWS_LETTERS


def test_wrong_passphrases_are_counted_until_the_right_one(made):
    for _ in range(2):
        with pytest.raises(PassphraseError):
            open_stored_key("a-author", lambda: "another passphrase")
    assert failed_in_store("a-author") == 2
    open_stored_key("a-author", lambda: PASSPHRASE)
    assert failed_in_store("a-author") == 0


def test_a_key_is_never_written_over(made, tmp_path):
    with pytest.raises(KeyFileError, match="never written over"):
        new_stored_key("A. Author", PASSPHRASE, tmp_path / "elsewhere" / "a-author.key", cost=QUICK)


def test_a_short_passphrase_makes_no_key(store, tmp_path):
    with pytest.raises(PassphraseError, match="at least 12"):
        new_stored_key("A. Author", "short", tmp_path / "a.key", cost=QUICK)
    assert (store.kept, list(tmp_path.iterdir())) == ({}, [])


STORES = {
    "none": (NoStore, "no key store that can be used"),
    "one that forgets": (Forgetful, "did not keep"),
    "one that is locked": (Locked, r"refuses: the collection is \\u001b"),
}


@pytest.mark.parametrize("what", STORES)
def test_a_store_that_keeps_nothing_is_named_and_no_key_is_made(tmp_path, what):
    kind, said = STORES[what]
    for _ in using(kind()):
        with pytest.raises(KeyFileError, match=said):
            new_stored_key("A. Author", PASSPHRASE, tmp_path / "a.key", cost=QUICK)
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(KeyFileError, match=r"pump-rig\[keyring\]"):
        open_stored_key("a-author", lambda: PASSPHRASE)


def test_a_key_that_is_not_there_is_named(store):
    with pytest.raises(KeyFileError, match="has no a-author"):
        open_stored_key("a-author", lambda: PASSPHRASE)


@pytest.mark.parametrize("text", ["", "no JSON", '{"name":"A"}', "[]"])
def test_what_somebody_else_put_there_is_no_key(store, text):
    store.set_password(SERVICE, "a-author", text)
    with pytest.raises(KeyFileError, match="no signer's key"):
        open_stored_key("a-author", lambda: PASSPHRASE)


def test_it_signs_by_the_commands_and_asks_each_time(rig, store, bundle, handed, tmp_path):
    made = rig(
        "keys", "new", "A. Author", "--store", "keyring", "--out", tmp_path / "a.key", "--passphrase-fd", handed()
    )
    assert made.out.splitlines()[0] == "keyring:a"
    words = ("sign", bundle, "--key", "keyring:a", "--as", "author", "--passphrase-fd")
    wrong = rig(*words, handed("another passphrase"))
    assert (wrong.code, "not its passphrase" in wrong.err) == (2, True)
    said = rig(*words, handed())
    assert (said.code, "signed by A. Author as author" in said.out) == (0, True), said.err
    assert "keyring:a: 1 wrong passphrase since it was opened last" in said.err
