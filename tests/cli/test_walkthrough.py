"""The way of a record through the command line, as the README tells it."""

import json
from pathlib import Path

import pytest

from desk import DOI, Desk
from doideposit.cli.main import COMMANDS, cli

SEED = Path(__file__).parents[3] / "shared" / "seed" / "comment-258.md"


def test_every_command_of_the_overview_is_there_and_has_help(desk: Desk) -> None:
    overview = desk("--help").out
    names = cli.list_commands(None)  # type: ignore[arg-type]
    assert set(names) == set(COMMANDS)
    for name in names:
        assert name in overview
        helped = desk(name, "--help")
        assert helped.code == 0
        assert "Usage: doideposit" in helped.out


def test_check_build_validate(desk: Desk) -> None:
    record = desk.record()
    checked = desk("check", record.name)
    assert (checked.code, "0 errors" in checked.out) == (0, True)
    built = desk("build", record.name, "-o", "c258.xml")
    assert built.code == 0
    assert "valid against Crossref 5.5.0" in built.err
    verdict = desk("validate", "c258.xml", "--json").json
    assert verdict == {
        "ok": True,
        "files": [{"file": "c258.xml", "schema": "5.5.0", "valid": True, "refused": False, "findings": []}],
    }
    to_stdout = desk("build", record.name)
    assert to_stdout.out.startswith("<?xml version=")


def test_a_valid_file_that_crossref_would_refuse_is_called_that(desk: Desk) -> None:
    desk("build", desk.record().name, "-o", "c258.xml")
    text = (desk.folder / "c258.xml").read_text(encoding="utf-8")
    desk.write("wrong.xml", text.replace("2406-5617</issn>", "2406-5618</issn>"))
    told = desk("validate", "wrong.xml")
    assert told.code == 1
    assert "wrong.xml: valid against Crossref 5.5.0, but Crossref would reject it" in told.out
    [document] = desk("validate", "wrong.xml", "--json").json["files"]
    assert (document["valid"], document["refused"]) == (True, True)
    desk.write("old.xml", text.replace("schema/5.5.0", "schema/4.4.0").replace('"5.5.0"', '"4.4.0"'))
    told = desk("validate", "old.xml")
    assert told.code == 5
    assert "old.xml: no verdict for Crossref 4.4.0" in told.out
    assert "--as 5.5.0" in told.out
    assert (
        "old.xml: valid against Crossref 5.5.0, after the conversion"
        in desk("validate", "--as", "5.5.0", "old.xml").out
    )


MIXED = """\

[series.notes]
title = "Island Notes"
prefix = "10.48251"
record_type = "posted"
url = "https://www.example.org/{number}/"
"""


def test_a_mixed_folder_is_built_into_a_folder(desk: Desk) -> None:
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text(encoding="utf-8") + MIXED)
    (desk.folder / "in").mkdir()
    small = "title: Water and fire\npublished: 2024-05-06\nauthors: [{given: Ada, family: Mer}]\n"
    desk.write("in/a.yaml", f"series: notes\nnumber: 1\n{small}")
    desk.write("in/b.yaml", f"series: sadf-comment\nnumber: 901\nurl: https://www.sadf.eu/901/\n{small}")
    desk.write("in/c.yaml", f"series: sadf-comment\nnumber: 902\nurl: https://www.sadf.eu/902/\n{small}")
    desk.write("in/d.yaml", f"series: notes\nnumber: 2\nrecord_type: report-single\n{small}")
    refused = desk("build", "in", "-o", "all.xml")
    assert refused.code == 2
    assert "-o files/" in refused.err
    built = desk("build", "in", "-o", "files/")
    assert built.code == 0
    made = sorted(path.name for path in (desk.folder / "files").iterdir())
    assert made == ["notes-posted_content-10.48251.xml", "notes-report-paper-10.48251.xml", "sadf-comment.xml"]
    assert "sadf-comment.xml: 2 records" in built.err
    assert desk("validate", *(f"files/{name}" for name in made)).code == 0
    assert desk("build", "in", "-o", "files").code == 0


def test_deposit_wait_status_history_and_again(desk: Desk) -> None:
    record = desk.record()
    first = desk("deposit", record.name, "--wait", 30, "--json")
    assert first.code == 0
    entry = first.json["records"][0]
    assert first.json["target"] == "sandbox"
    assert (entry["doi"], entry["state"], entry["outcome"], entry["registered"]) == (DOI, "done", "registered", True)
    assert set(entry["submission"]) == {"file_name", "batch_id", "submission_id", "timestamp"}
    assert len(entry["submission"]["timestamp"]) == 17
    status = desk("status", "--json").json
    assert status["records"][0]["registered"] is True
    story = desk("history", DOI).out
    assert story.index("Sending as") < story.index("Received") < story.index("Registered")
    again = desk("deposit", record.name, "--json")
    assert again.code == 0
    assert again.json["records"][0]["action"] == "unchanged"
    assert len(desk("history", DOI, "--json").json["history"]) == len(story.splitlines()) - 1


def test_a_deposit_is_only_received_until_a_poll_says_more(desk: Desk) -> None:
    desk.write("doideposit.toml", (desk.folder / "doideposit.toml").read_text().replace("hidden = 0", "hidden = 60"))
    sent = desk("deposit", desk.record().name, "--json")
    assert sent.code == 0
    assert sent.json["records"][0]["state"] == "queued"
    assert sent.json["records"][0]["registered"] is False
    waited = desk("deposit", desk.record().name, "--wait", "0.1", "--json")
    assert waited.code == 4
    polled = desk("poll", "--all", "--json")
    assert polled.code == 0
    assert desk("status", DOI, "--json").json["records"][0]["registered"] is False


def test_an_update_is_planned_as_one(desk: Desk) -> None:
    desk("deposit", desk.record().name, "--wait", 30)
    changed = desk.record(title="title: Prospects for relations of NATO and Japan")
    plan = desk("deposit", changed.name, "--dry-run", "--json").json
    assert plan["records"][0]["action"] == "update"
    done = desk("deposit", changed.name, "--wait", 30, "--json")
    assert done.json["records"][0]["message"].strip() == "Successfully updated"


def test_a_dry_run_writes_nothing_down(desk: Desk) -> None:
    plan = desk("deposit", desk.record().name, "--dry-run", "--json")
    assert (plan.code, plan.json["records"][0]["action"]) == (0, "register")
    assert desk("status", "--json").json["records"] == []


def test_a_ready_made_file_is_deposited_with_a_timestamp_of_ours(desk: Desk) -> None:
    desk("build", desk.record().name, "-o", "c258.xml")
    done = desk("deposit", "c258.xml", "--wait", 30, "--json")
    assert done.code == 0
    assert done.json["records"][0]["registered"] is True
    assert desk("deposit", desk.folder / "c258.yaml", "--json").json["records"][0]["action"] == "unchanged"


@pytest.mark.skipif(not SEED.exists(), reason="the document of comment 258 is not on this machine")
def test_from_the_document_to_a_registered_doi(desk: Desk) -> None:
    assert desk("extract", SEED, "-o", "c258.yaml").code == 0
    refused = desk("check", "c258.yaml", "--json")
    assert refused.code == 1
    assert [one["code"] for one in refused.json["records"][0]["findings"] if one["severity"] == "error"] == [
        "url-missing"
    ]
    draft = (desk.folder / "c258.yaml").read_text().splitlines()
    page = "url: https://www.sadf.eu/prospects-for-nato-japan-relations-c258/"
    desk.write("c258.yaml", "\n".join(page if line.startswith("# url:") else line for line in draft) + "\n")
    done = desk("deposit", "c258.yaml", "--wait", 30, "--json")
    assert done.code == 0
    assert done.json["records"][0]["registered"] is True


@pytest.mark.network_loopback
@pytest.mark.slow
def test_the_demo_ends_with_a_registered_doi(desk: Desk) -> None:
    told = desk("demo", "--keep", "demo")
    assert told.code == 0, told.err
    assert f"\n{DOI}  registered" in told.out
    assert "unchanged" in told.out
    assert "~ title: “Prospects for NATO-Japan relations” → “Prospects for relations of NATO and Japan”" in told.out
    assert "- author 1 (Siegfried O. Wolf) loses the affiliation" in told.out
    assert "everything is as it was sent" in told.out
    for name in ("deposit.xml", "doideposit.toml", "doideposit.sqlite3", "comment-258.yaml"):
        assert (desk.folder / "demo" / name).exists()


@pytest.mark.parametrize("command", [("schemas",), ("ledger",), ("config",)])
def test_a_command_alone_shows_its_help(desk: Desk, command: tuple[str, ...]) -> None:
    shown = desk(*command)
    assert shown.code == 2
    assert shown.err.startswith("Usage: doideposit")
    assert shown.err.count("\n") > 5
    assert shown.out == ""


def test_a_registered_doi_keeps_its_record_type(desk: Desk) -> None:
    desk.record()
    assert desk("deposit", "c258.yaml", "--wait", "60").code == 0
    text = (desk.folder / "doideposit.toml").read_text(encoding="utf-8")
    desk.write("doideposit.toml", text.replace('record_type = "report-series"', 'record_type = "journal"'))
    blocked = desk("deposit", "c258.yaml")
    assert blocked.code == 1
    assert f"c258.yaml  plan-record-type (error)  {DOI} is registered as report-series" in blocked.out
    assert "keep report-series" in blocked.out


def test_a_file_that_is_not_there_is_called_so_by_every_command(desk: Desk) -> None:
    for command in ("check", "validate", "deposit"):
        assert "nothing.xml  file-missing (error)  there is no file nothing.xml" in desk(command, "nothing.xml").out
    assert "not valid" not in desk("validate", "nothing.xml").out
    assert "file-is-directory" in desk("validate", ".").out


def test_build_says_what_an_older_schema_cannot_hold(desk: Desk) -> None:
    record = desk.record(url="url: https://www.sadf.eu/c258/\nversion: '1.1'\nfree_to_read: true")
    assert "unsupported-by" not in desk("build", record, "-o", "new.xml").err
    older = desk("build", record, "--schema", "5.3.1", "-o", "old.xml")
    assert older.code == 0
    assert "schema 5.3.1 has no field for a version" in older.err
    assert "schema 5.3.1 has no field for free to read in a report of a series" in older.err
    assert "c258.yaml:" in older.err


def test_build_for_a_schema_there_is_not_names_those_there_are(desk: Desk) -> None:
    refused = desk("build", desk.record(), "--schema", "4.4.2")
    assert refused.code == 2
    assert "5.5.0, 5.4.0, 5.3.1" in refused.err


def test_the_first_line_of_what_init_writes_leads_an_editor_to_the_schema(desk: Desk) -> None:
    assert desk("init", "--preset", "sadf-comment", "-o", "other.toml").code == 0
    first = (desk.folder / "other.toml").read_text(encoding="utf-8").splitlines()[0]
    schema = json.loads(Path(first.removeprefix("#:schema ")).read_text(encoding="utf-8"))
    assert schema["title"] == "doideposit configuration"


def test_init_refuses_to_overwrite_and_to_ask_nobody(desk: Desk) -> None:
    assert desk("init", "--preset", "sadf-comment").code == 2
    assert desk("init", "-o", "other.toml").code == 2
    assert desk("init", "--preset", "sadf-comment", "-o", "other.toml").code == 0
    assert desk("--config", "other.toml", "check", desk.record().name).code == 0
