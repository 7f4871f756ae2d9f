"""DOIs within sentences: the whole DOI, or none at all; half of a DOI names another work."""

import re
from urllib.parse import quote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from doideposit.records.doi_text import FoundDoi

SICI = "10.1175/1520-0477(1996)077<0437:TNYRP>2.0.CO;2"
FOUND = [
    ("Crossref (2019). The works. https://doi.org/10.13003/5jchdy", "10.13003/5jchdy"),
    ("The works. doi:10.13003/5jchdy. Accessed 2 May 2020.", "10.13003/5jchdy"),
    ("(see https://doi.org/10.13003/5jchdy).", "10.13003/5jchdy"),
    ("The works [10.13003/5jchdy]", "10.13003/5jchdy"),
    ("“The works” <https://doi.org/10.13003/5jchdy>.", "10.13003/5jchdy"),
    ("[10.13003/5jchdy](https://doi.org/10.13003/5jchdy)", "10.13003/5jchdy"),
    ("A paper. https://doi.org/10.1016/0001-6160(79)90046-1.", "10.1016/0001-6160(79)90046-1"),
    (f"A reanalysis. Bulletin 77, 437. {SICI}", SICI),
    ("A reanalysis. https://doi.org/10.1175/1520-0477(1996)077%3C0437:TNYRP%3E2.0.CO;2", SICI),
    ("A reanalysis. 10.1175/1520-0477(1996)077&lt;0437:TNYRP&gt;2.0.CO;2.", SICI),
    ("Ecology 87. doi: 10.1890/0012-9658(2006)87[1727:IASEOT]2.0.CO;2.", "10.1890/0012-9658(2006)87[1727:IASEOT]2.0.CO;2"),
    ("JACS 122. 10.1021/ja003055+", "10.1021/ja003055+"),
    ("JAMA 251. 10.1001/jama.251.19.2504,2509.", "10.1001/jama.251.19.2504,2509"),
    ("Two. 10.5555/a,10.5555/b", "10.5555/a"),
    ("Two. 10.5555/a;https://doi.org/10.5555/b", "10.5555/a"),
    ("As <i>10.5555/abc</i> says", "10.5555/abc"),
    ("Broken 10.1175/1520-0477(1996 and whole 10.5555/b", "10.5555/b"),
    ("见10.5555/abc。下一句", "10.5555/abc"),
    ("参见10.5555/abc的论文", "10.5555/abc"),
    ("DOI10.5555/x1", "10.5555/x1"),
    ("version v10.5555/x", None),
    ("{'doi': '10.5555/a'}", "10.5555/a"),
    ("10.5555/abc|Page 3", "10.5555/abc"),
    ("10.5555/abc<br/>Abstract", "10.5555/abc"),
    ("10.5555/abc — the paper", "10.5555/abc"),
    ("https://doi.org/10.5555/abc?utm_source=mail#top", "10.5555/abc"),
    ("https://doi.org/10.5555%2Fabc%2E", "10.5555/abc"),
    ("Ecology 87. 10.1890/0012-9658(2006)87[1727", None),
    ("10.5555/" + "a" * 2_000, None),
    # Broken by a line, a column or an ellipsis: what is left is not a DOI.
    ("A paper. https://doi.org/10.1175/1520- 0477(1996)077", None),
    ("A paper. https://doi.org/10.1175/1520-0477(1996", None),
    ("A paper. https://doi.org/10.1175/1520-0477(1996)077<0437", None),
    ("A paper. https://doi.org/10.1175/", None),
    ("A paper. https://doi.org/10.1175/1520...", None),
    ("A paper. 10.1175/1520…", None),
    ("Chapter 10.5 of 10.12", None),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "doi"), FOUND)
def test_the_whole_doi_or_none(text: str, doi: str | None) -> None:
    assert FoundDoi.first_whole(text) == doi


def test_every_doi_of_a_text_with_its_place() -> None:
    text = f"See (10.5555/a), https://doi.org/10.5555%2Fb;doi:{SICI}. Broken: 10.5555/c- and 10.5555/d&amp;e."
    found = [(one.text, text[one.start : one.end], one.address, one.whole) for one in FoundDoi.all_in(text)]
    assert found == [
        ("10.5555/a", "10.5555/a", False, True),
        ("10.5555/b", "https://doi.org/10.5555%2Fb", True, True),
        (SICI, SICI, False, True),
        ("10.5555/c-", "10.5555/c-", False, False),
        ("10.5555/d&e", "10.5555/d&amp;e", False, True),
    ]


# Letters, digits and the marks of old and new DOIs; it ends with a letter, as marks at the end belong to the sentence.
SUFFIXES = st.from_regex(r"[a-zA-Z0-9][a-zA-Z0-9._;/+&-]{0,30}[a-zA-Z0-9]", fullmatch=True)


@given(
    SUFFIXES,
    st.sampled_from(["{}", "{}.", "({})", "[{}],", "“{}”", "<{}>", "see {}; and", "*{}*", "参{}。"]),
    st.booleans(),
)
def test_any_doi_is_found_as_it_is_in_any_sentence(suffix: str, sentence: str, address: bool) -> None:
    doi = f"10.5555/{suffix}"
    printed = f"https://doi.org/{quote(doi)}" if address else doi
    assume("http" not in suffix and not re.search(r"[,;]10\.|&(?:lt|gt|amp|quot);|doi", suffix))
    assert FoundDoi.first_whole(sentence.format(printed)) == doi
