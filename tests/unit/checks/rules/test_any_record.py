"""Whatever a record holds, the rules give findings and never an error, and the same ones every time."""

from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from doideposit.checks.catalogue.entries import CATALOGUE
from doideposit.checks.rules.evaluation import Evaluation
from doideposit.checks.rules.registry import Context
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record
from doideposit.records.models.series import Series

SERIES = [
    Series.model_validate(
        {"name": "a", "title": title, "issn": "2406-5617", "prefix": "10.48251", "record_type": kind, "labels": [title]}
    )
    for title, kind in [("SADF Comment", "report-series"), ("(Notes*", "posted"), ("C", "journal")]
]
ODD = st.sampled_from(
    [
        "Ã©",
        "â€™",
        "&amp;",
        "&lt;i&gt;",
        "**x**",
        "[a](b)",
        "\\emph{x}",
        "{x}",
        "ﬁ",
        "�",
        "а",
        "a- b",
        "12",
        "²023",
        "et al.",
    ]
)
PLAIN = st.sampled_from(["Wolf", "the", "Dr.", "258", "NATO", "Abstract:", "(2023)", "and"])
LETTERS = st.characters(
    exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"], exclude_characters="<\u200b\u2060\ufeff\u00ad"
)
WORDS = st.tuples(PLAIN | ODD, st.lists(ODD | PLAIN | st.text(LETTERS, max_size=8), max_size=6))
TEXTS = WORDS.map(lambda words: " ".join([words[0], *words[1]]))
ADDRESSES = st.sampled_from(["https://", "http://", "ftp://"]).flatmap(
    lambda scheme: st.text(st.sampled_from("abc/.:@[]#?=&%()-_0123456789…é"), min_size=1, max_size=20).map(
        scheme.__add__
    )
)
OPTIONAL_TEXT = st.none() | TEXTS
DATES = st.dates(date(1900, 1, 1), date(2100, 1, 1)).map(str) | st.integers(1900, 2100).map(str)
PEOPLE = st.fixed_dictionaries({"given": OPTIONAL_TEXT, "family": TEXTS, "affiliations": st.lists(TEXTS, max_size=2)})
GROUPS = st.fixed_dictionaries({"organisation": TEXTS})
REFERENCES = st.fixed_dictionaries(
    {"text": TEXTS, "url": st.none() | ADDRESSES, "author": OPTIONAL_TEXT, "year": OPTIONAL_TEXT}
)
RECORDS = st.fixed_dictionaries(
    {
        "series": st.sampled_from(SERIES),
        "number": st.from_regex(r"[A-Za-z0-9][A-Za-z0-9.-]{0,6}[0-9]", fullmatch=True),
        "title": TEXTS,
        "subtitle": OPTIONAL_TEXT,
        "published": DATES,
        "authors": st.lists(PEOPLE | GROUPS, min_size=1, max_size=3),
        "url": st.none() | ADDRESSES,
        "pdf_url": st.none() | ADDRESSES,
        "abstracts": st.lists(TEXTS, max_size=2),
        "references": st.lists(REFERENCES, max_size=3),
        "licences": st.lists(ADDRESSES.map("{}/licence".format), max_size=2),
        "version": OPTIONAL_TEXT,
        "edition": st.none() | st.integers(0, 99).map(str),
    }
)
CONTEXT = Context(date(2026, 9, 1))


def record(data: dict[str, Any]) -> Record | None:
    try:
        return Record(Commentary.model_validate({key: value for key, value in data.items() if value is not None}))
    except ValidationError:
        return None


@pytest.mark.slow
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(RECORDS, min_size=1, max_size=2))
def test_any_record_gives_findings(data: list[dict[str, Any]]) -> None:
    records = [made for one in data if (made := record(one)) is not None]
    for one in records:
        findings = Evaluation(CONTEXT).check(one)
        assert findings == Evaluation(CONTEXT).check(one)
        assert all(finding.code in CATALOGUE and finding.message and finding.where.field for finding in findings)
    assert Evaluation(CONTEXT).check_together(records).keys() <= set(range(len(records)))
