"""Titles with face markup, and formulas that are rebuilt from MathML's own elements."""

import pytest

from doideposit.crossref.xml.markup import Maker
from doideposit.crossref.xml.richtext import mathml, rich
from doideposit.records.models.text import Math, RichText

MAKE = Maker("urn:test")
MATHML = ' xmlns:mml="http://www.w3.org/1998/Math/MathML"'


def shown(source: str) -> str:
    element = rich(MAKE, "title", RichText.parse(source))
    return element.removeprefix("<title>").removesuffix("</title>").replace(MATHML, "")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("plain & simple < text > more", "plain &amp; simple &lt; text &gt; more"),
        ("H<sub>2</sub>O", "H<sub>2</sub>O"),
        ("<i>a</i><b>b <i>c</i></b> d", "<i>a</i><b>b <i>c</i></b> d"),
        ("&amp;", "&amp;amp;"),
        ("x <mml:math><mml:mi>y</mml:mi></mml:math> z", "x <mml:math><mml:mi>y</mml:mi></mml:math> z"),
        ("<math><mi>y</mi></math>", "<mml:math><mml:mi>y</mml:mi></mml:math>"),
        (
            '<math xmlns="http://www.w3.org/1998/Math/MathML"><mi>y</mi></math>',
            "<mml:math><mml:mi>y</mml:mi></mml:math>",
        ),
    ],
)
def test_markup(source: str, expected: str) -> None:
    assert shown(source) == expected


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ('<mml:math id="f1"><mml:mi mathvariant="bold">x</mml:mi></mml:math>', '<mi mathvariant="bold">x</mi>'),
        ('<mml:math><mml:mi onclick="evil()" href="javascript:1">x</mml:mi></mml:math>', "<mi>x</mi>"),
        ('<mml:math><mml:mi xlink:href="http://x.org">x</mml:mi></mml:math>', "<mi>x</mi>"),
        ('<mml:math><mml:mtext>a<b xmlns="urn:x">b</b>c</mml:mtext></mml:math>', "<mtext>abc</mtext>"),
        ("<mml:math><!-- c --><mml:mn>1</mml:mn><?p?></mml:math>", "<mn>1</mn>"),
    ],
)
def test_a_formula_keeps_nothing_but_mathml(formula: str, expected: str) -> None:
    written = mathml(Math(formula))
    assert written is not None
    assert written.replace("mml:", "") == f"<math{MATHML.replace('mml:', '')}>{expected}</math>".replace("mml:", "")


@pytest.mark.parametrize(
    "formula",
    [
        "<mml:math><mml:mi>x</mml:math>",
        "<mml:math>&notanentity;</mml:math>",
        "<math><mi>x</math>",
        "<mml:math/><mml:math/>",
        '<math xmlns="urn:other"><mi>x</mi></math>',
        "<mml:math>" * 300 + "</mml:math>" * 300,
    ],
)
def test_what_is_no_formula_is_none(formula: str) -> None:
    assert mathml(Math(formula)) is None


def test_of_a_broken_formula_its_text_is_left() -> None:
    assert shown("a <mml:math><mml:mi>x</mml:math> b") == "a x b"


def test_formulas_can_be_left_out() -> None:
    text = RichText.parse("a <i>b <math><mi>x</mi></math></i> c")
    assert rich(MAKE, "t", text.without_math()) == "<t>a <i>b </i> c</t>"
