"""Headers of documents as records: what each says, at its own lines, and what is never sent."""

import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from doideposit.findings import Finding, Severity
from doideposit.records.origin import RawRecord
from doideposit.records.sources.interface import Reading
from doideposit.records.sources.reading import read_path

CORPUS = Path(__file__).parents[3] / "golden" / "documents" / "headers"
NOW = Reading(datetime(2026, 1, 15, 12, tzinfo=UTC), frozenset({"sadf-comment"}))


def documents() -> list[Path]:
    return sorted(path for path in CORPUS.iterdir() if path.suffix not in {".yaml", ".bib"})


def one(path: Path, reading: Reading = NOW) -> RawRecord | Finding:
    found = list(read_path(path, reading))
    assert len(found) == 1, found
    return found[0]


def record(path: Path, reading: Reading = NOW) -> RawRecord:
    found = one(path, reading)
    assert isinstance(found, RawRecord), found
    return found


def finding(path: Path, reading: Reading = NOW) -> Finding:
    found = one(path, reading)
    assert isinstance(found, Finding), found
    return found


def written(folder: Path, header: str, name: str = "a.md") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(header, encoding="utf-8")
    return path


@pytest.mark.parametrize("path", documents(), ids=lambda path: path.name)
def test_every_field_of_the_corpus(path: Path) -> None:
    expected: dict[str, Any] = yaml.safe_load(path.with_name(f"{path.name}.yaml").read_text(encoding="utf-8"))
    raw = record(path)
    codes = {
        severity: [each.code for each in raw.findings if each.severity is severity]
        for severity in (Severity.ERROR, Severity.WARNING)
    }
    assert codes[Severity.ERROR] == expected.pop("errors", [])
    warned = expected.pop("warnings", [])
    assert [code for code in codes[Severity.WARNING] if code != "header-author-group"] == warned
    found = {key: value for key, value in raw.data.items() if key != "references"}
    assert found == expected


def test_there_are_enough_documents() -> None:
    assert len(documents()) >= 40


HEAD = "---\ntitle: A boat\nauthor: Ana Keller\nseries: sadf-comment\nnumber: 7\n"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("draft: true", "draft: true"),
        ("draft: yes", "draft: yes"),
        ("published: false", "published: false"),
        ("status: draft", "status: draft"),
        ("Status: In review", "In review"),
        ("visibility: private", "private"),
        ("private: true", "private: true"),
        ("build: {render: never}", "build.render: never"),
        ("date: 2026-01-16", "dated in the future"),
        ("date: 16 January 2026", "dated in the future"),
        ("date: 2026-01-15T12:00:01Z", "dated in the future"),
        ("date: 2026-01-15 14:30:00 +0200", "dated in the future"),
        ("publishDate: 2027-01-01", "dated in the future"),
        ("expiryDate: 2025-12-31", "no longer published"),
    ],
)
def test_what_is_not_published_is_never_sent(tmp_path: Path, line: str, reason: str) -> None:
    path = written(tmp_path, f"{HEAD}{line}\n---\ntext\n")
    named = finding(path)
    assert named.code == "document-unpublished"
    assert named.severity is Severity.ERROR
    assert reason in named.message
    assert named.where.line == 6
    passed = finding(tmp_path)
    assert passed.severity is Severity.INFO
    assert passed.message.startswith("skipped: ")


@pytest.mark.parametrize(
    "line",
    [
        "draft: false",
        "published: true",
        "status: final",
        "date: 2026-01-15",
        "date: 2026-01-15T12:00:00Z",
        "date: 2026-01-15 14:00:00 +0200",
        "date: 2026-01",
        "expiryDate: 2026-12-31",
    ],
)
def test_what_is_published_goes(tmp_path: Path, line: str) -> None:
    assert record(written(tmp_path, f"{HEAD}{line}\n---\ntext\n")).data["number"] == "7"


def test_a_day_begins_in_the_zone_of_the_publisher(tmp_path: Path) -> None:
    path = written(tmp_path, f"{HEAD}date: 2026-01-16\n---\ntext\n")
    moment = datetime(2026, 1, 15, 20, tzinfo=UTC)
    assert finding(path, Reading(moment)).code == "document-unpublished"
    assert record(path, Reading(moment.astimezone(timezone(timedelta(hours=5))))).data["number"] == "7"


def test_a_draft_folder_of_jekyll(tmp_path: Path) -> None:
    assert finding(written(tmp_path, f"{HEAD}---\n", "_drafts/a.md")).code == "document-unpublished"


def test_findings_point_at_the_lines_of_the_file(tmp_path: Path) -> None:
    raw = record(
        written(tmp_path, "---\ntitle: A\nauthors:\n  - name: Ana Keller\n    orcid: 0000\nnumber: 7\nseries: x\n---\n")
    )
    places = {
        path: (raw.origin.where(path).line, raw.origin.where(path).column)
        for path in [("title",), ("authors", 0, "orcid"), ("authors", 0, "family"), ("number",)]
    }
    assert places == {
        ("title",): (2, 8),
        ("authors", 0, "orcid"): (5, 12),
        ("authors", 0, "family"): (4, 11),
        ("number",): (6, 9),
    }


def test_a_folder_of_a_site_is_read_in_place(tmp_path: Path) -> None:
    done = "date: 2024-01-01\n---\ntext\n"
    written(tmp_path, HEAD + done, "content/comments/seven.md")
    written(tmp_path, HEAD.replace(": 7", ": 8") + "draft: true\n" + done, "content/comments/eight.md")
    written(tmp_path, "---\ntitle: About us\n---\n", "content/about.md")
    written(tmp_path, "---\ntitle: Part 2\nseries: [Holidays]\nnumber: 2\n---\n", "content/blog/two.md")
    written(tmp_path, "---\ntitle: x\nseries: sadf-coment\nnumber: 9\n---\n", "content/comments/nine.md")
    written(tmp_path, "---\ntitle: [\n---\n", "content/broken.md")
    written(tmp_path, "# no header\n", "README.md")
    found = list(read_path(tmp_path, NOW))
    told = {Path(each.where.file or "").name: (each.code, each.severity) for each in found if isinstance(each, Finding)}
    assert [each.data["number"] for each in found if isinstance(each, RawRecord)] == ["7"]
    assert told == {
        "eight.md": ("document-unpublished", Severity.INFO),
        "nine.md": ("unknown-series", Severity.WARNING),
        "broken.md": ("yaml-syntax", Severity.WARNING),
    }


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("# A title\n\ntext\n", "file-kind", 1),
        ("---\ntitle: A\nauthor: B\n---\n", "header-missing", 1),
        ("---\ntitle: A\nauthor: B\n\ntext\n", "header-missing", 1),
        ("---\ntitle: 'A\nauthor: B\n---\n", "yaml-syntax", 2),
        ("---\ntitle:\t'A'\n\tauthor: B\n---\n", "yaml-syntax", 3),
        ("+++\ntitle = 'A'\nauthor = B\n+++\n", "toml-syntax", 3),
        ("---\n- a\n- b\n---\n", "record-shape", 2),
        ("---\n" + "a: b\n" * 200_000 + "---\n", "header-too-large", 1),
        ("", "file-empty", None),
    ],
)
def test_hostile_and_broken_headers_are_one_clear_finding(
    tmp_path: Path, text: str, code: str, line: int | None
) -> None:
    found = [each for each in read_path(written(tmp_path, text)) if isinstance(each, Finding)]
    assert found[0].code == code
    assert found[0].where.line == line


def test_a_bomb_of_aliases_does_not_go_off(tmp_path: Path) -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
    )
    assert finding(written(tmp_path, f"---\n{bomb}---\n")).code == "too-many-values"


def test_a_key_given_twice_is_an_error_at_the_second(tmp_path: Path) -> None:
    raw = record(written(tmp_path, f"{HEAD}title: B\ndate: 2024-01-01\n---\n"))
    assert [(each.code, each.where.line) for each in raw.findings] == [("duplicate-key", 6)]


@pytest.mark.parametrize(
    "value", ["2024-13-01", "31 February 2024", "sometime", "0000-00-00", "2024/1", "today", "{{ now }}", "[2024]x"]
)
def test_no_date_is_ever_guessed(tmp_path: Path, value: str) -> None:
    raw = record(written(tmp_path, f'{HEAD}date: "{value}"\n---\n'))
    assert "published" not in raw.data or raw.data["published"] in {"2024-13-01", "2024-02-31"}
    assert "published" in raw.data or [each.code for each in raw.findings] == ["header-date"]


def test_the_remarks_of_a_template_are_no_doubt_about_values(tmp_path: Path) -> None:
    text = HEAD.replace(
        "author: Ana Keller\n",
        "authors:\n  - name: Ana Keller\n    affiliation: 1 # (several must be quoted)\naffiliations:\n  - {name: Harbour School, index: 1}\n",
    )
    raw = record(written(tmp_path, f"{text}status: final # or draft\ndate: 2024-01-01 # the day\n---\n"))
    assert raw.findings == ()
    cut = record(written(tmp_path, f"{HEAD.replace('A boat', 'Case #3')}date: 2024-01-01\n---\n"))
    assert [each.code for each in cut.findings] == ["yaml-comment"]


@given(
    st.text("---+{}:[]&*!|>'\"#%@ \n\ttitleauhordnsm0129é\u2028\x00\ufeff", max_size=120),
    st.sampled_from(
        [
            "---\n{}\n---\n",
            "+++\n{}\n+++\n",
            "{}",
            "{{{}}}\n",
            "% {}",
            "<pre>\n{}\n</pre>",
            "title: x\nauthor: {}\ndate: 2020\n",
        ]
    ),
)
def test_no_header_breaks_the_reader(tmp_path_factory: pytest.TempPathFactory, text: str, form: str) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "a.md"
    path.write_bytes(form.format(text).encode("utf-8", "surrogatepass"))
    assert len(list(read_path(path, NOW))) >= 1


@pytest.mark.parametrize("size", [10_000_000])
@pytest.mark.parametrize(
    "form",
    [
        "---\ntitle: {}\n---\n",
        "---\n{}",
        "+++\na = '{}'\n+++\n",
        '{{"a": "{}"}}\n',
        "title: {}\nauthor: A B\ndate: 2020\n",
        "% {}\n",
    ],
)
def test_ten_megabytes_of_header_are_one_finding_in_a_moment(tmp_path: Path, form: str, size: int) -> None:
    path = written(tmp_path, form.format("x" * size))
    begun = time.process_time()
    found = list(read_path(path, NOW))
    assert time.process_time() - begun < 2
    assert [each.code for each in found if isinstance(each, Finding)][:1] in (
        ["header-too-large"],
        ["file-kind"],
        ["header-missing"],
        ["yaml-syntax"],
    )


KEYS = "---\ntitle: A boat\nauthors: [akeller, Zoë Müller]\nseries: sadf-comment\nnumber: 7\ndate: 2024-01-01\n---\n"


@pytest.mark.parametrize("place", ["blog/authors.yml", "authors.yaml", "_data/authors.yml", "data/authors.yml"])
def test_keys_of_authors_are_looked_up_in_the_list_of_the_site(tmp_path: Path, place: str) -> None:
    written(tmp_path, "akeller:\n  name: Ana Keller\n  title: Fellow\n  orcid: 0000-0002-1825-0097\n", place)
    raw = record(written(tmp_path, KEYS, "blog/2024/a.md"))
    assert raw.findings == ()
    assert raw.data["authors"] == [
        {"given": "Ana", "family": "Keller", "orcid": "0000-0002-1825-0097"},
        {"given": "Zoë", "family": "Müller"},
    ]
    assert raw.origin.where(("authors", 0, "family")).line == 3


def test_a_key_that_no_list_has_stays_an_error(tmp_path: Path) -> None:
    written(tmp_path, "bbyron:\n  name: Ada Byron\n", "authors.yml")
    raw = record(written(tmp_path, KEYS))
    assert [(each.code, each.where.line) for each in raw.findings] == [("header-author-key", 3)]
    (tmp_path / "site" / ".git").mkdir(parents=True)
    written(tmp_path, "akeller: {name: Ana Keller}\n", "authors.yml")
    above = record(written(tmp_path, KEYS, "site/a.md"))
    assert [each.code for each in above.findings] == ["header-author-key"]
