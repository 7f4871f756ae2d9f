"""The command line on a terminal of 80 and of 120 columns, with somebody in front of it, and in a pipe."""

import json
from pathlib import Path

import pytest
from rich.cells import cell_len as columns

from desk import DOI, Desk
from doideposit.config.loading import load
from pseudo_terminal import CTRL_C, on_terminal

WIDTHS = pytest.mark.parametrize("width", [80, 120])
LONG = "title: A rather long title about the future of cooperation between Europe, South Asia and the Indo-Pacific"
LOGIN = '\n[credentials.production]\nusername = "name@example.org/role"\npassword = { env = "CROSSREF_PASSWORD" }\n'


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A desk with two DOIs that are registered, one of them with a long title."""
    other = desk.record(
        "c259.yaml", number="number: 259", title=LONG, doi="# no doi", url="url: https://www.sadf.eu/c259/"
    )
    done = desk("deposit", desk.record(), other, "--wait", 30)
    assert done.code == 0
    return desk


@WIDTHS
def test_the_table_fits_and_no_doi_is_cut(full: Desk, width: int) -> None:
    seen = on_terminal(["status"], full.folder, columns=width)
    assert seen.code == 0
    assert all(columns(line) <= width for line in seen.lines)
    rows = [line for line in seen.lines if line.startswith("10.")]
    assert [row.split()[0] for row in rows] == [DOI, DOI.replace("258", "259")]
    assert all(row.count("registered") == 2 for row in rows)
    assert rows[1].endswith("…")
    assert ("registered        proved" in seen.text) == (width == 120)


def test_a_table_in_a_pipe_is_whole(full: Desk) -> None:
    out = full("status").out
    assert LONG.removeprefix("title: ") in out
    assert "\x1b" not in out


@WIDTHS
@pytest.mark.parametrize(
    "command",
    [
        ["check", "c258.yaml"],
        *(pytest.param(one, marks=pytest.mark.acceptance) for one in (["history", DOI], ["status", DOI])),
        ["explain"],
    ],
)
def test_long_lines_are_broken_between_words_and_indented(full: Desk, width: int, command: list[str]) -> None:
    seen = on_terminal(command, full.folder, columns=width)
    assert seen.code == 0
    for line in seen.lines:
        assert columns(line) <= width or " " not in line.strip(), line


def test_a_hint_goes_on_below_its_beginning(desk: Desk) -> None:
    seen = on_terminal(["check", desk.record().name, "--verbose"], desk.folder, columns=80)
    start = next(n for n, line in enumerate(seen.lines) if "licences" in line)
    assert seen.lines[start].startswith("       hint: add")
    assert seen.lines[start + 1].startswith(" " * 13)
    assert seen.lines[start + 1].strip()


@pytest.mark.parametrize(
    ("arguments", "environ"),
    [
        (["status"], {"NO_COLOR": "1"}),
        (["status"], {"TERM": "dumb"}),
        pytest.param(["--plain", "status"], {}, marks=pytest.mark.acceptance),
        (["status", "--plain"], {}),
        pytest.param(["status", "--nonsense", "--plain"], {}, marks=pytest.mark.acceptance),
        (["deposit", "c258.yaml", "--wait", "30", "--plain"], {}),
        pytest.param(["deposit", "c258.yaml", "--wait", "30"], {"TERM": "dumb"}, marks=pytest.mark.acceptance),
    ],
)
def test_a_plain_terminal_gets_plain_text(full: Desk, arguments: list[str], environ: dict[str, str]) -> None:
    full.record(title="title: Changed")
    assert "\x1b" not in on_terminal(arguments, full.folder, **environ).raw


def test_colour_is_there_on_a_terminal_and_forced_into_a_pipe(full: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "\x1b[1;32m" in on_terminal(["status"], full.folder).raw
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "\x1b[1;32m" in full("status").out
    assert "\x1b" not in full("status", "--json").out


def test_a_bar_is_drawn_while_waiting_and_the_json_stays_alone(desk: Desk) -> None:
    slow = (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 1")
    desk.write("doideposit.toml", slow)
    desk.record()
    seen = on_terminal(["deposit", "c258.yaml", "--wait", "30", "--json"], desk.folder, out_is_pipe=True)
    assert seen.code == 0
    assert json.loads(seen.out)["records"][0]["registered"] is True
    assert "waiting for the sandbox" in seen.text
    assert "0/1" in seen.text
    assert "sending sadf-comment-" in seen.text
    assert seen.raw.rstrip().endswith(("\x1b[?25h", "\x1b[2K"))


def test_in_a_pipe_waiting_is_told_in_lines(desk: Desk) -> None:
    told = desk("deposit", desk.record().name, "--wait", 30)
    assert told.code == 0
    assert "  waiting for the sandbox, at most 30 seconds\n" in told.err
    assert "\r" not in told.err
    assert "\x1b" not in told.err


def test_ctrl_c_while_waiting_says_that_nothing_is_lost(desk: Desk) -> None:
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 60"))
    desk.record()
    seen = on_terminal(["deposit", "c258.yaml", "--wait", "50"], desk.folder, typed=[("waiting for", CTRL_C)])
    assert seen.code == 130
    assert "what was sent is in the ledger" in seen.text
    assert "\x1b[?25h" in seen.raw
    assert desk("status", DOI, "--json").json["records"][0]["state"] == "queued"


def test_watching_ends_with_ctrl_c_and_leaves_the_last_look(full: Desk) -> None:
    seen = on_terminal(["status", "--watch", "1"], full.folder, typed=[("Ctrl-C ends", ""), ("Ctrl-C ends", CTRL_C)])
    assert seen.code == 130
    assert "Traceback" not in seen.text
    assert seen.raw.count("\x1b[?1049h") == seen.raw.count("\x1b[?1049l") == 1
    assert "\x1b[2J" not in seen.raw  # Clearing the screen first is what flickers.
    left = seen.raw.split("\x1b[?1049l")[1]
    assert DOI in left
    assert "Ctrl-C ends" not in left


def test_watching_and_json_do_not_go_together(full: Desk) -> None:
    refused = full("status", "--watch", 1, "--json")
    assert refused.code == 2
    assert refused.json["error"]["code"] == "usage"


@pytest.mark.parametrize("answer", ["n", "", CTRL_C])
def test_production_is_asked_for(full: Desk, answer: str) -> None:
    full.write("doideposit.toml", (full.folder / "doideposit.toml").read_text() + LOGIN)
    asked = "Crossref (production)? [y/N]: "
    seen = on_terminal(
        ["deposit", "c258.yaml", "--target", "production", "--unseen", "no network here"],
        full.folder,
        typed=[(asked, answer)],
        CROSSREF_PASSWORD="not-a-real-one",
    )
    assert seen.code == 130
    assert "Plan for production" in seen.text
    assert "1 new DOI (Crossref charges a fee for it)" in seen.text
    assert "A registered DOI can never be deleted.\nDeposit 1 new DOI to Crossref (production)? [y/N]: " in seen.text
    assert full("status", "--target", "production", "--json").json["records"] == []


ANSWERS = [
    ("Name of the publisher", "", "this one is needed"),
    ("Name of the publisher", "South Asia Democratic Forum", ""),
    ("E-mail address", "nonsense", "not an e-mail address"),
    ("E-mail address", "info@sadf.eu", ""),
    ("Title of the series", "SADF Comment", ""),
    ("ISSN of the series", "2406-5618", "ends in 8, and 7 would fit"),
    ("ISSN of the series", "24065617", ""),
    ("Are they 1 reports", "reprot", "write 1, 2 or 3"),
    ("Are they 1 reports", "1", ""),
    ("Do they all appear in the series", "y", ""),
    ("DOI prefix", "11.48251", "not a DOI prefix"),
    ("DOI prefix", "https://doi.org/10.48251/", ""),
    ("Pattern of a DOI", "same-for-all", "the same DOI"),
    ("Pattern of a DOI", "{prefix}/{nummer}", "{nummer}"),
    ("Pattern of a DOI", "", ""),
    ("Pattern of a landing page", "ftp://example.org/{number}", "http"),
    ("Pattern of a landing page", "https://www.sadf.eu/comment-{number}/", ""),
    ("Language of the commentaries", "Klingon", "language"),
    ("Language of the commentaries", "fr", ""),
    ("City of the publisher", "Brussels", ""),
    ("Acronym", "", ""),
    ("Crossref login", "", ""),
]
RIGHT = ("Is this right?", "", "")


def typed(*answers: tuple[str, str, str]) -> list[tuple[str, str]]:
    return [(asked, answer) for asked, answer, _ in answers]


def test_init_explains_asks_again_and_says_what_to_do_next(tmp_path: Path) -> None:
    seen = on_terminal(["init"], tmp_path, typed=typed(*ANSWERS, RIGHT))
    assert seen.code == 0
    for _, answer, complaint in ANSWERS:
        if complaint:
            assert complaint in " ".join(seen.text.split()), answer
    assert seen.text.count("not yet: ") == sum(bool(complaint) for *_, complaint in ANSWERS)
    assert "What to do next:" in seen.text
    assert "doideposit check RECORD.yaml" in seen.text
    settings = load(tmp_path / "doideposit.toml", environ={}, cwd=tmp_path)
    assert settings.target == "sandbox"
    series = settings.series["sadf-comment"]
    assert (series.doi, series.language, series.record_type) == ("{prefix}/{issn}.{number}", "fr", "report-series")
    assert all(columns(line) <= 80 for line in seen.lines)


def test_init_shows_a_sample_before_anything_is_written_and_lets_answers_be_changed(tmp_path: Path) -> None:
    good = [one for one in ANSWERS if not one[2]]
    later = [("Is this right?", "99", ""), ("Is this right?", "4", ""), ("ISSN of the series", "0028-0836", "")]
    seen = on_terminal(["init"], tmp_path, typed=typed(*good, *later, RIGHT))
    assert seen.code == 0
    text = " ".join(seen.text.split())
    assert "https://doi.org/10.48251/2406-5617.7" in text
    assert "https://www.sadf.eu/comment-7/" in text
    assert "write a number from 1 to 12" in text
    assert text.index("comment-7/") < text.index("is written")
    assert str(load(tmp_path / "doideposit.toml", environ={}, cwd=tmp_path).series["sadf-comment"].issn) == "0028-0836"


@pytest.mark.parametrize("number", range(12))
def test_every_question_of_init_is_explained(tmp_path: Path, number: int) -> None:
    good = [one for one in ANSWERS if not one[2] and not one[0].startswith("Do they")]
    before = [one for one in ANSWERS if not one[2]]
    before = before[: before.index(good[number])]
    asked = good[number][0]
    seen = on_terminal(["init"], tmp_path, typed=[*typed(*before), (asked, "?"), (asked, CTRL_C)])
    assert seen.code == 130
    assert "help: " in seen.text


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([("Are they 1 reports", "1")], "report-single"),
        ([("Are they 1 reports", "2"), ("Are they 1 reports", "3")], "posted"),
    ],
)
def test_init_without_an_issn_asks_for_nothing_that_needs_one(
    tmp_path: Path, answers: list[tuple[str, str]], expected: str
) -> None:
    good = typed(*(one for one in ANSWERS if not one[2]))
    start = [(asked, "" if asked.startswith("ISSN") else answer) for asked, answer in good[:4]]
    rest = [(asked, "" if asked.startswith("Pattern of a DOI") else answer) for asked, answer in good[6:]]
    seen = on_terminal(["init"], tmp_path, typed=[*start, *answers, *rest, ("Is this right?", "")])
    assert seen.code == 0
    series = load(tmp_path / "doideposit.toml", environ={}, cwd=tmp_path).series["sadf-comment"]
    assert series.record_type == expected
    assert series.doi == "{prefix}/{number}"


def test_ctrl_c_in_init_writes_nothing(tmp_path: Path) -> None:
    seen = on_terminal(["init"], tmp_path, typed=[("Name of the publisher", "A forum"), ("E-mail", CTRL_C)])
    assert seen.code == 130
    assert "nothing was changed" in seen.text
    assert list(tmp_path.iterdir()) == []


def test_init_elsewhere_names_the_file_in_every_command(tmp_path: Path, desk: Desk) -> None:
    said = desk("init", "--preset", "sadf-comment", "-o", "mine.toml").out
    assert said.count("doideposit --config mine.toml ") == 3


def test_the_demo_fits_a_terminal_and_names_no_test_system(tmp_path: Path) -> None:
    seen = on_terminal(["demo", "--keep", "demo"], tmp_path)
    assert seen.code == 0
    assert "registered (the simulated Crossref)" in " ".join(seen.text.split())
    assert not [line for line in seen.lines if columns(line) > 80 and " " in line.strip()]
    assert "Crossref's test system" not in seen.text
