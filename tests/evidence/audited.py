"""A bundle as an auditor has it: the zip alone, and the paths by which docs/auditor-questions.md leads through it."""

import base64
import io
import json
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import pypdf

from tests.docs.pages import DOCS
from tests.docs.tables import rows_of
from tests.reports.faced import flat
from tests.reports.pages import read_page

PAGE = DOCS / "auditor-questions.md"
_STEP = re.compile(r"\[\]|\.(\w+)|select\(\.(\w+) == (.+?)\)|(@base64d|fromjson)")


@dataclass(frozen=True)
class Question:
    """A row of the page: the file and the paths in it that answer, or the line of `rig verify`; "" for none."""

    asked: str
    file: str
    paths: tuple[str, ...]
    in_report: str = ""
    line: str = ""


def questions() -> list[Question]:
    """Return all questions of the page."""
    found = []
    for row in rows_of(PAGE.read_text(encoding="utf-8").replace(r"\|", "\N{BROKEN BAR}")):
        cells = [cell.replace("\N{BROKEN BAR}", "|") for cell in row]
        if len(cells) == 2:
            found.append(Question(cells[0], "", (), line=cells[1].strip("`")))
        else:
            asked, file, paths, in_report = cells
            found.append(Question(asked, file.strip("`"), tuple(re.findall("`([^`]+)`", paths)), in_report))
    return found


@dataclass(frozen=True)
class Zip:
    """The files of a bundle."""

    path: Path
    run: str

    @cached_property
    def _files(self) -> dict[str, bytes]:
        with zipfile.ZipFile(self.path) as file:
            return {name: file.read(name) for name in file.namelist()}

    def answers(self, question: Question) -> list[list[Any]]:
        """Return what stands at each path of a question."""
        text = self._files[question.file.replace("RUN", self.run)].decode()
        whole = [json.loads(line) for line in text.splitlines()] if question.file.endswith("l") else [json.loads(text)]
        return [list(_follow(whole, path)) for path in question.paths]

    @cached_property
    def page(self) -> str:
        """The report as HTML, as a person reads it."""
        return flat(read_page(self._files[f"reports/{self.run}.html"].decode()).text)

    @cached_property
    def paper(self) -> str:
        """The report as PDF, as a person reads it."""
        reader = pypdf.PdfReader(io.BytesIO(self._files[f"reports/{self.run}.pdf"]))
        return flat(" ".join(page.extract_text() for page in reader.pages))


def _follow(values: list[Any], path: str) -> Iterator[Any]:
    """Follow a path in the part of jq's language that the page uses; raises KeyError where it leads nowhere."""
    rest = re.sub(r"\s*\|\s*", "", path)
    assert _STEP.sub("", rest) == "", f"{path} is beyond what this test reads"
    for step in _STEP.finditer(rest):
        values = [one for value in values for one in _stepped(value, step)]
    yield from values


def _stepped(value: Any, step: re.Match[str]) -> Iterator[Any]:
    key, where, wanted, function = step.groups()
    if step[0] == "[]":
        yield from value
    elif key:
        # As in jq: what is null has nothing below it.
        if value is not None:
            yield value[key]
    elif where:
        if value[where] == json.loads(wanted):
            yield value
    else:
        yield base64.b64decode(value).decode() if function == "@base64d" else json.loads(value)
