"""`move`: a site moves, its DOIs follow, and every bad row is named before anything is changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from desk import Desk
from moved_site import PREFIX, moved_site, moving_house

pytestmark = pytest.mark.network_loopback


@pytest.fixture
def site() -> Iterator[str]:
    with moved_site() as address:
        yield address


@pytest.fixture
def house(desk: Desk) -> Desk:
    return moving_house(desk, 258, 259, 260)


def url_line(house: Desk, number: int) -> str:
    text = (house.folder / "records" / f"c{number}.yaml").read_text("utf-8")
    return next(line for line in text.splitlines() if line.startswith("url:"))


def test_dois_follow_their_site_and_one_file_leads_back(house: Desk, site: str) -> None:
    rows = "".join(f"{number},{site}/new/{number}\n" for number in (258, 259, 260))
    table = house.write("urls.csv", "number,new\n" + rows)
    result = house("move", table)
    assert result.code == 0, result.out + result.err
    assert f"proved: {PREFIX}258 leads to {site}/new/258" in result.out
    assert "3 DOIs proved to lead to the new address" in result.out
    # The comment stays, and nothing else of the record changes.
    assert url_line(house, 259) == f"url: '{site}/new/259'   # the old site"
    undo = (house.folder / "urls-undo.csv").read_text("utf-8").splitlines()
    assert undo[1:] == [f"{PREFIX}{number},https://www.sadf.eu/comment-{number}/" for number in (258, 259, 260)]
    again = house("move", table)
    assert (again.code, "0 DOIs to move, 3 there already" in again.out) == (0, True)


def test_every_bad_row_is_named_and_the_others_go(house: Desk, site: str) -> None:
    table = house.write(
        "urls.csv",
        f"number,new\n258,{site}/new/258\n259,{site}/gone/259\n260,{site}/other/260\n999,{site}/new/999\n",
    )
    result = house("move", table)
    assert result.code == 1
    assert f"{table}:3: {site}/gone/259: there is no page at this address (HTTP 404)" in result.out
    assert f"{table}:4: {site}/other/260: the page does not show the DOI" in result.out
    assert f"{table}:5: no record file contains 999 and nothing else" in result.out
    assert "1 DOI to move, 3 rows refused" in result.out
    assert url_line(house, 260).startswith("url: https://www.sadf.eu/")
    failed = (house.folder / "urls-failed.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[0] for line in failed[1:]] == ["259", "260", "999"]


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("down", "HTTP 503"),
        ("login", "login"),
        ("circle", "redirects more than 5 times"),
        ("text", "leads to application/pdf"),
        ("endless", "does not show the DOI"),
    ],
)
def test_a_page_that_nobody_could_look_at_moves_nothing(house: Desk, site: str, page: str, words: str) -> None:
    result = house("move", house.write("urls.csv", f"number,new\n258,{site}/{page}/258\n"))
    assert (result.code, words in result.out) == (1, True)
    assert url_line(house, 258).startswith("url: https://www.sadf.eu/")
    assert not (house.folder / "urls-undo.csv").exists()


def test_a_dry_run_changes_nothing(house: Desk, site: str) -> None:
    result = house("move", house.write("urls.csv", f"number,new\n258,{site}/new/258\n"), "--dry-run")
    assert (result.code, "1 DOI to move" in result.out) == (0, True)
    assert url_line(house, 258).startswith("url: https://www.sadf.eu/")


def test_an_old_address_that_is_not_the_registered_one_is_refused(house: Desk, site: str) -> None:
    table = house.write("urls.csv", f"number,old,new\n258,https://elsewhere.example/,{site}/new/258\n")
    result = house("move", table)
    assert "leads to https://www.sadf.eu/comment-258/, not to the old address in this row" in result.out
    assert result.code == 1


def test_a_doi_twice_with_two_addresses_is_refused_whole(house: Desk, site: str) -> None:
    table = house.write("urls.csv", f"number,new\n258,{site}/new/258\n258,{site}/new/259\n")
    result = house("move", table)
    assert (result.code, "0 DOIs to move, 2 rows refused" in result.out) == (1, True)
    assert f"{table}:3: {PREFIX}258 is in line 2 as well" in result.out


def test_what_was_moved_is_moved_back_by_the_undo_file(house: Desk, site: str) -> None:
    assert house("move", house.write("urls.csv", f"number,new\n258,{site}/new/258\n")).code == 0
    undo = house.folder / "urls-undo.csv"
    # The old site is gone here, so its pages are not there to be looked at: the way back is refused, and said.
    back = house("move", undo)
    assert back.code == 1
    assert "https://www.sadf.eu/comment-258/" in back.out


def test_only_addresses_change(house: Desk, site: str) -> None:
    before = house("status", "258", "--json").json
    assert house("move", house.write("urls.csv", f"number,new\n258,{site}/new/258\n")).code == 0
    after = house("status", "258", "--json").json
    assert {key: before["records"][0][key] for key in ("title", "record_type", "series")} == {
        key: after["records"][0][key] for key in ("title", "record_type", "series")
    }
    assert Path(house.folder / "records" / "c258.yaml").read_text("utf-8").count(site) == 1


def test_a_pattern_moves_what_no_other_row_names(house: Desk, site: str) -> None:
    rows = f"https://www.sadf.eu/comment-*/,{site}/new/*\nhttps://www.sadf.eu/comment-260/,{site}/new/260?page=2\n"
    table = house.write("urls.csv", f"old,new\n{rows}https://nowhere.example/*,{site}/new/*\n")
    result = house("move", table)
    assert result.code == 1
    assert f"{table}:4: no registered address matches https://nowhere.example/*" in result.out
    lines = [url_line(house, number) for number in (258, 259, 260)]
    expected = (f"{site}/new/258", f"{site}/new/259", f"{site}/new/260?page=2")
    assert all(url in line for url, line in zip(expected, lines, strict=True)), lines


def test_rows_that_cannot_be_used_are_refused_by_line_and_the_others_go(house: Desk, site: str) -> None:
    house.write("records/c260.yaml", (house.folder / "records/c260.yaml").read_text("utf-8") + "keywords: [rivers]\n")
    changed = (house.folder / "records/c260.yaml").read_text("utf-8").replace("What happened", "What had happened")
    house.write("records/c260.yaml", changed)
    table = house.write(
        "urls.csv",
        f"doi,number,new\nno doi,,{site}/new/1\n,,{site}/new/2\n,259,{site}/new/259\n{PREFIX}259,,{site}/new/9\n"
        f",258,{site}/new/258\n,260,{site}/new/260\n",
    )
    result = house("move", table)
    assert (result.code, "1 DOI to move, 5 rows refused" in result.out) == (1, True), result.out
    for line, words in (
        (2, "is not a DOI"), (3, "neither number nor DOI"), (4, "is in line 5 as well"),
        (5, "is in line 4 as well"), (7, "contains changes that are not deposited"),
    ):  # fmt: skip
        assert any(f"{table}:{line}: " in told and words in told for told in result.out.splitlines()), (line, words)
    failed = (house.folder / "urls-failed.csv").read_text("utf-8").splitlines()
    assert [line.split(",")[1] for line in failed[1:]] == ["no doi", "", "", f"{PREFIX}259", ""]
    assert url_line(house, 260).startswith("url: https://www.sadf.eu/")
    assert f"{site}/new/258" in url_line(house, 258)
