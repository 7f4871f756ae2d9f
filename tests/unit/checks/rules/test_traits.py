"""A rule that is not asked about a record would have had nothing to say about it."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from doideposit.checks import RECORD_RULES, Context, Rule, check
from doideposit.checks.rules.evaluation import rules_for
from doideposit.checks.rules.survey import TRAITS, survey
from doideposit.checks.rules.work import Work
from doideposit.records.models.commentary import Commentary
from doideposit.records.models.record import Record
from rule_examples import commentary, loaded
from strategies import commentaries

CONTEXT = Context(date(2026, 9, 1))
ORDINARY: dict[str, Any] = {
    "number": "7",
    "title": "What the ferry brings, and what it takes away",
    "published": "2024-05-06",
    "authors": [
        {
            "given": "Ada",
            "family": "Mariner",
            "orcid": "0000-0002-1825-0097",
            "affiliations": [{"name": "Institute of Made-up Affairs", "ror": "02twcfp32"}],
        }
    ],
    "url": "https://www.island-institute.net/notes/7/",
    "licences": ["https://creativecommons.org/licenses/by/4.0/"],
    "abstracts": ["The ferry runs twice a week. This note asks what changes on the island when it runs every day."],
    "references": [
        {
            "type": "web_resource",
            "author": "Mariner",
            "year": year,
            "journal_title": "The Tide",
            "text": f"Mariner, A. ({year}, May 3). {word} of the outer islands. The Tide.",
            "url": f"https://www.tide-of-the-islands.net/archive/{year}/{word}-7",
        }
        for word, year in (("harbours", "2019"), ("lanterns", "2021"), ("markets", "2024"))
    ],
}
MANY = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
# What trips up shortcuts: other forms of i, s and k, which patterns take for the letters and lower() does not;
# letters outside ASCII; words and marks that rules look for, in places where they do not look for them.
ODD = st.sampled_from(
    "ı İ ſ K ß ẞ ü É ﬁ а Ã â€ \ufffd \ue000 日本 ² ٣ … ... [..] .. ? ?? - -- — – : ; , . ' \" “ „ « ( ) [ ] { } / // \\ | & # % "
    "* ** _ __ ` `` ]( < > © @ &amp; &lt;i&gt; <i>x</i> <b> 10. 10.1234/x .org/10. https:// http:// www. doi.org ://a ?p=1 "
    "Etal otherſ Anonymouſ AN unknown admın staff nn Forum Team Dr Dr. Prof Amb PhD M.A. III Jr. van der and und et al. "
    "ibid ıbid. Ibid. Reference Referenceſ: notes Sourceſ 1. [1] (1) 3) n.d. 2023 2023a 1399 2200 999 Washington D.V. "
    "Abstract Abstract: Zusammenfassung Keywords: Keywordſ: tags: Read More read more continue reading Copyright rıghts "
    "todo XXX FIXME FİXME lorem ipsum [insert example your draft preview dev. .lan .local :80 Avenue Straße Straat 1210 "
    "Director of Research untitled Test TBA COMMENT Comment 258 C258 -C258 #258 Wolf September".split()
) | st.sampled_from(["- ", " - ", "\n", "\n\n", " and ", "; ", " / ", ": ", "lorem ipsum", "to be announced"])


def silent(work: Work) -> list[str]:
    """The rules that are not asked, and yet have something to say."""
    asked = rules_for(survey(work))
    return [rule.code for rule in RECORD_RULES if rule not in asked and any(True for _ in rule.function(work))]


@pytest.mark.parametrize("rule", RECORD_RULES, ids=lambda rule: rule.code)
def test_every_example_is_asked_about(rule: Rule[Work]) -> None:
    bad = Work(commentary(loaded(rule.bad), rule.setting), CONTEXT)
    assert rule in rules_for(survey(bad))
    assert silent(bad) == silent(Work(commentary(loaded(rule.good), rule.good_setting), CONTEXT)) == []


@MANY
@given(commentaries())
def test_any_record_is_asked_enough(one: Commentary) -> None:
    assert silent(Work(one, CONTEXT)) == []


def edits() -> st.SearchStrategy[Callable[[str], str]]:
    """Small changes of a text: something odd put into it, before it, behind it or in its place, or another case."""

    def put(odd: str, place: float) -> Callable[[str], str]:
        return lambda text: text[: round(len(text) * place)] + odd + text[round(len(text) * place) :]

    places = st.sampled_from([0.0, 0.5, 1.0]) | st.floats(0, 1)
    return st.one_of(
        st.builds(put, ODD, places),
        st.builds(put, ODD.map(lambda odd: f" {odd} "), places),
        ODD.map(lambda odd: lambda _: odd),
        st.sampled_from([str.upper, str.lower, str.title, str.swapcase]),
        st.sampled_from(["iı", "sſ", "kK", "uü", "-–", ". ", "  ", ", "]).map(
            lambda pair: lambda text: text.replace(pair[0], pair[1])
        ),
    )


@st.composite
def harmed(draw: st.DrawFn) -> Commentary | None:
    """Examples of a few rules in one record, with some of their texts changed."""
    rules = draw(st.lists(st.sampled_from(RECORD_RULES), max_size=3))
    fields: dict[str, Any] = {} if draw(st.booleans()) else dict(ORDINARY)
    for rule in rules:
        fields |= loaded(draw(st.sampled_from([rule.bad, rule.good])))

    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: change(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [change(inner) for inner in value]
        return draw(edits())(value) if isinstance(value, str) and draw(st.integers(0, 5)) == 0 else value

    setting = draw(st.sampled_from([rule.setting for rule in rules])) if rules else ""
    try:
        return commentary(change(fields), setting)
    except ValidationError:
        return None


@MANY
@given(harmed())
def test_a_harmed_record_is_asked_enough(one: Commentary | None) -> None:
    if one is not None:
        assert silent(Work(one, CONTEXT)) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ("title: The ``Indo-Pacific'' turn", "text-tex"),
        ("full_texts: [{url: 'https://www.sadf.eu/prospects-for-nato-japan-relations/'}]", "full-text-is-landing-page"),
        ("authors: [{given: Ada, family: Mariner, suffix: PhD}]", "name-degree"),
        ("authors: [{organisation: Mariner et al.}]", "name-et-al"),
        ("authors: [{organisation: Anonymous}]", "name-anonymous"),
    ],
)
def test_each_of_several_traits_is_enough(fields: str, code: str) -> None:
    assert code in {finding.code for finding in check(Record(commentary(loaded(fields))), CONTEXT)}


def test_what_a_reference_ends_with_is_not_read_on_in_the_next_one() -> None:
    texts = ["USIP (2023). NATO and partners. Washington, D.", "CSIS (2022). Partners of the alliance in the Pacific."]
    one = commentary({"references": [{"text": text} for text in texts]})
    assert silent(Work(one, CONTEXT)) == []
    assert "reference-text-suspicious" in {finding.code for finding in check(Record(one), CONTEXT)}


def test_every_trait_is_looked_for_and_of_use() -> None:
    needed = {trait for rule in RECORD_RULES for trait in rule.needs}
    assert needed == set(TRAITS)
    assert len(survey(Work(commentary({}), CONTEXT))) == len(TRAITS)


def test_the_order_of_findings_is_that_of_the_rules() -> None:
    places = {rule.code: place for place, rule in enumerate(RECORD_RULES)}
    bad = {"title": "PROSPECTS FOR &amp; RELATIONS.", "authors": [{"family": "anonymous"}], "version": "Version 2"}
    found = [places[finding.code] for finding in check(Record(commentary(bad)), CONTEXT)]
    assert found == sorted(found)
    assert len(set(found)) > 8


def test_an_ordinary_record_is_asked_little() -> None:
    """Not a matter of right or wrong, but of speed: this is what the survey is for."""
    assert len(rules_for(survey(Work(commentary(ORDINARY), CONTEXT)))) < 20
