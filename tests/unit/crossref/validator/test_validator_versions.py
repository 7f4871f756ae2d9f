"""Versions without a bundle get no verdict; lifting says what changes; a hint on the order helps when it is followed."""

import re
from copy import deepcopy
from itertools import permutations
from pathlib import Path
from random import Random

import pytest
from lxml import etree

from deposit_heads import HEAD
from depositing import validator
from doideposit.crossref.names import PREFIXES
from doideposit.crossref.validator.versions import Declared
from doideposit.crossref.xml.batch import Built
from doideposit.findings import Finding
from doideposit.records.models.series import RecordType
from made_up_records import full_commentary

NEW = Built.of(HEAD, [full_commentary(RecordType.REPORT_SERIES)]).xml.decode()
POSTED = Built.of(HEAD, [full_commentary(RecordType.POSTED)]).xml.decode()


def of_version(version: str, text: str = NEW) -> bytes:
    return text.replace("schema/5.5.0", f"schema/{version}").replace('version="5.5.0"', f'version="{version}"').encode()


@pytest.mark.parametrize(
    ("namespace", "version", "said", "liftable"),
    [
        ("http://www.crossref.org/schema/3.0.1", "3.0.1", "not known whether Crossref still accepts", True),
        ("http://www.crossref.org/schema/4.3.0", "4.3.0", "still accepts", True),
        ("http://www.crossref.org/schema/4.4.0", "4.4.0", "still accepts", True),
        ("http://www.crossref.org/schema/4.3.1", "4.3.1", "end of 2026", True),
        ("http://www.crossref.org/schema/5.3.0", "5.3.0", "still accepts", True),
        ("http://www.crossref.org/schema/9.0.0", "9.0.0", "newer", False),
        ("http://www.crossref.org/doi_resources_schema/4.4.2", "doi_resources 4.4.2", "end of 2026", False),
        ("http://www.crossref.org/grant_id/0.1.1", "grant_id 0.1.1", "grants", False),
    ],
)
def test_what_is_known_of_a_version(namespace: str, version: str, said: str, liftable: bool) -> None:
    declared = Declared.of_namespace(namespace)
    assert declared is not None
    assert (declared.version, declared.liftable) == (version, liftable)
    assert said in declared.status


def test_another_namespace_is_none_of_crossrefs() -> None:
    assert Declared.of_namespace("http://www.example.org/schema/4.4.0") is None


def test_without_a_bundle_there_is_no_verdict_and_nothing_is_sent() -> None:
    verdict = validator().validate(of_version("4.8.0"))
    assert (verdict.schema, verdict.valid) == ("4.8.0", None)
    assert [(one.code, one.severity) for one in verdict.findings] == [("xml-version-not-kept", "warning")]
    sealed = validator().seal(of_version("4.8.0"))
    assert sealed.batch is None
    assert [one.severity for one in sealed.findings] == ["error"]


def test_a_lifted_file_is_valid_and_what_changes_is_said() -> None:
    old = of_version("4.8.0").replace(b"depositor_name>", b"name>")
    old = re.sub(
        rb"<affiliations>.*?</affiliations>",
        b"<affiliation>A</affiliation><affiliation>B</affiliation>",
        old,
        flags=re.DOTALL,
    )
    verdict = validator().validate(old, lift_to="5.5.0")
    assert (verdict.schema, verdict.valid, verdict.findings) == ("5.5.0", True, ())
    assert len(verdict.changes) == 3


def test_what_is_wrong_in_a_lifted_file_stands_where_it_stands_in_the_file() -> None:
    old = of_version("4.8.0").replace(b"<volume>", b"<zzz/>\n<volume>")
    finding = validator().validate(old, lift_to="5.5.0").findings[0]
    assert finding.where.line == old[: old.index(b"<zzz/>")].count(b"\n") + 1


def tag(written: str) -> str:
    """What a name in a hint or in a path finds: prefixes are those of every file of ours, and none is any namespace."""
    prefix, _, name = written.rpartition(":")
    return f"{{{PREFIXES[prefix]}}}{name}" if prefix else f"{{*}}{name}"


NAME = r"<((?:\w+:)?[\w-]+)>"
WHICH = r"(?:the (\w+) )?<((?:\w+:)?[\w-]+)>"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")


def meant(parent: etree._Element, which: str | None, name: str) -> etree._Element:
    """The child that a hint means; without a number there is only one of its name."""
    alike = parent.findall(tag(name))
    assert which or len(alike) == 1, name
    return alike[-1 if which == "last" else ORDINALS.index(which or "first")]


def follow(xml: bytes, hint: str, where: str) -> bytes:
    """Do what a hint says to the element that it is about."""
    root = etree.fromstring(xml)
    found = root.find("/".join(tag(step) for step in where.split("/")[2:]))
    assert found is not None
    parent = found.getparent()
    assert parent is not None
    if move := re.search(rf"move {WHICH} (before|after) {WHICH}", hint):
        moved, target = meant(parent, move[1], move[2]), meant(parent, move[4], move[5])
        (target.addprevious if move[3] == "before" else target.addnext)(moved)
    elif order := re.search("in the order (.*)", hint):
        names = re.findall(NAME, order[1])
        children = []
        for place, name in enumerate(names):
            alike = [one for one in parent.findall(tag(name)) if one not in children]
            children += alike[:1] if name in names[place + 1 :] else alike
        first = min(parent.index(child) for child in children)
        parent[first : first + len(children)] = children
    elif add := re.search(rf"add (.*) before {WHICH}", hint):
        for name in re.findall(NAME, add[1]):
            added = etree.Element(f"{{{etree.QName(root).namespace}}}{name}")
            meant(parent, add[2], add[3]).addprevious(added)
    else:
        remove = re.search(rf"remove {WHICH}", hint)
        assert remove, hint
        parent.remove(meant(parent, remove[1], remove[2]))
    return etree.tostring(root)


def shuffled() -> list[tuple[str, bytes]]:
    """Every child of a record's parts, moved to the front and to the end of its parent."""
    cases = []
    for text in (NEW, POSTED):
        tree = etree.fromstring(text.encode())
        for place, element in enumerate(list(tree[1][0].iter("*"))[1:]):
            parent = element.getparent()
            if parent is None or len(parent) < 2 or etree.QName(element).namespace != etree.QName(tree).namespace:
                continue
            for index in (0, len(parent)):
                copied = etree.fromstring(text.encode())
                twin = list(copied[1][0].iter("*"))[place + 1]
                twin_parent = twin.getparent()
                assert twin_parent is not None
                twin_parent.remove(twin)
                twin_parent.insert(index, twin)
                cases.append((f"{etree.QName(element).localname} to {index}", etree.tostring(copied)))
    return cases


def misplaced(xml: bytes) -> list[Finding]:
    return [one for one in validator().validate(xml).findings if one.code == "xsd-element-unexpected"]


def straighten(name: str, xml: bytes, most: int) -> None:
    """Follow the first hint as long as there is one: each must lead nearer, and none may take anything away."""
    tags = sorted(str(one.tag) for one in etree.fromstring(xml).iter("*"))
    steps = 0
    while found := misplaced(xml):
        steps += 1
        assert steps <= most, f"{name}: {found[0].hint}"
        assert "the order matters" in found[0].hint, name
        xml = follow(xml, found[0].hint, found[0].where.element or "")
        assert len(misplaced(xml)) < len(found), f"{name}: {found[0].hint}"
    assert validator().validate(xml).valid, name
    assert sorted(str(one.tag) for one in etree.fromstring(xml).iter("*")) == tags, name


@pytest.mark.parametrize("start", range(4))
def test_following_the_hint_on_the_order_ends_in_the_right_order(start: int) -> None:
    cases = shuffled()[start::4]
    for name, harmed in cases:
        straighten(name, harmed, most=1)
    assert len(cases) > 10


MADE_UP = Path(__file__).parent / "made-up"


def of_every_type() -> dict[str, bytes]:
    """Files of ours with two dates, and files of other tools about works that we do not deposit."""
    files = {one.value: Built.of(HEAD, [full_commentary(one)]).xml for one in RecordType}
    for name, xml in files.items():
        root = etree.fromstring(xml)
        date = next(root.iter("{*}publication_date"), None)
        if date is not None:
            twin = deepcopy(date)
            twin.set("media_type", "print")
            date.addprevious(twin)
        files[name] = etree.tostring(root)
    return files | {path.stem: path.read_bytes() for path in MADE_UP.glob("*.xml")}


@pytest.mark.parametrize("name", sorted(of_every_type()))
def test_one_hint_puts_any_disorder_right(name: str) -> None:
    chance = Random(name)
    xml = of_every_type()[name]
    assert validator().validate(xml).valid
    for _ in range(12):
        root = etree.fromstring(xml)
        own = etree.QName(root).namespace
        parent = chance.choice([one for one in root.iter(f"{{{own}}}*") if len(one) > 1 and one is not root])
        children = list(parent)
        for _ in range(chance.choice([1, 2, 3, 30])):
            child = children.pop(chance.randrange(len(children)))
            children.insert(chance.randrange(len(children) + 1), child)
        parent[:] = children
        straighten(", ".join(etree.QName(one).localname for one in children), etree.tostring(root), most=1)


def test_what_is_missing_is_added_where_it_belongs_and_what_is_there_too_often_goes() -> None:
    text = NEW.replace("<publisher_name>", "<publisher_place>Twice</publisher_place><publisher_name>", 1)
    [found] = misplaced(text.encode())
    assert found.hint == "remove the first <publisher_place>: <publisher> allows only one, which comes after it"
    review = MADE_UP.joinpath("peer-review.xml").read_text()
    [found] = misplaced(re.sub(r"<(month|day)>\d</\1>", "", review).encode())
    assert found.hint == "add <month> and <day> before <year>"


CASES = Path(__file__).parents[5] / "shared" / "cases" / "deposit-files"


@pytest.mark.parametrize("path", sorted(CASES.glob("*.xml")), ids=lambda path: path.stem)
def test_hints_on_real_files_help(path: Path) -> None:
    xml = path.read_bytes()
    for _ in range(6):
        found = [one for one in misplaced(xml) if "any more" not in one.message]
        if not found:
            break
        xml = follow(xml, found[0].hint, found[0].where.element or "")
    assert not [one for one in misplaced(xml) if "any more" not in one.message]


def test_a_head_after_the_body_is_moved_to_the_front() -> None:
    root = etree.fromstring(NEW.encode())
    root.append(root[0])
    [found] = misplaced(etree.tostring(root))
    assert found.hint.startswith("the order matters: move")
    assert validator().validate(follow(etree.tostring(root), found.hint, found.where.element or "")).valid


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_head_in_any_order_is_put_right_and_loses_nothing(order: tuple[int, ...]) -> None:
    root = etree.fromstring(NEW.encode())
    children = list(root[0])
    for place in order:
        root[0].append(children[place])
    xml = etree.tostring(root)
    for _ in range(6):
        if found := misplaced(xml):
            assert "remove" not in found[0].hint
            xml = follow(xml, found[0].hint, found[0].where.element or "")
    assert validator().validate(xml).valid
