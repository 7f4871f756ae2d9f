"""A command line for someone who uses it once a month: numbers for DOIs, the next step, and words explained."""

import re
from pathlib import Path

import pytest
import yaml

from desk import DOI, Desk
from doideposit.cli.glossary import WORDS
from doideposit.cli.main import COMMANDS, GROUPS, MEANT
from doideposit.cli.new import EXAMPLES
from doideposit.records.models.commentary import Commentary
from pseudo_terminal import on_terminal

ROOT = Path(__file__).parents[2]
SECOND_SERIES = """
[series.papers]
title = "Papers"
prefix = "10.48251"
doi = "{prefix}/PAPER.{number}"
record_type = "report-single"
"""


@pytest.fixture
def full(desk: Desk) -> Desk:
    """A desk with comment 258, registered in the sandbox."""
    assert desk("deposit", desk.record(), "--wait", 30).code == 0
    return desk


@pytest.mark.parametrize(
    ("word", "hint"),
    [
        ("extrat", "did you mean “extract”?"), ("send", "`doideposit deposit RECORD`"), ("List", "`doideposit status`"),
        ("password", "[credentials.production]"), ("version", "`doideposit --version`"), ("registr", "`doideposit deposit"),
        ("delete", "a registered DOI stays"), ("xyzzy", "`doideposit --help` lists the commands"),
    ],
)  # fmt: skip
def test_a_word_that_is_no_command_leads_to_the_one_that_is_meant(desk: Desk, word: str, hint: str) -> None:
    told = desk(word)
    assert told.code == 2
    assert f"there is no command “{word}”" in told.err
    assert hint in told.err
    named = set(re.findall(r"`doideposit ([a-z-]+)", told.err)) - {"--help", "--version"}
    assert {each for each in named if not each.startswith("-")} <= COMMANDS.keys()


def test_every_command_that_is_meant_exists() -> None:
    advised = " ".join(MEANT.values())
    assert set(re.findall(r"`doideposit ([a-z][a-z-]+)", advised)) <= COMMANDS.keys()


@pytest.mark.parametrize(
    "written", ["#258", "Nr. 258", "No 258", "nº 258", "SADF Comment 258", "Comment #258", " 258 "]
)
def test_a_number_is_taken_as_people_write_it(full: Desk, written: str) -> None:
    assert full("status", written, "--json").json["records"][0]["doi"] == DOI


@pytest.mark.parametrize("number", ["007", "A/12", "264(2);3_4"])
def test_a_number_with_odd_signs_is_found_once_its_doi_is_known(desk: Desk, number: str) -> None:
    doi = DOI.replace("258", number)
    odd = desk.record(doi=f"doi: {doi}", number=f'number: "{number}"')
    assert desk("deposit", odd, "--wait", 30).code == 0
    for typed in (number, number.lower(), doi):
        assert f'content="{doi}"' in desk("tags", typed).out
    assert "“1&2” is not a DOI" in desk("tags", "1&2").err


def test_a_value_that_is_missing_or_misspelt_is_named_with_what_it_is_for(desk: Desk) -> None:
    assert 'add --reason "…": Why; it stays in the history of the DOI.' in desk("acknowledge", "258").err
    assert "did you mean production?" in desk("status", "--target", "prod").err
    assert "there is no file 901.yaml" in desk("history", "901.yaml").err


def test_a_number_that_is_registered_already_is_no_new_one(full: Desk) -> None:
    assert "is registered on sandbox already, as “Prospects for NATO-Japan relations”" in full("new", "258").err
    assert "registered" not in full("new", "259").err


def test_record_files_beside_the_configuration_are_found_where_no_folder_of_records_is(full: Desk) -> None:
    codes = [found["code"] for found in full("correct", "258", "--json").json["findings"]]
    assert "correct-no-notice" in codes
    assert "correct-no-record" not in codes
    missing = full("correct", "999").out
    assert "no record file in the folder you are in contains 999, the work that is corrected" in missing
    (full.folder / "records").mkdir()
    assert "no record file in records contains 258" in full("correct", "258").out


# Bare `doideposit`.


def test_alone_in_an_empty_folder_it_says_both_ways_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, desk: Desk
) -> None:
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir("/")
    said = desk()
    assert said.code == 0
    assert "go to the folder of your records first" in said.out
    assert "`doideposit init`" in said.out
    assert said.out.index("go to the folder") < said.out.index("init")


def test_alone_it_says_where_one_is_and_what_comes_next(full: Desk) -> None:
    said = full()
    assert said.code == 0
    text = " ".join(said.out.split())
    assert f"folder {full.folder}" in text
    assert "target sandbox, a rehearsal" in text
    assert "last SADF Comment 258, “Prospects for NATO-Japan relations”, registered; 1 DOI in all" in text
    assert "outstanding nothing" in text
    assert "needs you nothing" in text
    assert "`doideposit new 259`" in text


def test_alone_it_works_while_the_settings_are_not_right_for_production_yet(full: Desk) -> None:
    text = (full.folder / "doideposit.toml").read_text(encoding="utf-8")
    full.write("doideposit.toml", re.sub(r'(?m)^email = "[^"]*"', 'email = "doi@example.org"', text))
    said = full()
    assert (said.code, "SADF Comment 258" in said.out) == (0, True), said.err


def test_alone_before_the_first_deposit_it_makes_no_ledger(desk: Desk) -> None:
    said = desk()
    assert said.code == 0
    assert "nothing was deposited from here yet" in said.out
    assert not list(desk.folder.glob("*.sqlite3"))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("status", 0),
        ("status 258 --json", 0),
        ("status --attention", 0),
        ("history 258", 1),
        ("poll", 0),
        ("tags c258.yaml", 0),
        ("check c258.yaml", 0),
        ("deposit c258.yaml --dry-run", 0),
        ("deposit broken.yaml", 1),
        ("deposit document.docx", 1),
        ("report -o -", 0),
        ("doctor", 0),
        ("verify", 0),
        ("verify 258", 2),
        ("abandon 258 --reason none", 2),
        ("acknowledge 258 --reason none", 2),
        ("ledger check", 2),
    ],
)
def test_whoever_only_looks_leaves_no_file_behind(desk: Desk, command: str, code: int) -> None:
    desk.record()
    desk.write("broken.yaml", "number: 259")
    desk.write("document.docx", "no document")
    before = sorted(desk.folder.iterdir())
    assert desk(*command.split()).code == code
    assert sorted(desk.folder.iterdir()) == before


def test_alone_with_something_at_crossref_it_says_when_to_look(desk: Desk) -> None:
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 60"))
    desk("deposit", desk.record())
    assert re.search(r"outstanding +1 DOI: look again after [\d :-]{19}", desk().out)


def test_every_command_stands_in_one_group_of_the_overview(desk: Desk) -> None:
    overview = desk("--help").out
    places = [overview.index(f"\n{title}:") for title in GROUPS]
    assert places == sorted(places)
    assert sum(map(len, GROUPS.values())) == len(COMMANDS)


# Numbers, files and DOIs.


@pytest.mark.parametrize("name", ["258", "C258", "c258", "c258.yaml", DOI, f"https://doi.org/{DOI.lower()}"])
@pytest.mark.parametrize("command", ["status", "history"])
def test_a_doi_has_short_names(full: Desk, command: str, name: str) -> None:
    said = full(command, name)
    assert said.code == 0
    assert DOI.lower() in said.out.lower()
    assert "egistered" in said.out


def test_short_names_are_taken_where_something_is_settled(full: Desk) -> None:
    assert full("verify", "258", "--json").json["records"][0]["doi"] == DOI
    said = full("abandon", "258", "--reason", "by mistake")
    assert "“258” is not a DOI" not in said.err


@pytest.mark.parametrize("name", [DOI.replace("258", "25"), DOI.replace("C258", "D258"), f"{DOI}8"])
@pytest.mark.parametrize("command", ["status", "history"])
def test_a_typing_error_is_met_with_what_was_perhaps_meant(full: Desk, command: str, name: str) -> None:
    assert f"did you mean {DOI}?" in full(command, name).out


def test_a_number_that_two_series_can_have_is_asked_back(desk: Desk) -> None:
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text() + SECOND_SERIES)
    said = desk("status", "258")
    assert said.code == 2
    assert DOI in said.err
    assert "10.48251/PAPER.258" in said.err
    desk("deposit", desk.record(), "--wait", 30)
    assert desk("status", "258").code == 0  # Only one of the two is in the ledger.


def test_a_number_does_not_find_a_longer_one(full: Desk) -> None:
    said = full("status", "58", "--json")
    assert said.json["records"][0]["doi"] == DOI.replace("258", "58")
    assert said.json["records"][0]["state"] is None


def test_a_file_without_a_record_is_no_name(full: Desk) -> None:
    full.write("broken.yaml", "title: [")
    said = full("history", "broken.yaml")
    assert said.code == 2
    assert "`doideposit check broken.yaml` says why" in said.err


def test_an_unknown_series_is_no_empty_list(full: Desk) -> None:
    said = full("status", "--series", "foo")
    assert said.code == 2
    assert "there is no series “foo”" in said.err
    assert "sadf-comment" in said.err


# `new`.


def test_a_new_record_has_every_key_and_can_be_checked(desk: Desk) -> None:
    assert desk("new", "259").code == 0
    text = (desk.folder / "259.yaml").read_text(encoding="utf-8")
    for key in Commentary.model_fields:
        assert re.search(rf"^(# )?{key}:", text, re.MULTILINE), key
    checked = desk("check", "259.yaml", "--json").json
    missing = {each["field"] for each in checked["records"][0]["findings"] if each["severity"] == "error"}
    assert missing == {"title", "published", "authors[0].family", "url"}
    assert desk("new", "259").code == 2  # It is not overwritten.


@pytest.mark.parametrize("key", [key for key in EXAMPLES if key not in {"doi", "status"}])
def test_every_example_of_a_new_record_can_be_used(desk: Desk, key: str) -> None:
    record = desk.record("259.yaml", number="number: 259", doi="", url="url: https://www.sadf.eu/c259/", language="")
    text = record.read_text()
    if key == "references":
        text = text.split("references:")[0]
    needed = "crossmark_policy: 10.5555/policy\n" if key in {"updates", "assertions"} else ""
    record.write_text(f"{text}{needed}{key}: {EXAMPLES[key]}\n", encoding="utf-8")
    found = desk("check", record, "--json").json["records"][0]["findings"]
    assert [each for each in found if each["severity"] == "error"] == []


TYPED = [
    ("Title", "Rivers: who # counts?"),
    ("Date of publication", "2.3.2026"),
    ("Date of publication", "2026-02-30"),
    ("Date of publication", "2026-03-02"),
    ("Authors", "Siegfried O. Wolf; Müller, Anna"),
    ("Address of its page", "https://www.sadf.eu/c259/"),
]


def test_a_new_record_asks_on_a_terminal(desk: Desk) -> None:
    seen = on_terminal(["new", "259"], desk.folder, typed=TYPED)
    assert seen.code == 0
    assert seen.text.count("not yet: ") == 2
    record = yaml.safe_load((desk.folder / "259.yaml").read_text(encoding="utf-8"))
    assert record["title"] == "Rivers: who # counts?"
    assert str(record["published"]) == "2026-03-02"
    assert [(each["given"], each["family"]) for each in record["authors"]] == [
        ("Siegfried O.", "Wolf"),
        ("Anna", "Müller"),
    ]
    assert desk("check", "259.yaml").code == 0


def test_the_series_may_be_left_out_where_there_is_one(desk: Desk) -> None:
    record = desk.record(series="")
    assert desk("check", record).code == 0
    assert desk("check", record, "--json").json["records"][0]["doi"] == DOI
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text() + SECOND_SERIES)
    said = desk("check", record)
    assert said.code == 1
    assert "`series` is missing" in said.out
    assert "papers" in said.out


# Words.


@pytest.mark.parametrize(
    "word",
    [
        *("YAML", "UTF-8", "ISSN check digit", "DOI prefix", "record type", "report-series", "report-single", "posted"),
        *("landing page", "registrant", "ROR id", "ORCID iD", "Crossmark", "Crossmark policy", "role", "ledger"),
        *("target", "outstanding", "settled", "REST API", "timestamp", "version", "keys with values", "ror", "orcid"),
    ],
)
def test_the_words_that_people_meet_are_explained(desk: Desk, word: str) -> None:
    said = desk("explain", word)
    assert said.code == 0
    assert len(said.out.split()) > 8
    assert desk("explain", *word.split(), "--json").json["meaning"]


def test_a_word_with_a_typing_error_is_asked_back(desk: Desk) -> None:
    assert "did you mean Crossmark" in desk("explain", "crosmark").err


def test_the_list_of_what_can_be_explained_is_in_groups(desk: Desk) -> None:
    lines = desk("explain").out.splitlines()
    headings = [line for line in lines if line and not line.startswith(" ")]
    assert headings[0] == "Words"
    assert len(headings) >= 8
    assert len(lines) > len(headings) + len(WORDS)


def test_the_pages_that_words_name_are_there() -> None:
    pages = [word.page for word in WORDS.values() if word.page and not word.page.startswith("https://")]
    assert pages
    assert [page for page in pages if not (ROOT / page).is_file()] == []


def test_version_names_only_what_an_installation_brings() -> None:
    from importlib.metadata import requires

    from doideposit.cli.about import LIBRARIES

    needed = [each for each in requires("doideposit") or () if "extra ==" not in each]
    names = {re.split(r"[^A-Za-z0-9_.-]", each, maxsplit=1)[0].lower() for each in needed}
    assert set(LIBRARIES) <= names
