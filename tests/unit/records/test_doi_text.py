"""DOIs within sentences: the whole DOI, or none at all; half of a DOI names another work."""

import pytest

from doideposit.records.doi_text import find_doi

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
    # Broken by a line, a column or an ellipsis: what is left is no DOI.
    ("A paper. https://doi.org/10.1175/1520- 0477(1996)077", None),
    ("A paper. https://doi.org/10.1175/1520-0477(1996", None),
    ("A paper. https://doi.org/10.1175/1520-0477(1996)077<0437", None),
    ("A paper. https://doi.org/10.1175/", None),
    ("A paper. https://doi.org/10.1175/1520...", None),
    ("Chapter 10.5 of 10.12", None),
    ("", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "doi"), FOUND)
def test_the_whole_doi_or_none(text: str, doi: str | None) -> None:
    assert find_doi(text) == doi
