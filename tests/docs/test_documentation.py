"""Every command and every code block of the README and of the tutorials is run, in order, as a reader would run it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docx
import pytest

from document_formats import docx_of, page_of
from doideposit.cli.init import PRESETS
from doideposit.config.loading import load
from mail_server import Mailbox, mailbox
from walked_pages import ROOT, Block, Command, Walk, agrees, blocks, commands, renewed, surroundings

TUTORIALS = sorted((ROOT / "docs" / "tutorials").glob("[!i]*.md"))
WALKED = [
    *(page for page in TUTORIALS if page.stem != "administrator"),
    ROOT / "docs" / "reference" / "json-output.md",
    ROOT / "docs" / "how-to" / "site.md",
]
DOCUMENT = """\
## COMMENT 258

# Prospects for NATO-Japan relations

By **Siegfried O. Wolf**

14 September 2023 - DOI: https://doi.org/10.48251/SADF.ISSN.2406-5617.C258

**Dr. Siegfried O. Wolf** is Director of Research at South Asia Democratic Forum (SADF).

The summit set a landmark.
"""


@pytest.fixture
def mails() -> Iterator[Mailbox]:
    with mailbox() as box:
        yield box


@pytest.fixture
def walk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Walk:
    environ = surroundings()
    for name in ("DOIDEPOSIT_CONFIG", "DOIDEPOSIT_TARGET", "CROSSREF_PASSWORD"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "commentaries"
    folder.mkdir()
    return Walk(folder, environ)


@pytest.mark.slow
@pytest.mark.network_loopback
@pytest.mark.parametrize("page", WALKED, ids=lambda page: page.stem)
def test_a_page_does_what_it_says(page: Path, walk: Walk) -> None:
    walk.through(page)


@pytest.mark.slow
@pytest.mark.network_loopback
def test_the_administrator_gets_the_mails_that_the_tutorial_promises(
    walk: Walk, mails: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in mails.settings.items():
        monkeypatch.setenv(name, value)
    walk.through(ROOT / "docs" / "tutorials" / "administrator.md")
    subjects = [str(mail["Subject"]) for mail in mails.mails]
    assert any("registered this week" in subject for subject in subjects)
    assert any("rejected" in subject for subject in subjects)
    assert all(mail["To"] == "it@example.org" for mail in mails.mails)


def test_every_link_has_words_that_are_seen_outside_of_sphinx_too() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), ROOT / "docs" / "generate.py"]
    assert [page for page in pages if "[](" in page.read_text(encoding="utf-8")] == []


def test_no_page_names_an_installation_that_fails() -> None:
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = page.read_text(encoding="utf-8")
        lines = [
            line
            for line in text.splitlines()
            if re.match(r"\$? ?(sudo )?pip3? install (doideposit|'doideposit|\.)", line)
        ]
        assert lines == [], page


def test_the_word_file_of_the_tutorial_says_what_the_page_shows_of_it() -> None:
    page = ROOT / "docs" / "tutorials" / "staff.md"
    shown = next(block.text for block in blocks(page) if block.text.startswith("COMMENT 901"))
    written = docx.Document(str(page.parent / "comment-901.docx")).paragraphs
    assert agrees(shown, "".join(f"{paragraph.text}\n" for paragraph in written))


def test_there_is_a_tutorial_for_each_of_those_who_use_it() -> None:
    # `pages` is for those who never open a terminal.
    assert {"administrator", "cms-developer", "pages", "staff"} <= {page.stem for page in TUTORIALS}


@pytest.mark.slow
@pytest.mark.network_loopback
def test_the_readme_does_what_it_says(walk: Walk, tmp_path: Path) -> None:
    record = walk.folder / "c258.yaml"

    def fill_in_the_landing_page() -> None:
        text = record.read_text(encoding="utf-8")
        record.write_text(
            re.sub(r"^# url: .*$", "url: https://www.sadf.eu/comment-258/", text, flags=re.MULTILINE), encoding="utf-8"
        )

    (walk.folder / "comment-258.docx").write_bytes(docx_of(page_of(DOCUMENT, name="comment-258.md")))
    walk.instead = {
        "make demo": lambda: walk.do("doideposit demo"),
        "make test": lambda: recipe("test"),
        "pipx install .": lambda: installed_into(tmp_path / "site"),
    }
    walk.before = {"doideposit check c258.yaml": fill_in_the_landing_page}
    walk.through(ROOT / "README.md")
    assert walk.names["status"].registered  # type: ignore[attr-defined]


def recipe(target: str) -> str:
    """What make would do: running every test from within a test would have no end."""
    command = ["make", "--dry-run", "--directory", str(ROOT), target]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    for step in ("ruff check", "mypy", "sphinx-build --fail-on-warning", "pytest"):
        assert step in done.stdout
    return done.stdout


def installed_into(folder: Path) -> str:
    """Install the checkout elsewhere, without the network: its dependencies are here already."""
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--quiet", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *offline, "--target", str(folder), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (folder / "doideposit" / "cli" / "main.py").is_file()
    return done.stdout


def test_make_demo_runs_the_demo() -> None:
    done = subprocess.run(
        ["make", "--dry-run", "--directory", str(ROOT), "demo"], capture_output=True, text=True, check=True
    )
    assert re.search(r"^\S*doideposit demo$", done.stdout, re.MULTILINE)


# The words of the walk itself.


@pytest.mark.parametrize(
    ("expected", "printed", "same"),
    [
        ("a\nb", "a\nb\n", True),
        ("a\nb", "a\nc\n", False),
        ("a", "a\nb\n", False),
        ("a\n…", "a\nb\nc\n", True),
        ("…\nc", "a\nb\nc\n", True),
        ("a\n…\nd", "a\nb\nc\n", False),
        ("took … seconds", "took 12.5 seconds\n", True),
        ("took … seconds", "took long\n", False),
        ("at 2026-01-02 03:04:05", "at 2027-11-12 13:14:15\n", True),
        ("at 2026-01-02", "at 2027-11-12\n", False),
    ],
)
def test_what_agrees_with_a_page(expected: str, printed: str, same: bool) -> None:
    assert agrees(expected, printed) is same


@pytest.mark.parametrize(
    ("page", "fault"),
    [
        ("```console\n$ echo one\ntwo\n```\n", "prints"),
        ("```console\n$ false\n```\n", "exit code 1 is not mentioned"),
        ("```console\n$ false\n$ true\n```\n", "exit code 1 is not mentioned"),
        ("```console\n$ false\n$ echo $?\n0\n```\n", "prints"),
        ("```toml\na = 1\n```\n", "nobody says what becomes"),
        ("```python\nassert 1 == 2, 'so it is'\n```\n", "so it is"),
    ],
)
def test_a_page_that_is_wrong_is_found_out(page: str, fault: str, walk: Walk, tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(page, encoding="utf-8")
    with pytest.raises(AssertionError, match=fault):
        walk.through(path)


@pytest.mark.parametrize(
    ("before", "printed", "after"),
    [
        ("old", "new\nwords\n", "new\nwords"),
        ("a\n…\nz", "b\n1\n2\ny\n", "b\n…\ny"),
        ("a\n…", "b\n1\n2\n", "b\n…"),
        ("at …", "at noon\n", "at …"),
    ],
)
def test_a_page_is_renewed_where_it_no_longer_agrees(before: str, printed: str, after: str) -> None:
    page = "```console\n$ do\n{}\n```\n"
    assert renewed(page.format(before), [(Command("do", before), printed)]) == page.format(after)


def test_the_blocks_and_commands_of_a_page(tmp_path: Path) -> None:
    path = tmp_path / "page.md"
    path.write_text(
        "```{code-block} yaml\n:caption: a.yaml\n\nx: 1\n```\n\n```console\n$ one \\\n  two\nsaid\n$ three\n```\n"
    )
    first, second = blocks(path)
    assert (first.language, first.caption, first.text) == ("yaml", "a.yaml", "x: 1\n")
    assert [(each.text, each.output) for each in commands(second.text)] == [("one two", "said"), ("three", "")]


# The how-to guides: every file they show is one.
GUIDES = sorted((ROOT / "docs" / "how-to").glob("*.md"))
FILES = [
    pytest.param(block, id=f"{guide.stem}-{block.line}") for guide in GUIDES for block in blocks(guide) if block.caption
]


@pytest.mark.parametrize("block", FILES)
def test_the_files_of_the_guides_are_what_they_seem(block: Block, walk: Walk) -> None:
    name, _, where = block.caption.partition(", ")
    base = PRESETS["sadf-comment"].configuration_text()
    if name == "doideposit.toml":
        (walk.folder / name).write_text(placed(block.text, base, where), encoding="utf-8")
        load(walk.folder / name, environ={}, cwd=walk.folder)
        return
    (walk.folder / "doideposit.toml").write_text(base, encoding="utf-8")
    (walk.folder / name).parent.mkdir(parents=True, exist_ok=True)
    (walk.folder / name).write_text(block.text, encoding="utf-8")
    printed = walk.do(f"doideposit check {name} --verbose")
    assert walk.code == 0, printed


def placed(text: str, base: str, where: str) -> str:
    """The configuration with a block where its caption says; the series is the last section of the preset."""
    match where:
        case "" | "added at the end" | "in the series":
            return f"{base}\n{text}"
        case "at the top":
            return f"{text}\n{base}"
        case "in place of its section":
            heading = text.splitlines()[0]
            return re.sub(rf"^{re.escape(heading)}.*?(?=^\[)", text + "\n", base, flags=re.MULTILINE | re.DOTALL)
        case _:
            raise AssertionError(f"nobody says where {where!r} is")


# The rest of the documentation.


def pages() -> list[Path]:
    generated = ROOT / "docs" / "reference" / "generated"
    built = ROOT / "docs" / "_build"
    found = [page for page in (ROOT / "docs").rglob("*.md") if not {built, generated} & set(page.parents)]
    return [*found, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def test_every_command_that_any_page_names_exists() -> None:
    from doideposit.cli.main import COMMANDS

    named = {
        (page.relative_to(ROOT), name)
        for page in pages()
        for name in re.findall(r"(?:`|\$ )doideposit ([a-z][a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert len(named) > 50
    assert not {(page, name) for page, name in named if name not in COMMANDS}


def test_every_option_that_any_page_shows_exists() -> None:
    unknown: list[str] = []
    for page in pages():
        for line in re.findall(r"(?:^\$ |`)(doideposit [a-z][^`\n]*)", page.read_text(encoding="utf-8"), re.MULTILINE):
            unknown += [
                f"{page.relative_to(ROOT)}: {line}: {each}" for each in options_of(line) if not is_known(line, each)
            ]
    assert not unknown


def options_of(line: str) -> list[str]:
    return re.findall(r"(?<=\s)(--[a-z][a-z-]+|-[a-z])(?![a-z-])", line)


def is_known(line: str, option: str) -> bool:
    import click

    from doideposit.cli.main import cli

    context = click.Context(cli)
    command: click.Command = cli
    for word in line.split()[1:]:
        inner = command.get_command(context, word) if isinstance(command, click.Group) else None
        if inner is None:
            break
        command = inner
    params = [*command.params, *cli.params]
    known = {name for each in params for name in (*each.opts, *each.secondary_opts)}
    return option in known | {"--help", "-h", "--version"}


def test_every_code_and_word_that_any_page_names_in_an_explanation_exists() -> None:
    from doideposit.checks.catalogue.entries import CATALOGUE
    from doideposit.cli.glossary import WORDS

    named = {
        (page.name, code)
        for page in pages()
        for code in re.findall(r"doideposit explain ([a-z][a-z-]+)", page.read_text(encoding="utf-8"))
    }
    assert not {each for each in named if each[1] not in {*CATALOGUE, *WORDS}}


def test_there_are_pages_to_look_at() -> None:
    assert len(pages()) > 10
