"""Hostile deposit XML of ten megabytes: each file is answered within ten seconds of work and 300 MB, by a child process."""

from collections.abc import Callable
from pathlib import Path

import pytest

from deposit_heads import HEAD
from doideposit.cli.init import PRESETS
from doideposit.crossref.xml.batch import Built
from doideposit.records.models.series import RecordType
from made_up_records import full_commentary
from measured import measured

pytestmark = [pytest.mark.slow, pytest.mark.acceptance, pytest.mark.timeout(180)]

SIZE = 9_300_000
SECONDS, MEGABYTES = 10, 300
GOOD = Built.of(HEAD, [full_commentary(RecordType.REPORT_SERIES)]).xml.decode()


def many(part: Callable[[int], str]) -> str:
    parts, size, number = [], 0, 0
    while size < SIZE:
        parts.append(part(number))
        size += len(parts[-1])
        number += 1
    return "".join(parts)


def before(mark: str, text: str) -> str:
    assert mark in GOOD
    return GOOD.replace(mark, text + mark, 1)


def within(tag: str, text: str) -> str:
    return GOOD.replace(f"<{tag}", f"<{tag} {text}", 1)


HOSTILE: dict[str, Callable[[], str]] = {
    "namespaces of the root": lambda: within("doi_batch", many(lambda n: f'xmlns:n{n}="urn:{n}" ')),
    "attributes": lambda: within("volume", many(lambda n: f'a{n}="" ')),
    "one long value": lambda: within("volume", f'a="{"x" * SIZE}"'),
    "one long name": lambda: before("<volume>", f"<{'z' * SIZE}/>"),
    "unknown elements": lambda: before("<volume>", many(lambda _: "<z/>")),
    "a namespace each": lambda: before("<volume>", many(lambda n: f'<q{n}:z xmlns:q{n}="urn:{n}"/>')),
    "deep elements": lambda: before("</titles>", "<i>" * 200_000 + "</i>" * 200_000),
    "wrong citations": lambda: before("<citation ", many(lambda n: f'<citation key="k{n}"><doi>z{n}</doi></citation>')),
    "wrong ORCID iDs": lambda: before(
        "</contributors>",
        many(lambda n: f"<person_name><surname>M{n}</surname><ORCID>https://orcid.org/0000-0002-1825-0098</ORCID>"
             "</person_name>"),
    ),
    "one long text": lambda: before("</title>", "a " * (SIZE // 2)),
    "comments": lambda: before("<volume>", many(lambda _: "<!-- x -->")),
    "formulas": lambda: before(
        "</subtitle>",
        f'<m:math xmlns:m="http://www.w3.org/1998/Math/MathML">{many(lambda _: "<m:mi>x</m:mi>")}</m:math>',
    ),
}  # fmt: skip


@pytest.mark.parametrize("command", ["validate", "check"])
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_answered_in_bounded_time_and_memory(name: str, command: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile.xml"
    path.write_text(HOSTILE[name](), encoding="utf-8")
    (tmp_path / "doideposit.toml").write_text(PRESETS["sadf-comment"].configuration_text(), encoding="utf-8")
    done = measured(tmp_path, "--plain", command, str(path))
    said = done.said
    assert done.code in {0, 1}, said[-2000:]
    assert "not foreseen" not in said
    assert done.seconds < SECONDS
    assert done.megabytes < MEGABYTES
    assert said.count("(error)") < 1_000


def test_an_unused_relative_namespace_changes_nothing(tmp_path: Path) -> None:
    from doideposit.crossref.xml.existing import DepositItem

    text = within("doi_batch", 'xmlns:w="word"')
    [item] = DepositItem.read_all(text.encode())
    assert item == DepositItem.read_all(GOOD.encode())[0]
    used = before("</series_metadata>", '<w:x xmlns:w="word"/>')
    assert len(DepositItem.read_all(used.encode())) == 1
