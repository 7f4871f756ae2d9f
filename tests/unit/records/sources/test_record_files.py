"""YAML and JSON as texts with places: what comes back, what is refused, and that nothing breaks the reader."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from doideposit.findings import Finding, Loc
from doideposit.records.origin import RawRecord
from doideposit.records.sources.interface import MAX_DEPTH
from doideposit.records.sources.reading import read_path, read_text
from nested_data import leaves

# What YAML can hold at all, without line breaks that only YAML knows.
CHARACTERS = st.characters(codec="utf-8", exclude_characters="\x85\u2028\u2029\ufeff")
WORDS = st.one_of(
    st.text(CHARACTERS, max_size=12),
    st.sampled_from(
        "no yes 012 3.10 2023-09-14 1e3 0x1F ~x null NULL << = *a &a !x %x @x `x -x ?x :x a: #x 'x \"x |x >x [x {x".split()
    ),
)
KEYS = st.text(CHARACTERS, min_size=1, max_size=8).filter(lambda key: key != "<<")
TREES = st.recursive(
    WORDS | st.none(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=20,
)
RECORDS = st.dictionaries(KEYS, TREES, min_size=1, max_size=5)


def one(text: str, file: str = "c.yaml") -> RawRecord:
    found = read_text(text, file=file)
    assert found.findings == ()
    (record,) = found.records
    return record


def placed(raw: RawRecord) -> dict[Loc, tuple[int, int]]:
    return {loc: (place.line, place.column) for loc, place in raw.origin.places.items()}


def check_places(text: str, raw: RawRecord) -> None:
    """Every value has a place, every key stands where it is said to, and every text column is where the text is."""
    lines = text.split("\n")
    assert set(raw.origin.places) == {loc for loc, _ in leaves(raw.data)}
    for loc, value in leaves(raw.data):
        place = raw.origin.places[loc]
        if place.text_column is not None:
            assert isinstance(value, str) or value is None
            assert lines[place.line - 1][place.text_column - 1 :].startswith(value or "")
        if loc and isinstance(loc[-1], str):
            assert place.key_line is not None
            assert place.key_column is not None
            at_key = lines[place.key_line - 1][place.key_column - 1 :]
            assert at_key.startswith((loc[-1], '"', "'", "? "))


@settings(deadline=None, max_examples=150)
@given(
    RECORDS,
    st.sampled_from([None, '"', "'"]),
    st.sampled_from([None, True, False]),
    st.booleans(),
    st.sampled_from([20, 80, 1000]),
)
def test_what_is_written_as_yaml_comes_back_as_the_same_texts(
    data: dict[str, Any], style: str | None, flow: bool | None, plainly: bool, width: int
) -> None:
    text = yaml.safe_dump(data, default_style=style, default_flow_style=flow, allow_unicode=plainly, width=width)
    raw = one("# a comment\n" + text)
    # In a style with quotes PyYAML writes null with a tag or in quotes; only the plain style tells it from a text.
    assume(style is None or "null" not in text)
    assert raw.data == data
    check_places("# a comment\n" + text, raw)


@settings(deadline=None, max_examples=150)
@given(st.lists(RECORDS, min_size=1, max_size=3), st.sampled_from([None, 0, 2]), st.booleans())
def test_what_is_written_as_json_comes_back_as_the_same_texts(
    data: list[dict[str, Any]], indent: int | None, plainly: bool
) -> None:
    text = json.dumps(data, indent=indent, ensure_ascii=not plainly)
    found = read_text(text, file="c.json")
    assert found.findings == ()
    assert [raw.data for raw in found.records] == data
    assert [raw.origin.index for raw in found.records] == list(range(len(data)))
    for raw in found.records:
        check_places(text, raw)


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("3.10", "3.10"),
        ("012", "012"),
        ("no", "no"),
        ("2023-09-14", "2023-09-14"),
        ("1e3", "1e3"),
        ("0x10", "0x10"),
        ("12:30", "12:30"),
        ("true", "true"),
        ("=", "="),
        ("", None),
        ("~", None),
        ("null", None),
        ('"null"', "null"),
        ("'~'", "~"),
        ('""', ""),
        ("|\n  a\n  b\n", "a\nb\n"),
        (">-\n  a\n  b\n", "a b"),
        ("a\n  b", "a b"),
        (r'"\u00e9\t"', "é\t"),
        ("é😀", "é😀"),
    ],
)
def test_a_scalar_is_the_text_that_stands_there(written: str, read_as: str | None) -> None:
    assert one(f"title: {written}\n").data == {"title": read_as}


@pytest.mark.parametrize(
    ("written", "read_as"),
    [("3.10", "3.10"), ("-0", "-0"), ("1E400", "1E400"), ("true", "true"), ("null", None), ('"\\ud83d\\ude00"', "😀")],
)
def test_a_json_scalar_keeps_its_digits(written: str, read_as: str | None) -> None:
    assert one(f'{{"title": {written}}}', "c.json").data == {"title": read_as}


def test_the_name_decides_between_yaml_and_json_and_the_first_character_where_it_does_not() -> None:
    assert one("[{number: 012}]", "c.yaml").data == {"number": "012"}
    assert one('{"number": "\\/"}', "-").data == {"number": "/"}
    assert one("number: 012", "-").data == {"number": "012"}
    assert [finding.code for finding in read_text("number: 1", file="c.json").findings] == ["json-syntax"]


def test_places_count_characters_and_lines_as_editors_do() -> None:
    raw = one('title: "😀é"\na: 1\nb: "x\u2028y"\r\nc: [é, {d: 2}]\n')
    assert placed(raw) == {
        (): (1, 1),
        ("title",): (1, 8),
        ("a",): (2, 4),
        ("b",): (3, 4),
        ("c",): (4, 4),
        ("c", 0): (4, 5),
        ("c", 1): (4, 8),
        ("c", 1, "d"): (4, 12),
    }


def test_the_place_of_a_key_and_of_its_value_differ() -> None:
    raw = one("a:\n  long key:\n    - x\n")
    assert str(raw.origin.where(("a", "long key"))) == "c.yaml:3:5 a.long key"
    assert str(raw.origin.where(("a", "long key"), key=True)) == "c.yaml:2:3 a.long key"
    assert str(raw.origin.where(("a", "missing", 3))) == "c.yaml:2:3 a.missing[3]"


@pytest.mark.parametrize(
    ("text", "indices"),
    [
        ("a: 1\n", [None]),
        ("- a: 1\n", [0]),
        ("- a: 1\n- a: 2\n", [0, 1]),
        ("a: 1\n---\na: 2\n", [0, 1]),
        ("---\na: 1\n...\n---\n- a: 2\n- a: 3\n", [0, 1, 2]),
        ("%YAML 1.1\n---\na: 1\n", [None]),
    ],
)
def test_one_record_or_several(text: str, indices: list[int | None]) -> None:
    found = read_text(text, file="c.yaml")
    assert found.findings == ()
    assert [raw.origin.index for raw in found.records] == indices


@pytest.mark.parametrize("text", ["# nothing\n", "---\n", "[]", "--- []\n", "null"])
def test_a_text_without_records_says_so(text: str) -> None:
    found = read_text(text, file="c.yaml")
    assert found.records == ()
    assert [finding.code for finding in found.findings] == ["no-record"]


def test_what_is_no_record_is_named_and_the_others_are_read() -> None:
    found = read_text("- a: 1\n- x\n- [y]\n-\n- b: 2\n", file="c.yaml")
    assert [raw.data for raw in found.records] == [{"a": "1"}, {"b": "2"}]
    assert [raw.origin.index for raw in found.records] == [0, 4]
    assert [(finding.code, finding.where.line) for finding in found.findings] == [
        ("record-shape", line) for line in (2, 3, 4)
    ]


def test_a_long_list_of_what_is_no_record_is_counted() -> None:
    found = read_text("[" + "1," * 5000 + "1]", file="c.json")
    assert len(found.findings) == 21
    assert "4981 more" in found.findings[-1].message


SYNTAX = [
    ("title: NATO: Tokyo\n", 1, 12, "colon", "quotes"),
    ("a: 1\ntitle: 'x\nb: 2\n", 2, 8, "never closed", "close"),
    ('title: "x\n', 1, 8, "never closed", "close"),
    ("a: [1, 2\nb: 3\n", 2, 2, "brackets", "close the bracket"),
    ("a: {b: 1\n", 1, 9, "brackets", "close the bracket"),
    ("a: 1\n\tb: 2\n", 2, 1, "tab", "spaces"),
    ("a: @x\n", 1, 4, "start with this character", "quotes"),
    ("a: 'x' y\n", 1, 8, "apostrophe", "quotes"),
    ("a: 1\nfoo\nb: 2\n", 3, 1, "colon is missing", "key: value"),
    ('a: "\\q"\n', 1, 5, "backslash", "two backslashes"),
    ("a: - b\n", 1, 4, "list cannot start", "next line"),
    ("a: 1\n- b\n", 2, 1, "neither", "align the keys"),
    ("- a: 1\nb: 1\n", 2, 1, "hyphen", "indent"),
    ("a: !x!y z\n", 1, 4, "tag", "quotes"),
    ("a: &\n", 1, 5, "start with & or *", "quotes"),
    ("a: |x\n", 1, 5, "next line", "indented"),
    ('a: "x\u2028y"\nb: c: d\n', 2, 5, "colon", "quotes"),
    ("a: [1\n\n", 1, 6, "brackets", "close"),
    ("%YAML 3.0\n---\na: 1\n", 1, 1, "directive", "delete the line"),
]


@pytest.mark.parametrize(("text", "line", "column", "message", "hint"), SYNTAX)
def test_a_syntax_error_of_yaml_is_one_finding_in_plain_words(
    text: str, line: int, column: int, message: str, hint: str
) -> None:
    found = read_text(text, file="c.yaml")
    assert found.records == ()
    (finding,) = found.findings
    assert (finding.code, finding.where.line, finding.where.column) == ("yaml-syntax", line, column)
    assert message in finding.message
    assert hint in finding.hint
    assert "nothing in this file was read" in finding.hint
    assert finding.original


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ('{"a": 1,\n "b" 2}', 2, 6, "colon"),
        ('{"a": 1\n "b": 2}', 2, 2, "comma"),
        ("{'a': 1}", 1, 2, "double quotes"),
        ('{"a": "x}', 1, 7, "never closed"),
        ('{"a": "x\ty"}', 1, 9, "tab"),
        (r'{"a": "\q"}', 1, 8, "backslash"),
        ('{"a": 1} {"b": 2}', 1, 10, "after the end"),
        ('{"a": }', 1, 7, "value is expected"),
        ("", 1, 1, "value is expected"),
    ],
)
def test_a_syntax_error_of_json_is_one_finding_in_plain_words(text: str, line: int, column: int, message: str) -> None:
    found = read_text(text, file="c.json")
    assert found.records == ()
    (finding,) = found.findings
    assert (finding.code, finding.where.line, finding.where.column) == ("json-syntax", line, column)
    assert message in finding.message


def test_json_that_only_python_reads_is_refused() -> None:
    assert [finding.message for finding in read_text('{"a": NaN}', file="c.json").findings] == [
        "NaN is not allowed in JSON"
    ]


@pytest.mark.parametrize(
    ("text", "code", "line", "column", "field"),
    [
        ("a: 1\nb: 2\na: 3\n", "duplicate-key", 3, 1, "a"),
        ("a: &a 1\nb: 2\na: *a\n", "duplicate-key", 3, 1, "a"),
        ("l:\n - k: 1\n   k: 2\n", "duplicate-key", 3, 4, "l[0].k"),
        ('{"a": 1,\n "a": 2}', "duplicate-key", 2, 2, "a"),
        ('{"l": [{"k": 1, "k": 2}]}', "duplicate-key", 1, 17, "l[0].k"),
        ("a: !!python/object/apply:os.system [x]\n", "yaml-tag", 1, 4, "a"),
        ("a: !!str 1\n", "yaml-tag", 1, 4, "a"),
        ("b: &x {c: 1}\na:\n  <<: *x\n", "yaml-merge-key", 3, 3, "a"),
        ("a: *nobody\n", "yaml-alias", 1, 4, "a"),
        ("a: &x [*x]\n", "yaml-alias", 1, 8, "a[0]"),
    ],
)
def test_what_a_record_may_not_hold_is_a_finding_of_that_record(
    text: str, code: str, line: int, column: int, field: str
) -> None:
    found = read_text(text, file="c.json" if text.startswith("{") else "c.yaml")
    assert found.findings == ()
    (raw,) = found.records
    (finding,) = raw.findings
    assert (finding.code, finding.where.line, finding.where.column, finding.where.field) == (code, line, column, field)


def test_an_alias_stands_for_the_value_and_points_at_it() -> None:
    raw = one("a: &x\n  b: [c]\nd: *x\n")
    assert raw.data == {"a": {"b": ["c"]}, "d": {"b": ["c"]}}
    place = raw.origin.places["d", "b", 0]
    assert (place.line, place.column) == (2, 7)
    assert raw.origin.places["d",].key_line == 3


def test_anchors_do_not_reach_into_the_next_document() -> None:
    first, second = read_text("a: &x [c]\n---\nb: *x\n", file="c.yaml").records
    assert first.findings == ()
    assert [finding.code for finding in second.findings] == ["yaml-alias"]


def test_a_billion_laughs_are_not_laughed() -> None:
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    started = time.process_time()
    found = read_text("\n".join(lines), file="c.yaml")
    assert [finding.code for finding in found.findings] == ["too-many-values"]
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    ("text", "file"),
    [
        ("[" * 10_000, "c.yaml"),
        ("a: " + "{b: " * 10_000, "c.yaml"),
        ("- " * 10_000 + "x", "c.yaml"),
        ("a: " + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1), "c.yaml"),
        ("[" * 100_000 + "]" * 100_000, "c.json"),
        ('{"a":' + "[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1) + "}", "c.json"),
        ("a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [[[*a{n - 1}]]]\n" for n in range(1, 20)), "c.yaml"),
    ],
)
def test_what_lies_too_deep_is_one_finding(text: str, file: str) -> None:
    found = read_text(text, file=file)
    assert found.records == ()
    assert [finding.code for finding in found.findings] == ["too-deep"]


def test_a_control_character_stays_in_its_value_and_hides_nothing() -> None:
    raw = one('a: "x\x01y"\n# \x02\nb: z\x03\ufdd0\n')
    assert raw.data == {"a": "x\x01y", "b": "z\x03\ufdd0"}
    assert raw.origin.places["a",].text_column == 5


@settings(deadline=None, max_examples=200)
@given(
    st.text(st.sampled_from("ab:- \n\t'\"[]{},#&*!|>?%@`\\x0<~\x00\x07é\ud800\ufeff\u2028"), max_size=40), st.booleans()
)
def test_no_text_breaks_the_reader(text: str, as_json: bool) -> None:
    found = read_text(text, file="c.json" if as_json else "c.yaml")
    assert found.records or found.findings
    for raw in found.records:
        assert isinstance(raw.data, dict)
        assert () in raw.origin.places


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=60), st.sampled_from([".yaml", ".json"]))
def test_no_bytes_break_the_reader(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"bytes{suffix}"
    path.write_bytes(data)
    found = list(read_path(path))
    assert found
    assert all(each.where.file == str(path) for each in found if isinstance(each, Finding))


def test_a_file_of_200_mb_is_refused_without_being_read(tmp_path: Path) -> None:
    path = tmp_path / "big.yaml"
    with path.open("wb") as stream:
        stream.truncate(200_000_000)
    started = time.process_time()
    (finding,) = read_path(path)
    assert isinstance(finding, Finding)
    assert finding.code == "file-too-large"
    assert time.process_time() - started < 0.1
