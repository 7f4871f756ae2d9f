"""Edits of single values: what is asked for changes, and nothing else, in every form of file people have."""

import stat
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from doideposit.cli.init import PRESETS
from doideposit.findings import Finding
from doideposit.records.editing.edits import Append, Edit, Remove, Set
from doideposit.records.editing.files import Editable, Edited

DOI = "10.5555/c7"


def edited(path: Path, text: str | bytes, *edits: Edit) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    source = Editable.open(path)
    assert not isinstance(source, Finding), source
    result = source.edit(*edits)
    assert isinstance(result, Edited), result
    return result.text


def refused(path: Path, text: str | bytes, *edits: Edit) -> str:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    source = Editable.open(path)
    if isinstance(source, Finding):
        return source.message
    result = source.edit(*edits)
    assert isinstance(result, Finding)
    assert path.read_bytes() == (text.encode() if isinstance(text, str) else text)
    return result.message


YAML = [
    ("title: A\n", Set(("doi",), DOI), "title: A\ndoi: 10.5555/c7\n"),
    ("title: A", Set(("doi",), DOI), "title: A\ndoi: 10.5555/c7"),
    ("title: A  # kept\n\n# and this\n", Set(("doi",), DOI), "title: A  # kept\ndoi: 10.5555/c7\n\n# and this\n"),
    ("doi:   # to come\ntitle: A\n", Set(("doi",), DOI), "doi: 10.5555/c7   # to come\ntitle: A\n"),
    ('doi: "old"   # why\n', Set(("doi",), DOI), 'doi: "10.5555/c7"   # why\n'),
    ("'doi' : 'old'\n", Set(("doi",), DOI), "'doi' : '10.5555/c7'\n"),
    ("title: A\nnumber: 7\n", Set(("title",), "B: C #1"), "title: 'B: C #1'\nnumber: 7\n"),
    ("title: >\n  Long\n  text\n\nnumber: 7\n", Set(("title",), "B"), "title: B\n\nnumber: 7\n"),
    ("a: 1\ntext: |\n  x\n  y\n", Set(("doi",), DOI), "a: 1\ntext: |\n  x\n  y\ndoi: 10.5555/c7\n"),
    ("a: 1\ntext: |+\n  x\n\n\n", Set(("doi",), DOI), "a: 1\ntext: |+\n  x\n\n\ndoi: 10.5555/c7\n"),
    ("authors:\n- given: A\n  family: B\n", Set(("authors", 0, "orcid"), "x"), "authors:\n- given: A\n  family: B\n  orcid: x\n"),
    ("authors:\n    -   family: B\n", Append(("authors",), {"family": "C"}), "authors:\n    -   family: B\n    - family: C\n"),
    ("keywords: [a, b]\n", Append(("keywords",), "c"), "keywords: [a, b, c]\n"),
    ("keywords: [\n  a,\n  b\n]\n", Append(("keywords",), "c"), "keywords: [\n  a,\n  b,\n  c\n]\n"),
    ("keywords: []\nz: 1\n", Append(("keywords",), "c"), "keywords:\n- c\nz: 1\n"),
    ("z: 1\n", Append(("remove",), "abstracts"), "z: 1\nremove:\n- abstracts\n"),
    ("keywords: [a, b, c]\n", Remove(("keywords", 0)), "keywords: [b, c]\n"),
    ("keywords: [a, b, c]\n", Remove(("keywords", 2)), "keywords: [a, b]\n"),
    ("a: 1\nb:\n  - x\n  - y\nc: 3\n", Remove(("b",)), "a: 1\nc: 3\n"),
    ("b:\n  - x\n  # about y\n  - y\nc: 3\n", Remove(("b", 1)), "b:\n  - x\n  # about y\nc: 3\n"),
    ("b:\n  - x\nc: 3\n", Remove(("b", 0)), "b:\n  []\nc: 3\n"),
    ("a:\n- k: 1\n  m: 2\n", Remove(("a", 0, "k")), "a:\n- m: 2\n"),
    ("a: {x: 1, y: 2}\n", Set(("a", "z"), "3"), "a: {x: 1, y: 2, z: '3'}\n"),
    ("- title: A\n- title: B\n", Set((1, "doi"), DOI), "- title: A\n- title: B\n  doi: 10.5555/c7\n"),
    ("title: A\n---\ntitle: B\n", Set((0, "doi"), DOI), "title: A\ndoi: 10.5555/c7\n---\ntitle: B\n"),
    ("refs:\n  - text: a\n    url: u\nz: 1\n", Set(("refs", 0), {"text": "b"}), "refs:\n  - text: b\nz: 1\n"),
    ("title: \U0001d5d4 b\n", Set(("doi",), DOI), "title: \U0001d5d4 b\ndoi: 10.5555/c7\n"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "edit", "after"), YAML)
def test_yaml_changes_only_where_it_was_asked_for(tmp_path: Path, before: str, edit: Edit, after: str) -> None:
    assert edited(tmp_path / "record.yaml", before, edit) == after


@pytest.mark.parametrize(("before", "edit", "after"), YAML)
def test_line_ends_of_windows_stay(tmp_path: Path, before: str, edit: Edit, after: str) -> None:
    before, after = (text.replace("\n", "\r\n") for text in (before, after))
    if "\r\n" in before:
        assert edited(tmp_path / "record.yaml", before, edit) == after


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        ('{"title": "A"}', Set(("doi",), DOI), '{"title": "A", "doi": "10.5555/c7"}'),
        ('{\n  "title": "A"\n}\n', Set(("doi",), DOI), '{\n  "title": "A",\n  "doi": "10.5555/c7"\n}\n'),
        ('{\n\t"title": "ä"\n}', Set(("title",), "ü"), '{\n\t"title": "ü"\n}'),
        ('{"k": ["a"]}', Append(("k",), {"text": "b"}), '{"k": ["a", {"text": "b"}]}'),
    ],
)
def test_json_stays_json(tmp_path: Path, before: str, edit: Edit, after: str) -> None:
    assert edited(tmp_path / "record.json", before, edit) == after


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        ('title = "A"  # kept\n\n[x]\ny = 1\n', Set(("doi",), DOI), 'title = "A"  # kept\ndoi = "10.5555/c7"\n\n[x]\ny = 1\n'),
        ("a  =  1 # c\n", Set(("a",), 2), "a  =  2 # c\n"),
        ("[series.x]\n# c\ntitle = 'T'\n", Set(("series", "x", "doi"), DOI), "[series.x]\n# c\ntitle = 'T'\ndoi = \"10.5555/c7\"\n"),
        ("k = ['a']\n", Append(("k",), "b"), "k = ['a', \"b\"]\n"),
        ("a = 1\nb = 2\n", Remove(("a",)), "b = 2\n"),
        ("a = 1\r\nb = 2\r\n", Set(("doi",), DOI), 'a = 1\r\nb = 2\r\ndoi = "10.5555/c7"\r\n'),
    ],
)  # fmt: skip
def test_toml_keeps_layout_and_comments(tmp_path: Path, before: str, edit: Edit, after: str) -> None:
    assert edited(tmp_path / "doideposit.toml", before, edit) == after


@pytest.mark.parametrize(
    ("header", "after"),
    [
        ("---\ntitle: A # c\n---\n", "---\ntitle: A # c\ndoi: 10.5555/c7\n---\n"),
        ("---\r\ntitle: A\r\n---\r\n", "---\r\ntitle: A\r\ndoi: 10.5555/c7\r\n---\r\n"),
        ("---\ntitle: A\n...\n", "---\ntitle: A\ndoi: 10.5555/c7\n...\n"),
        ("---\n---\n", "---\ndoi: 10.5555/c7\n---\n"),
        ("---\nDOI: ''\ntitle: A\n---\n", "---\nDOI: '10.5555/c7'\ntitle: A\n---\n"),
        ('+++\ntitle = "A"\n[params]\nx = 1\n+++\n', '+++\ntitle = "A"\ndoi = "10.5555/c7"\n[params]\nx = 1\n+++\n'),
        ('{\n  "title": "A"\n}\n', '{\n  "title": "A",\n  "doi": "10.5555/c7"\n}\n'),
        ("Title: A\nAuthor: B C\nCreated: 2020-01-01\n", "Title: A\nAuthor: B C\nCreated: 2020-01-01\nDOI: 10.5555/c7\n"),
        ("title: A\nauthor: B C\n  and D E\ndate: 2020\n", "title: A\nauthor: B C\n  and D E\ndate: 2020\ndoi: 10.5555/c7\n"),
        (
            "<pre>\n  PEP: 7\n  Title: A\n  Author: B C\n</pre>\n",
            "<pre>\n  PEP: 7\n  Title: A\n  Author: B C\n  DOI: 10.5555/c7\n</pre>\n",
        ),
    ],
)  # fmt: skip
def test_headers_of_documents(tmp_path: Path, header: str, after: str) -> None:
    body = "\n# Text\n\ndoi: not here\n\n---\n"
    assert edited(tmp_path / "post.md", header + body, Set(("doi",), DOI)) == after + body


@pytest.mark.parametrize(
    ("name", "text", "edit", "reason"),
    [
        ("r.yaml", "a: &x [1]\nb: *x\n", Append(("b",), "2"), "alias"),
        ("r.yaml", "a: &x {y: 1}\nb: *x\n", Set(("b", "y"), "2"), "alias"),
        ("r.yaml", "a: &x 1\nb: *x\n", Set(("a",), "2"), "without touching something else"),
        ("r.yaml", "a: 1\n", Remove(("b",)), "there is no `b`"),
        ("r.yaml", "a: 1\n", Append(("a",), "x"), "not a list"),
        ("r.yaml", "a: [1\n", Set(("b",), "2"), "not closed"),
        ("r.yaml", "a: 1\n", Set(("x", "y"), "2"), "there is no `x`"),
        ("r.csv", "a,b\n1,2\n", Set(("a",), "2"), "table"),
        ("r.toml", "a = \n", Set(("a",), "2"), "not TOML"),
        ("r.json", "{'a': 1}", Set(("a",), "2"), "not JSON"),
        ("post.md", "# A title\n\ntext\n", Set(("doi",), DOI), "no header"),
        ("post.md", "% A title\n% A. Name\n% 2020\n", Set(("doi",), DOI), "title block"),
        ("post.md", "Title: A\nAuthor: B C\nDate: 2020\n", Append(("x",), "y"), "one text for each key"),
        ("post.md", b"---\ntitle: \xff\n---\n", Set(("doi",), DOI), "not UTF-8"),
    ],
)
def test_what_cannot_be_edited_is_said_and_left_alone(
    tmp_path: Path, name: str, text: str | bytes, edit: Edit, reason: str
) -> None:
    assert reason in refused(tmp_path / name, text, edit)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encoding_mark_and_mode_stay(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "post.md"
    path.write_bytes("---\r\ntitle: Žižek\r\n---\r\ntext".encode(encoding))
    path.chmod(0o640)
    source = Editable.open(path)
    assert not isinstance(source, Finding)
    result = source.edit(Set(("doi",), DOI))
    assert isinstance(result, Edited)
    assert result.save() is None
    assert path.read_bytes() == f"---\r\ntitle: Žižek\r\ndoi: {DOI}\r\n---\r\ntext".encode(encoding)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.yaml").write_text("a: 1\n")
    link = tmp_path / "link.yaml"
    link.symlink_to("real.yaml")
    source = Editable.open(link)
    assert not isinstance(source, Finding)
    result = source.edit(Set(("a",), 2))
    assert isinstance(result, Edited)
    assert result.save() is None
    assert link.is_symlink()
    assert (tmp_path / "real.yaml").read_text() == "a: 2\n"


def test_a_file_that_somebody_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("a: 1\n")
    source = Editable.open(path)
    assert not isinstance(source, Finding)
    result = source.edit(Set(("a",), "2"))
    assert isinstance(result, Edited)
    path.write_text("a: 1\nb: theirs\n")
    finding = result.save()
    assert finding is not None
    assert finding.code == "file-changed"
    assert path.read_text() == "a: 1\nb: theirs\n"


def same(one: str, other: str) -> int:
    """How many characters two texts have in common at the beginning."""
    return next(
        (place for place, pair in enumerate(zip(one, other, strict=False)) if pair[0] != pair[1]),
        min(len(one), len(other)),
    )


SCALARS = st.text("ab é:#-'\"[]{}&*!|>%@`,?\n\t12.~", min_size=1, max_size=12)
KEYS = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3), max_leaves=6
)
LAYOUTS = st.sampled_from(
    [{"indent": 2}, {"indent": 6}, {"default_flow_style": True}, {"default_style": '"'}, {"width": 20}]
)


@given(
    data=st.dictionaries(KEYS, VALUES, min_size=1, max_size=5),
    layout=LAYOUTS,
    value=VALUES,
    crlf=st.booleans(),
    draw=st.data(),
)
def test_everything_but_the_edited_value_is_the_same_byte_by_byte(
    tmp_path_factory: pytest.TempPathFactory,
    data: dict[str, Any],
    layout: dict[str, Any],
    value: Any,
    crlf: bool,
    draw: st.DataObject,
) -> None:
    text = yaml.safe_dump(data, **({"allow_unicode": True, "default_flow_style": False} | layout))
    text = text.replace("\n", "\r\n") if crlf else text
    key = draw.draw(st.sampled_from(sorted(data)) | KEYS)
    path = tmp_path_factory.mktemp("edit") / "r.yaml"
    after = edited(path, text, Set((key,), value))
    # What was written before and behind the value is still there: the new text is the old one with one piece exchanged.
    ahead = same(text, after)
    behind = same(text[ahead:][::-1], after[ahead:][::-1])
    lost = text[ahead : len(text) - behind]
    others = {name: each for name, each in yaml.safe_load(after).items() if name != key}
    assert others == {name: each for name, each in yaml.safe_load(text).items() if name != key}
    if key not in data:
        assert not lost.strip("}\r\n")


EDITS = st.builds(
    lambda make, loc, value: make(loc) if make is Remove else make(loc, value),
    st.sampled_from([Set, Append, Remove]),
    st.lists(st.sampled_from(["a", "b", "doi"]) | st.integers(0, 2), min_size=1, max_size=3).map(tuple),
    st.sampled_from(["x", {"k": "v"}, ["p", "q"], 7, True, None]),
)
PIECES = st.lists(
    st.sampled_from(["a", "b", ": ", ":", "- ", "\n", "\n  ", "\n- ", "[", "]", "{", "}", ", ", "'", '"', "# c", "&x ", "*x", "|", "|+", ">", "\r\n", "---", "=", "= 1", '= "y"', "[t]\n", "[[t]]\n", "+++", "\t", "é"]),
    max_size=24,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("loc", [("a",), (0, 1), (7,), (0, "a", "b")])
def test_what_holds_no_such_place_is_refused_whatever_stands_there(tmp_path: Path, loc: tuple[str | int, ...]) -> None:
    path = tmp_path / "r.yaml"
    path.write_text("- a: x\n")
    source = Editable.open(path)
    assert not isinstance(source, Finding)
    for edit in (Append(loc, "x"), Set(loc, "x"), Remove(loc)):
        assert isinstance(source.edit(edit), Finding)
    assert path.read_text() == "- a: x\n"


@given(
    text=PIECES,
    edit=EDITS,
    name=st.sampled_from(["r.yaml", "r.json", "r.toml", "p.md"]),
    fence=st.sampled_from(["{}", "---\n{}\n---\n", "+++\n{}\n+++\n"]),
)
def test_any_text_is_edited_or_refused_and_never_breaks(
    tmp_path_factory: pytest.TempPathFactory, text: str, edit: Edit, name: str, fence: str
) -> None:
    path = tmp_path_factory.mktemp("edit") / name
    path.write_bytes(fence.format(text).encode())
    source = Editable.open(path)
    if isinstance(source, Finding):
        return
    result = source.edit(edit)
    if isinstance(result, Edited):
        assert result.save() is None
        assert not isinstance(Editable.open(path), Finding)


@pytest.mark.parametrize("preset", sorted(PRESETS))
@pytest.mark.parametrize(
    "edit", [Set(("target",), "test"), Set(("series", "new"), {"title": "T"}), Set(("depositor", "name"), "N")]
)
def test_a_configuration_changes_only_there(tmp_path: Path, preset: str, edit: Edit) -> None:
    text = PRESETS[preset].configuration_text()
    after = edited(tmp_path / "doideposit.toml", text, edit)
    ahead = same(text, after)
    behind = same(text[ahead:][::-1], after[ahead:][::-1])
    lost = text[ahead : len(text) - behind]
    assert "\n" not in lost.strip()
    assert [line for line in text.splitlines() if line.startswith("#")] == [
        line for line in after.splitlines() if line.startswith("#")
    ]
