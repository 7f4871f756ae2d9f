"""`doideposit warnings`, as it is typed."""

from pathlib import Path

import pytest

from desk import DOI, Desk


@pytest.fixture
def terminal(desk: Desk) -> Desk:
    one = desk
    assert one("deposit", one.record(), "--wait", 30).code == 0
    assert one("build", "c258.yaml", "-o", "twin.xml").code == 0
    twin = Path("twin.xml").read_text(encoding="utf-8").replace(DOI, f"{DOI}-twin")
    twin = twin.replace("</resource>", "twin</resource>")
    one.write("twin.xml", twin)
    one("deposit", "twin.xml", "--wait", 30)
    return one


def test_the_command_lists_shows_answers_and_dismisses(terminal: Desk) -> None:
    listed = terminal("warnings")
    assert listed.code == 1
    assert "conflict" in listed.out
    [one] = terminal("warnings", "--json").json["warnings"]
    shown = terminal("warnings", "show", one["id"])
    assert shown.code == 0
    assert "title  the same" in shown.out
    assert "url  different" in shown.out
    assert "doi" in shown.out
    answered = terminal("warnings", "answer", one["id"], "--primary", one["doi"], "-o", "answer.txt")
    assert answered.code == 0
    assert "nothing was sent" in answered.out
    assert Path("answer.txt").read_text(encoding="utf-8").splitlines()[1] == one["doi"]
    again = terminal("warnings", "answer", one["id"], "--both", "-o", "answer.txt")
    assert again.code == 2
    assert terminal("status", "--json").json["warnings"] == 1
    assert terminal("warnings", "dismiss", one["id"], "--reason", "one in print, one online").code == 0
    assert terminal("warnings").code == 0
    assert terminal("warnings", "--all").out.count("dismissed: one in print") == 1
    assert terminal("warnings", "show", "none").code == 2
