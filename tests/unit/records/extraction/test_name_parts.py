"""Names of many countries, split into given and family name: right, or with a doubt."""

import pytest

from doideposit.records.extraction.name_parts import PrintedName


@pytest.mark.parametrize(
    ("printed", "given", "family"),
    [
        ("Johanna Luise Brockmann", "Johanna Luise", "Brockmann"),
        ("Pietro Lo Cascio", "Pietro", "Lo Cascio"),
        ("Siobhán Ní Dhomhnaill", "Siobhán", "Ní Dhomhnaill"),
        ("Marieke van den Broek", "Marieke", "van den Broek"),
        ("CHEN Xiaoming", "Xiaoming", "Chen"),
        ("LAU Mei Ling", "Mei Ling", "Lau"),
        ("Maria FERNÁNDEZ LÓPEZ", "Maria", "Fernández López"),
        ("Chen Xiaoming", "Xiaoming", "Chen"),
        ("Xiaoming Chen", "Xiaoming", "Chen"),
        ("Mei Ling Lau", "Mei Ling", "Lau"),
        ("Lim Wei Jie", "Wei Jie", "Lim"),
        ("Kim Jong-un", "Jong-un", "Kim"),
        ("Kim Smith", "Kim", "Smith"),
        ("Nguyễn Văn An", "Văn An", "Nguyễn"),
        ("陈晓明", "晓明", "陈"),
        ("欧阳建国", "建国", "欧阳"),
        ("佐々木 由美子", "由美子", "佐々木"),
        ("김민수", "민수", "김"),
        ("Szabó Eszter", "Eszter", "Szabó"),
        ("Eszter Szabó", "Eszter", "Szabó"),
        ("Md. Anisur Rahman", "Md. Anisur", "Rahman"),
        ("S. M. Zahid Hossain", "S. M. Zahid", "Hossain"),
        ("R. Krishnamurthy", "R.", "Krishnamurthy"),
        ("Abdullah bin Saleh Al-Mutairi", "Abdullah bin Saleh", "Al-Mutairi"),
        ("Huda Abu Zayd", "Huda", "Abu Zayd"),
        ("Omar Abdul Aziz", "Omar", "Abdul Aziz"),
        ("João Pedro dos Santos", "João Pedro", "dos Santos"),
        ("И. В. Соколова", "И. В.", "Соколова"),
    ],
)
def test_what_a_name_shows_is_certain(printed: str, given: str, family: str) -> None:
    name = PrintedName.read(printed)
    assert (name.given, name.family, name.sure) == (given, family, True)


@pytest.mark.parametrize(
    "printed",
    [
        "Lucía Benavides Quiroga", "José Antonio Ramírez Cordero", "Helena Bonham Carter", "Gabriel García Márquez",
        "João Pereira dos Santos", "Chen Wei", "Wei Chen", "Keller Ana", "MCDONALD Peter", "Xavier LE GOFF",
        "Abd al-Rahman Saleh", "A. P. J. Abdul Kalam",
    ],
)  # fmt: skip
def test_what_can_be_split_in_two_ways_is_doubtful(printed: str) -> None:
    assert not PrintedName.read(printed).sure


@pytest.mark.parametrize(
    ("printed", "elsewhere", "family"),
    [
        ("Lucía Benavides Quiroga", "Benavides Quiroga, L. (2018). El precio del agua.", "Benavides Quiroga"),
        ("Helena Bonham Carter", "Cite as: Bonham Carter, Helena, “Salt”", "Bonham Carter"),
        ("Freja Lund Madsen", "Suggested citation: Madsen, F. L. (2020)", "Madsen"),
    ],
)
def test_another_place_of_the_document_tells_the_family_name(printed: str, elsewhere: str, family: str) -> None:
    name = PrintedName.read(printed, [elsewhere])
    assert (name.family, name.sure) == (family, True)


def test_a_list_of_names_does_not_tell_the_family_name() -> None:
    assert not PrintedName.read("Helena Bonham Carter", ["By Helena Bonham Carter, Hugo Falk and others"]).sure
