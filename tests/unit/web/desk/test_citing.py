"""How a commentary is cited: what APA and Chicago ask for, as far as a commentary has it."""

from typing import Any

import pytest

from depositing import SERIES
from doideposit.records.models.commentary import Commentary
from doideposit.web.desk.citing import cited

DOI = "https://doi.org/10.48251/SADF.ISSN.2406-5617.C258"


def commentary(**changes: Any) -> Commentary:
    data = {
        "series": SERIES,
        "number": "258",
        "title": "Salt and silence: a case",
        "authors": [{"given": "Ada Jean-Luc", "family": "de Byron"}, {"organisation": "Harbour House"}],
        "published": "2021-05-04",
    }
    return Commentary.model_validate(data | changes)


@pytest.mark.parametrize(
    ("changes", "apa", "chicago"),
    [
        (
            {},
            (
                f"de Byron, A. J.-L., & Harbour House. (2021). Salt and silence: a case (SADF Comment 258). "
                f"South Asia Democratic Forum. {DOI}"
            ),
            (
                f"de Byron, Ada Jean-Luc, and Harbour House. 2021. Salt and Silence: A Case. SADF Comment 258. "
                f"South Asia Democratic Forum. {DOI}."
            ),
        ),
        (
            {"record_type": "journal", "authors": [{"family": "Sukarno"}]},
            f"Sukarno. (2021). Salt and silence: a case. SADF Comment, (258). {DOI}",
            f"Sukarno. 2021. “Salt and Silence: A Case”. SADF Comment, no. 258 (May). {DOI}.",
        ),
        (
            {"record_type": "posted", "posted_type": "blog", "language": "de", "title": "Salz und <i>Stille</i>"},
            (
                f"de Byron, A. J.-L., & Harbour House. (2021). Salz und Stille (SADF Comment 258). "
                f"South Asia Democratic Forum. {DOI}"
            ),
            # Only English titles have capitals in Chicago.
            (
                f"de Byron, Ada Jean-Luc, and Harbour House. 2021. Salz und Stille. SADF Comment 258. "
                f"South Asia Democratic Forum. {DOI}."
            ),
        ),
        (
            {"authors": [{"given": "Ann", "family": "Smith", "suffix": "Jr."}], "published": "2021-21"},
            f"Smith, A., Jr. (2021). Salt and silence: a case (SADF Comment 258). South Asia Democratic Forum. {DOI}",
            f"Smith, Ann, Jr. 2021. Salt and Silence: A Case. SADF Comment 258. South Asia Democratic Forum. {DOI}.",
        ),
    ],
)
def test_each_kind_in_each_style(changes: dict[str, Any], apa: str, chicago: str) -> None:
    assert cited(commentary(**changes)) == {"APA": apa, "Chicago": chicago}


def test_many_authors_are_shortened_as_each_style_wants_it() -> None:
    authors = [{"given": "Ann", "family": f"Author{number}"} for number in range(30)]
    found = cited(commentary(authors=authors))
    assert "… Author29, A." in found["APA"]
    assert "et al." in found["Chicago"]
