"""A site whose documents are records: checked, deposited and registered where they stand, and never moved."""

import json
from pathlib import Path

import pytest

from desk import DOI, Desk

PAGE = """---
title: Prospects for NATO-Japan relations
author: Siegfried O. Wolf
date: 2023-09-14T10:00:00Z
series: sadf-comment
number: 258
lang: en
url: https://www.sadf.eu/comment-258/
---

Text of the commentary.
"""


def page(desk: Desk, name: str, **changes: str) -> Path:
    lines = PAGE.replace("comment-258", f"comment-{changes.get('number', '258')}").split("\n")
    for key, value in changes.items():
        lines = [f"{key}: {value}" if line.startswith(f"{key}: ") else line for line in lines]
        if f"{key}: {value}" not in lines:
            lines.insert(1, f"{key}: {value}")
    path = desk.folder / "content" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


@pytest.fixture
def site(desk: Desk) -> Desk:
    page(desk, "comments/258.md")
    page(desk, "comments/259.md", number="259", title="Rivers and lists", draft="true")
    page(desk, "comments/260.md", number="260", title="Boats and books", date="2199-01-01")
    (desk.folder / "content" / "about.md").write_text("---\ntitle: About us\n---\n", encoding="utf-8")
    return desk


def test_a_folder_of_a_site_is_checked(site: Desk) -> None:
    told = site("check", "content")
    assert told.code == 0, told.out + told.err
    assert "1 record checked" in told.out
    assert "\n2 documents skipped; --verbose says which, and why\n" in told.out
    document = json.loads(site("check", "content", "--json").out)
    assert document["ok"]
    assert [(Path(row["source"]).name, row["doi"]) for row in document["records"]] == [
        ("258.md", DOI), ("259.md", None), ("260.md", None),
    ]  # fmt: skip
    verbose = site("check", "content", "--verbose")
    assert "\n2 documents skipped\n" in verbose.out
    assert "skipped: this document is not published: `draft: true`" in verbose.out


def test_drafts_and_documents_of_the_future_are_never_sent_and_said_so(site: Desk) -> None:
    files = {path: path.read_bytes() for path in (site.folder / "content").rglob("*.md")}
    told = site("deposit", "content", "--wait", 60)
    assert told.code == 0, told.out + told.err
    assert "skipped: this document is not published: `draft: true`" in told.out
    assert "skipped: this document is dated in the future: `date: 2199-01-01`" in told.out
    assert "1 registered" in told.out
    again = site("deposit", "content")
    assert "nothing to send" in again.out
    assert {path: path.read_bytes() for path in (site.folder / "content").rglob("*.md")} == files


def test_a_draft_that_is_named_is_an_error(site: Desk) -> None:
    told = site("deposit", "content/comments/259.md")
    assert told.code == 1
    assert "document-unpublished" in told.out + told.err
    assert site("check", "content/comments/258.md").code == 0


def test_an_error_in_the_header_is_shown_at_its_line(site: Desk) -> None:
    page(site, "comments/258.md", date="today")
    told = site("check", "content")
    assert told.code == 1
    assert "258.md:4:7" in told.out
    assert "a new date each time the page is built" in told.out


def test_the_scheduled_job_reads_a_site_only_where_it_is_configured(site: Desk) -> None:
    assert site("run").code == 0
    assert json.loads(site("status", "--json").out)["records"] == []
    site.write(
        "doideposit.toml",
        (site.folder / "doideposit.toml").read_text()
        + '\n[site]\nfolders = ["content"]\ntimezone = "Europe/Brussels"\n',
    )
    site("run")
    done = site("run")
    assert done.code == 0, done.out + done.err
    rows = json.loads(site("status", "--json").out)["records"]
    assert [row["doi"] for row in rows] == [DOI]
    page(site, "comments/261.md", number="261", date="sometime")
    broken = site("run")
    assert broken.code == 1
    assert "1 document of the site with errors" in broken.out + broken.err
    assert (site.folder / "content" / "comments" / "258.md").exists()


def test_a_document_in_the_inbox_stays_where_it_is(site: Desk) -> None:
    site("run")
    (site.folder / "inbox" / "258.md").write_text(PAGE, encoding="utf-8")
    site("run")
    assert (site.folder / "inbox" / "258.md").exists()


def test_from_a_folder_to_a_header_with_its_doi(site: Desk) -> None:
    """A publisher's folder of Markdown in git: check, deposit, write back, and the second run has nothing to do."""
    path = site.folder / "content" / "comments" / "258.md"
    before = path.read_bytes()
    assert site("check", "content").code == 0
    early = site("write-back", "content")
    assert (early.code, path.read_bytes()) == (0, before)
    assert "not registered on sandbox" in early.out
    assert site("deposit", "content", "--wait", 60).code == 0
    tried = site("write-back", "content", "--dry-run")
    assert f"+doi: {DOI}" in tried.out
    assert path.read_bytes() == before
    told = site("write-back", "content")
    assert told.code == 0
    assert "1 written" in told.out
    assert path.read_text(encoding="utf-8") == before.decode().replace("comment-258/\n", f"comment-258/\ndoi: {DOI}\n")
    again = site("write-back", "content", "--json").json
    actions = {Path(row["file"]).name: row["action"] for row in again["files"]}
    assert actions["258.md"] == "unchanged"
    assert "nothing to send" in site("deposit", "content").out
    assert [row["action"] for row in site("deposit", "content", "--dry-run", "--json").json["records"]] == [
        "unchanged"
    ] * 3


@pytest.mark.parametrize("work", ["258", DOI, "content/comments/258.md"])
def test_write_back_by_number_doi_or_file(site: Desk, work: str) -> None:
    site("deposit", "content", "--wait", 60)
    if not work.endswith(".md"):
        refused = site("write-back", work)
        assert refused.code == 2
        assert "[site] folders" in refused.err
        site.write(
            "doideposit.toml", (site.folder / "doideposit.toml").read_text() + '\n[site]\nfolders = ["content"]\n'
        )
    assert site("write-back", work).code == 0
    assert f"\ndoi: {DOI}\n" in (site.folder / "content/comments/258.md").read_text()
    for _ in range(2):
        assert site("write-back", work).code == 0


def test_write_back_never_replaces_another_doi(site: Desk) -> None:
    site("deposit", "content", "--wait", 60)
    path = page(site, "comments/258.md", doi="10.5555/other")
    told = site("write-back", "content/comments/258.md")
    assert told.code == 1
    assert "10.5555/other" in path.read_text()
    assert DOI not in path.read_text()


def test_write_back_into_a_record_file_and_not_into_a_table(site: Desk) -> None:
    path = site.record()
    path.write_text("".join(line for line in path.read_text().splitlines(True) if not line.startswith("doi:")))
    site("deposit", path, "--wait", 60)
    before = path.read_text()
    site.write(
        "t.csv",
        'series,number,title,published,authors,url\nsadf-comment,258,A,2023-09-14,"Wolf, S.",https://www.sadf.eu/x/\n',
    )
    assert site("write-back", "c258.yaml").code == 0
    assert f"doi: {DOI}" in path.read_text()
    assert [line for line in path.read_text().splitlines() if not line.startswith("doi: ")] == before.splitlines()
    refused = site("write-back", "t.csv")
    assert refused.code == 1
    assert "edit-impossible" in refused.out
