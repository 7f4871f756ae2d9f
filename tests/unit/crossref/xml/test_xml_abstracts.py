"""Abstracts from text, HTML and JATS, reduced to the part of JATS that is safe, whatever comes in."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from doideposit.crossref.xml.abstracts import Reduction
from doideposit.records.models.commentary import Abstract

ALLOWED = {"abstract", "sec", "title", "p", "italic", "bold", "sub", "sup"}


FORMULA = (
    '<inline-formula><mml:math xmlns:mml="http://www.w3.org/1998/Math/MathML"><mml:mi>x</mml:mi></mml:math>'
    "</inline-formula>"
)


def reduced(text: str, form: str, **more: str) -> str:
    element = Reduction.element(Abstract.model_validate({"text": text, "format": form, **more}), "en")
    if element is None:
        return ""
    inside = element.partition(">")[2].rpartition("</")[0]
    return inside.replace("jats:", "")


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("One.\n\nTwo\nlines.", "text", "<p>One.</p><p>Two lines.</p>"),
        ("One.\r\n \r\nTwo.", "text", "<p>One.</p><p>Two.</p>"),
        ("a < b & c > d", "text", "<p>a &lt; b &amp; c &gt; d</p>"),
        ("<p>not markup</p>", "text", "<p>&lt;p&gt;not markup&lt;/p&gt;</p>"),
        ("soft\u00adhyphen, no\u00a0break, zero\u200bwidth", "text", "<p>softhyphen, no break, zerowidth</p>"),
        ("bare text", "html", "<p>bare text</p>"),
        ("<p>a <em>b</em><strong>c</strong></p>", "html", "<p>a <italic>b</italic><bold>c</bold></p>"),
        ("H<sub>2</sub>O x<sup>2</sup>", "html", "<p>H<sub>2</sub>O x<sup>2</sup></p>"),
        ("<ul><li>one</li><li>two</li></ul>", "html", "<p>one</p><p>two</p>"),
        ('see <a href="javascript:alert(1)">this</a>', "html", "<p>see this</p>"),
        ("a<script>alert(1)</script><style>b{}</style>c", "html", "<p>ac</p>"),
        ("a&nbsp;b &lt;i&gt; &#x20AC;", "html", "<p>a b &lt;i&gt; €</p>"),
        ('<p id="x" onclick="y">a<br>b</p>', "html", "<p>a</p><p>b</p>"),
        ("<i>a<p>b</p>c</i> d", "html", "<p><italic>a</italic></p><p>b</p><p>c d</p>"),
        ("<h2>Aim</h2>x<h2>End</h2>", "html", "<sec><title>Aim</title><p>x</p></sec><p>End</p>"),
        ("<em> spaced </em> <b> out </b>", "html", "<p><italic>spaced </italic><bold>out</bold></p>"),
        ("<jats:p>a <jats:italic>b</jats:italic></jats:p>", "jats", "<p>a <italic>b</italic></p>"),
        ("<p>a</p>", "jats", "<p>a</p>"),
        ('<jats:abstract xml:lang="fr"><jats:p id="p1">a</jats:p></jats:abstract>', "jats", "<p>a</p>"),
        (
            "<jats:sec><jats:title>T</jats:title><jats:p>a</jats:p></jats:sec>",
            "jats",
            "<sec><title>T</title><p>a</p></sec>",
        ),
        ('<p><ext-link xlink:href="http://x.org">x</ext-link></p>', "jats", "<p>x</p>"),
        (
            "<p><inline-formula><mml:math><mml:mi>x</mml:mi></mml:math></inline-formula></p>",
            "jats",
            f"<p>{FORMULA}</p>",
        ),
        ("<p>If <mml:math id='m1'><mml:mi>x</mml:mi></mml:math> is</p>", "jats", f"<p>If {FORMULA} is</p>"),
        (
            f"<p>a {FORMULA.replace('<mml', '<tex-math>x^2</tex-math><mml', 1)}, b</p>",
            "jats",
            f"<p>a {FORMULA}, b</p>",
        ),
        (
            "<p>a</p><disp-formula><label>(1)</label><mml:math><mml:mi>x</mml:mi></mml:math></disp-formula>",
            "jats",
            f"<p>a</p><p>(1) {FORMULA}</p>",
        ),
        ("<p>If <math><mi>x</mi></math> is</p>", "html", f"<p>If {FORMULA} is</p>"),
        ("<p>If <mml:math><mml:mi>x</mml:mi></mml:math> is</p>", "html", f"<p>If {FORMULA} is</p>"),
        ("<h2>On <math><mi>x</mi></math></h2>a", "html", f"<sec><title>On {FORMULA}</title><p>a</p></sec>"),
        ("<p><inline-formula><tex-math>x^2</tex-math></inline-formula></p>", "jats", "<p>x^2</p>"),
        ("<p>a&nbsp;b &mdash; R&amp;D</p>", "jats", "<p>a b — R&amp;D</p>"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><th>c</th><td>d</td></tr></table>", "html", "<p>a b</p><p>c d</p>"),
        ("<table><caption>T</caption><thead><tr><th>a<th>b</table>", "html", "<p>T</p><p>a b</p>"),
        ("<dl><dt>a<dd>b</dl>", "html", "<p>a</p><p>b</p>"),
        ("<sec><label>1</label><title>T</title><p>a</p></sec>", "jats", "<p>1</p><sec><title>T</title><p>a</p></sec>"),
        ("<def-list><def-item><term>a</term><def><p>b</p></def></def-item></def-list>", "jats", "<p>a</p><p>b</p>"),
        (
            "<p>a <u>b</u> <s>c</s> <q>d</q> <code>e</code></p>",
            "html",
            "<p>a <underline>b</underline> <strike>c</strike> “d” <monospace>e</monospace></p>",
        ),
        ("<p><sc>nato</sc> CO<inf>2</inf></p>", "jats", "<p><sc>nato</sc> CO<sub>2</sub></p>"),
        ("<p>a <b>b</p>", "jats", "<p>a b</p>"),
        (
            '<!DOCTYPE p [<!ENTITY e SYSTEM "file:///etc/passwd">]><p>&e;</p>',
            "jats",
            "<p>&lt;!DOCTYPE p [ ]&gt; &amp;e;</p>",
        ),
        ("<p>a<!-- comment --><?pi?>b</p>", "jats", "<p>ab</p>"),
        ("\x0b\x00a", "text", "<p>a</p>"),
        ("<p> </p>", "html", ""),
        ("<p/>", "jats", ""),
    ],
)
def test_reduction(text: str, form: str, expected: str) -> None:
    assert reduced(text, form) == expected


JATS = 'xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1"'


@pytest.mark.parametrize(
    ("text", "language", "start"),
    [
        (Abstract(text="a", language="en-GB", kind="teaser"), "de", f'{JATS} abstract-type="teaser" xml:lang="en-GB"'),
        (Abstract(text="a"), "de", f'{JATS} xml:lang="de"'),
        (Abstract(text="a"), None, JATS),
        (Abstract(text="a", kind='"<&'), None, f'{JATS} abstract-type="&quot;&lt;&amp;"'),
    ],
)
def test_language_and_kind(text: Abstract, language: str | None, start: str) -> None:
    assert Reduction.element(text, language) == f"<jats:abstract {start}><jats:p>a</jats:p></jats:abstract>"


def test_what_became_text_is_named() -> None:
    assert Reduction.of(Abstract.model_validate({"text": "<p>a<big>b</big></p>", "format": "html"})).lost == {"big"}
    assert not Reduction.of(Abstract.model_validate({"text": "<p>a<em>b</em></p>", "format": "html"})).lost
    assert not Reduction.of(Abstract.model_validate({"text": "<p>a", "format": "jats"})).readable


@pytest.mark.parametrize("form", ["html", "jats"])
def test_very_deep_markup_is_survived(form: str) -> None:
    assert "deep" in reduced("<i>" * 200 + "deep" + "</i>" * 200, form)
    far_too_deep = Abstract.model_validate({"text": "<i>" * 5000 + "deep" + "</i>" * 5000, "format": form})
    reduction = Reduction.of(far_too_deep)
    assert not reduction.readable
    assert reduction.blocks == ("<jats:p>deep</jats:p>",)


def test_entity_bombs_do_not_expand() -> None:
    bomb = '<!DOCTYPE p [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><p>&b;&b;&b;</p>'
    assert "aaaa" not in reduced(bomb, "jats").replace('"aaaaaaaaaa"', "")


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["<", ">", "/", "p", "i", "sec", "title", "&", ";", " ", "a", "\n", "\x00", "é", '"', "="]),
        max_size=30,
    ).map("".join),
    st.sampled_from(["text", "html", "jats"]),
)
def test_whatever_comes_in_only_the_subset_comes_out(text: str, form: str) -> None:
    if not text:
        return
    element = Reduction.element(Abstract.model_validate({"text": text, "format": form}), "en")
    if element is None:
        return
    again = etree.fromstring(element)
    names = {etree.QName(one).localname for one in again.iter()}
    assert names <= ALLOWED
    assert {etree.QName(one).localname for one in again} <= {"p", "sec"}
    assert all(len(sec) > 1 for sec in again.iter("{*}sec"))
    paragraphs = ["".join(one.itertext()) for one in again.iter("{*}p")]
    assert all(one.strip() == one and "  " not in one for one in paragraphs)
