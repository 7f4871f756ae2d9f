"""Pages of the documentation that a test walks through, doing in order what a reader would do.

In a ``console`` block, a line that begins with ``$ `` is run, and the lines below it are what it prints. A line that is
``…`` alone stands for any lines, ``…`` inside a line for any text; moments, timestamps and the names made from them may
differ. A command must succeed, unless ``echo $?`` follows and shows its exit code. A block with a caption is written to
the file of that name, or added to it where the caption says so; a ``python`` block without one is executed.

`python tests/walked_pages.py PAGE…` writes what the commands print now into pages that no longer agree; look at the
difference before you commit it.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path

from markdown_it import MarkdownIt

from doideposit.cli import terminal
from doideposit.cli.main import run
from mail_server import mailbox

ROOT = Path(__file__).parents[1]
ADDED = ", added at the end"
SHOWN_AS = "/srv/doideposit"
"""The folder of a reader, on every page."""
FAST = {
    f"DOIDEPOSIT_SANDBOX__DELAYS__{name}": "0"
    for name in ("HIDDEN", "QUEUED", "IN_PROCESS", "UNREADY_POLLS", "REST", "HANDLE")
}
"""The sandbox takes seconds, so that it feels like Crossref; a test need not wait."""

CHANGING = (
    (r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?)?( [A-Z]{3,5}\b|Z)?", "MOMENT"),
    (r"\b\d\d:\d\d:\d\d [A-Z]{3,5}\b", "MOMENT"),
    (r"\d{8}t\d{9}-[0-9a-f]{8}", "NAME"),
    (r"\b20\d{15}\b", "TIMESTAMP"),
    (r"\b1[0-9]{9}\b", "SUBMISSION"),
    (r"\b\d+\.\d\ds\b", "SECONDS"),
)
"""What is different in every run, and what it is compared as."""


@dataclass(frozen=True)
class Block:
    """A code block of a page."""

    language: str
    text: str
    caption: str
    line: int


@dataclass(frozen=True)
class Command:
    """A command, and what the page says that it prints; empty where the page does not say."""

    text: str
    output: str


def blocks(page: Path) -> Iterator[Block]:
    """The code blocks of a page, in order."""
    for token in MarkdownIt().parse(page.read_text(encoding="utf-8")):
        if token.type != "fence" or token.map is None:
            continue
        if token.info.startswith("{") and not token.info.startswith("{code-block}"):
            continue  # a directive of Sphinx that is no code
        language = token.info.removeprefix("{code-block}").strip()
        options, text = "", token.content
        if token.info.startswith("{"):
            found = re.match(r"(?:^:\S+:.*\n)*\n?", text, re.MULTILINE)
            options = found[0] if found else ""
            text = text[len(options) :]
        caption = re.search(r"^:caption: (.*)$", options, re.MULTILINE)
        yield Block(language, text, caption[1] if caption else "", token.map[0] + 1)


def commands(text: str) -> Iterator[Command]:
    """The commands of a console block."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        first, _, rest = part.partition("\n")
        while first.endswith("\\"):
            more, _, rest = rest.partition("\n")
            first = f"{first[:-1].rstrip()} {more.strip()}"
        yield Command(first.strip(), rest.strip("\n"))


def agrees(expected: str, printed: str) -> bool:
    """Whether a command printed what the page says."""
    pattern = "".join(
        r"(?:.*\n)*" if line.strip() == "…" else re.escape(line).replace("…", ".*") + "\n"
        for line in _steady(expected).splitlines()
    )
    return re.fullmatch(pattern, _steady(printed)) is not None


def _steady(text: str) -> str:
    for pattern, word in CHANGING:
        text = re.sub(pattern, word, text)
    return "".join(f"{line.rstrip()}\n" for line in text.strip("\n").splitlines())


@dataclass
class Walk:
    """A reader in a folder of their own, with the page in front of them."""

    folder: Path
    environ: dict[str, str]
    instead: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    """What is done in place of commands that would change this machine."""
    before: Mapping[str, Callable[[], None]] = field(default_factory=dict)
    """What a reader does by hand before a command, where the page says so in words alone."""
    names: dict[str, object] = field(default_factory=dict)
    code: int = 0
    printed: list[tuple[Command, str]] = field(default_factory=list)
    """Every command so far, and what it printed."""

    def through(self, page: Path, *, show: bool = False) -> None:
        """Do everything that the page says, in order; with `show` whatever the commands print.

        Files that lie beside the page, and that it links to, are taken into the folder of the reader.
        """
        for name in set(re.findall(r"\]\(([\w.-]+\.docx)\)", page.read_text(encoding="utf-8"))):
            shutil.copy(page.parent / name, self.folder / name)
        for block in blocks(page):
            place = f"{page.name}:{block.line}"
            if block.language == "console":
                self._console(block, place, show=show)
            elif block.caption:
                self._write(block)
            elif block.language == "python":
                with chdir(self.folder):
                    exec(compile(block.text, place, "exec"), self.names)
            elif block.language != "text":
                raise AssertionError(f"{place}: nobody says what becomes of this {block.language} block")

    def _write(self, block: Block) -> None:
        path = self.folder / block.caption.removesuffix(ADDED)
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a" if block.caption.endswith(ADDED) else "w", encoding="utf-8") as stream:
            stream.write(block.text)

    def _console(self, block: Block, place: str, *, show: bool) -> None:
        unread = 0
        for command in commands(block.text):
            asked = command.text == "echo $?"
            assert asked or unread == 0, f"{place}: exit code {unread} is not mentioned before `{command.text}`"
            printed = f"{self.code}\n" if asked else self.do(command.text).replace(str(self.folder), SHOWN_AS)
            unread = 0 if asked else self.code
            self.printed.append((command, printed))
            if command.output and not show:
                assert agrees(command.output, printed), f"{place}: `{command.text}` prints\n{printed}"
        assert unread == 0, f"{place}: exit code {unread} is not mentioned\n{printed}"

    def do(self, command: str) -> str:
        """Run one command and return what it prints on both streams."""
        for action in [self.before[key] for key in self.before if command.startswith(key)]:
            action()
        if command in self.instead:
            self.code = 0
            return self.instead[command]()
        if command.startswith("export "):
            name, _, value = command.removeprefix("export ").partition("=")
            self.environ[name] = os.environ[name] = value
            return ""
        words = shlex.split(command)
        if words[0] == "doideposit" and not set("|>&;") & set(command):
            return self._in_process(words[1:])
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.code = done.returncode
        return done.stdout

    def _in_process(self, arguments: list[str]) -> str:
        both = StringIO()
        terminal._read_lines.cache_clear()  # each command of a reader is a process of its own
        with chdir(self.folder), redirect_stdout(both), redirect_stderr(both):
            self.code = run(arguments)
        return both.getvalue()


def surroundings() -> dict[str, str]:
    """The environment of a reader: this installation's commands first, and nothing of an own set-up."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DOIDEPOSIT_", "CROSSREF_"))}
    folder = str(Path(sys.executable).parent)
    return {**kept, **FAST, "PATH": f"{folder}{os.pathsep}{kept.get('PATH', '')}", "NO_COLOR": "1", "COLUMNS": "120"}


def renewed(page: str, printed: list[tuple[Command, str]]) -> str:
    """The text of a page with what its commands print now, in place of what no longer agrees."""
    for command, output in printed:
        if command.output and not agrees(command.output, output):
            page = page.replace(command.output, _shortened(command.output.splitlines(), output), 1)
    return page


def _shortened(before: list[str], printed: str) -> str:
    """What was printed, cut short where it was before: as many lines at the beginning and at the end."""
    lines = [line.rstrip() for line in printed.strip("\n").splitlines()]
    if "…" in before:
        cut = before.index("…")
        end = len(before) - cut - 1
        lines = [*lines[:cut], "…", *lines[len(lines) - end :]]
    return "\n".join(lines)


def main(names: list[str]) -> None:
    """Walk through pages, and write what their commands print now into them."""
    for page in map(Path, names):
        with tempfile.TemporaryDirectory() as name, mailbox() as box:
            mail = box.settings if page.stem == "administrator" else {}
            environ = surroundings() | mail
            for each in [*FAST, *box.settings]:
                os.environ.pop(each, None)
            os.environ.update(environ)
            folder = Path(name) / "commentaries"
            folder.mkdir()
            walk = Walk(folder, environ)
            walk.through(page, show=True)
        page.write_text(renewed(page.read_text(encoding="utf-8"), walk.printed), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
