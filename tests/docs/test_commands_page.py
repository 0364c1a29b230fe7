"""docs/commands.md holds every command and option there is, and every `rig …` of any page is one that the rig takes."""

import argparse
import re
import shlex

import pytest

from commands.main import COMMANDS, parser
from tests.docs.pages import DOCS, ROOT, commands_in, pages

PAGE = (DOCS / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## `rig (\w+)`\n(.*?)(?=^## )", PAGE, re.MULTILINE | re.DOTALL))
ON_EVERY_COMMAND = {"-h", "--help", "--runs"}
_INLINE = re.compile(r"`rig ([^`]+)`")
# `rig sync [RUN…]` shows what may stand there, `rig bench` which command is meant.
_PLACEHOLDER = re.compile(r"[\[…]")

every_page = pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))


def nested(own):
    """Return a parser with those of its actions."""
    below = [action for action in own._actions if isinstance(action, argparse._SubParsersAction)]
    return [own, *(inner for action in below for choice in action.choices.values() for inner in nested(choice))]


def parser_of(name):
    (action,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return action.choices[name]


def test_every_command_has_its_section_in_the_order_of_the_help():
    assert list(SECTIONS) == [command.name for command in COMMANDS]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_the_table_says_of_a_command_what_its_help_says(command):
    assert f"| [`rig {command.name}`](#rig-{command.name}) | {command.summary} |" in PAGE


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_names_every_option_and_no_other(name):
    options = {word for own in nested(parser_of(name)) for action in own._actions for word in action.option_strings}
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", SECTIONS[name])) - {"--runs"} == options - ON_EVERY_COMMAND


@pytest.mark.parametrize("name", SECTIONS)
def test_a_section_names_every_action_and_choice(name):
    chosen = [str(word) for own in nested(parser_of(name)) for action in own._actions for word in action.choices or ()]
    assert [word for word in chosen if word not in SECTIONS[name]] == []


@every_page
def test_every_rig_line_is_taken_by_the_parser(page):
    lines = [shlex.split(command) for command in commands_in(page)]
    for words in lines:
        if words[0] in ("rig", ".venv/bin/rig"):
            parser().parse_args(words[1:])  # exits when the words are no command


@every_page
def test_every_command_within_the_text_is_one(page):
    texts = [text for text in _INLINE.findall(page.read_text(encoding="utf-8")) if not _PLACEHOLDER.search(text)]
    names = {command.name for command in COMMANDS} | {"--help", "--version", "X"}
    assert [text for text in texts if text.split()[0] not in names] == []
