"""Authors in one cell: who is a person, who is a group, and cells that name several people in place of one."""

import pytest

from doideposit.findings import Finding
from doideposit.records.origin import Origin
from doideposit.records.sources.bylines import authors_in

KELLER, MUELLER = {"family": "Keller", "given": "Ana"}, {"family": "Müller", "given": "Zoë"}
RIGHT = [
    ("Keller, Ana; Müller, Zoë", [KELLER, MUELLER], []),
    ("Keller, Ana; Müller, Zoë;", [KELLER, MUELLER], []),
    ("King, Martin Luther, Jr.", [{"family": "King", "given": "Martin Luther", "suffix": "Jr."}], []),
    ("Adeyemi, III", [{"family": "Adeyemi", "suffix": "III"}], []),
    ("da Silva Neto, João", [{"family": "da Silva Neto", "given": "João"}], []),
    ("Ortega y Gasset, José", [{"family": "Ortega y Gasset", "given": "José"}], []),
    ("Abdul Kalam, A. P. J.", [{"family": "Abdul Kalam", "given": "A. P. J."}], []),
    ("Ben Ali, Zine El", [{"family": "Ben Ali", "given": "Zine El"}], []),
    ("García Márquez, Gabriel José", [{"family": "García Márquez", "given": "Gabriel José"}], []),
    ("Plato,", [{"family": "Plato"}], []),
    ("River Commission", [{"organisation": "River Commission"}], ["author-without-comma"]),
    *(
        (name, [{"organisation": name}], ["author-without-comma"])
        for name in (
            "Centers for Disease Control and Prevention",
            "Eli Lilly and Company",
            "Johnson & Johnson",
            "Institut für Weltwirtschaft und Politik",
            "Department of Foreign Affairs and International Trade",
            "Sukarno",
        )
    ),
]


@pytest.mark.parametrize(("cell", "authors", "codes"), RIGHT)
def test_each_entry_is_one_author(cell: str, authors: list[dict[str, str]], codes: list[str]) -> None:
    findings: list[Finding] = []
    assert authors_in(cell, findings, Origin("t.csv", 0)) == authors
    assert [finding.code for finding in findings] == codes


SEVERAL = [
    ("Anna Müller und Jean Dupont", "Müller, Anna; Dupont, Jean"),
    ("Ana Keller and Zoë Müller", "Keller, Ana; Müller, Zoë"),
    ("Ana Keller, Ben Müller", "Keller, Ana; Müller, Ben"),
    ("Siegfried O. Wolf, Anna Müller", "Wolf, Siegfried O.; Müller, Anna"),
    ("Wolf S.O., Müller A.", "semicolons"),
    ("Ana Keller y Juan de la Cruz", "semicolons"),
    ("Anne Martin et Jean Dupont", "Martin, Anne; Dupont, Jean"),
    ("Ana Keller & Zoë Müller", "Keller, Ana; Müller, Zoë"),
    ("Ana Keller\nZoë Müller", "Keller, Ana; Müller, Zoë"),
    ("Keller, Ana\nMüller, Zoë", "Keller, Ana; Müller, Zoë"),
    ("Keller, Ana & Müller, Zoë", "Keller, Ana; Müller, Zoë"),
    ("Keller, Ana, Müller, Zoë", "Keller, Ana; Müller, Zoë"),
    ("Keller, Ana and Zoë", "semicolons"),
]


@pytest.mark.parametrize(("cell", "hint"), SEVERAL)
def test_several_people_in_one_entry_are_an_error_with_the_cell_as_it_was_meant(cell: str, hint: str) -> None:
    findings: list[Finding] = []
    authors_in(cell, findings, Origin("t.csv", 0))
    assert [finding.code for finding in findings] == ["author-several"]
    assert findings[0].stops
    assert hint in findings[0].hint
