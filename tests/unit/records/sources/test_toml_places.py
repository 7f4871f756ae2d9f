"""The lines of a TOML text, compared with what the standard library reads from it."""

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.findings import Loc
from doideposit.records.sources.toml_places import toml_places
from nested_data import leaves

TEXT = """\
# comment with [brackets] and "quotes"
a = 1
"b c" = 'x' # = y

[t.u]
d.e = "f"
d.g = [ 1, # one
  2, ["x", { h = 1 }] ]
long = \"\"\"
[no.table]
i = "no" \"\"\"
[ "t" . 'v' ]
j = { k = "l", m.n = 'o' }
when = 1979-05-27 07:32:00
[[s]]
p = '''q''r'''
[[s]]
p = "\\u00e9"
[s.w]
x = true
[[s.y]]
z = ""
"""


@pytest.mark.parametrize(
    ("loc", "line", "column", "key_line", "key_column", "text_column"),
    [
        (("a",), 2, 5, 2, 1, None),
        (("b c",), 3, 9, 3, 1, 10),
        (("t", "u"), 5, 1, 5, 4, None),
        (("t", "u", "d"), 6, 1, 6, 1, None),
        (("t", "u", "d", "e"), 6, 7, 6, 3, 8),
        (("t", "u", "d", "g", 0), 7, 9, None, None, None),
        (("t", "u", "d", "g", 1), 8, 3, None, None, None),
        (("t", "u", "d", "g", 2, 0), 8, 7, None, None, 8),
        (("t", "u", "d", "g", 2, 1, "h"), 8, 18, 8, 14, None),
        (("t", "u", "long"), 9, 8, 9, 1, None),
        (("t", "v"), 12, 1, 12, 9, None),
        (("t", "v", "j", "m", "n"), 13, 22, 13, 18, 23),
        (("t", "v", "when"), 14, 8, 14, 1, None),
        (("s", 0, "p"), 16, 5, 16, 1, None),
        (("s", 1, "p"), 18, 5, 18, 1, None),
        (("s", 1, "w", "x"), 20, 5, 20, 1, None),
        (("s", 1, "y", 0, "z"), 22, 5, 22, 1, 6),
    ],
)
def test_where_keys_and_values_stand(
    loc: Loc, line: int, column: int, key_line: int | None, key_column: int | None, text_column: int | None
) -> None:
    place = toml_places(TEXT)[loc]
    found = (place.line, place.column, place.key_line, place.key_column, place.text_column)
    assert found == (line, column, key_line, key_column, text_column)


BARE = st.text("abz09-_", min_size=1, max_size=4)
QUOTED = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), max_size=5).map(
    lambda key: '"' + key.replace("\\", "\\\\").replace('"', '\\"') + '"'
)
KEYS = BARE | QUOTED
SCALARS = st.one_of(
    st.sampled_from(
        [
            "1",
            "-1.5e3",
            "true",
            "nan",
            "1979-05-27",
            "07:32:00",
            '"a\\"]#"',
            "'a\"]}'",
            '"""x\n[y]\n"""',
            "'''x''y'''",
            '""',
            "''",
        ]
    ),
    QUOTED,
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ # ]\n" + ",\n".join(items) + "\n]")
        | st.dictionaries(KEYS, inner, max_size=3).map(
            lambda items: "{ " + ", ".join(f"{key} = {value}" for key, value in items.items()) + " }"
        )
    ),
    max_leaves=6,
)
LINES = st.one_of(
    st.tuples(st.lists(KEYS, min_size=1, max_size=2), VALUES).map(lambda line: f"{' . '.join(line[0])} = {line[1]}"),
    st.lists(KEYS, min_size=1, max_size=3).map(lambda keys: f"[{'.'.join(keys)}]"),
    KEYS.map(lambda key: f"[[ {key} ]] # x"),
    st.just("# [x]"),
    st.just(""),
)


@settings(deadline=None, max_examples=300)
@given(st.lists(LINES, max_size=8).map("\n".join))
def test_every_key_that_the_standard_library_reads_has_a_place_where_it_stands(text: str) -> None:
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    places = toml_places(text)
    lines = text.split("\n")
    for loc, _ in leaves(data):
        if not loc:
            continue
        if loc not in places:
            # A table that only longer headings mention, or an array of tables, has no line of its own.
            assert any(other[: len(loc)] == loc for other in places)
            continue
        place = places[loc]
        if isinstance(loc[-1], str) and place.key_line is not None and place.key_column is not None:
            at_key = lines[place.key_line - 1][place.key_column - 1 :]
            assert at_key.startswith((loc[-1], '"'))
