"""What is written for every record type and schema version, kept as files.

``DOIDEPOSIT_UPDATE_GOLDEN=1`` writes the files anew: look at the difference before it is committed.
"""

import os
from pathlib import Path

import pytest
from lxml import etree

from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.xml.batch import Built
from doideposit.records.models.batch import BatchHead
from doideposit.records.models.series import RecordType
from examples_c258 import commentary, rich_commentary, series
from made_up_records import full_commentary

ROOT = Path(__file__).parents[4]
GOLDEN = ROOT / "tests" / "golden" / "xml"
EXAMPLES = ROOT.parent / "shared" / "crossref" / "examples"


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
def test_every_field_of_every_record_type(record_type: RecordType, version: str) -> None:
    xml = Built.of(HEAD, [full_commentary(record_type)], schema_version=version).xml
    path = GOLDEN / f"{record_type.value}-{version}.xml"
    if os.environ.get("DOIDEPOSIT_UPDATE_GOLDEN"):
        path.write_bytes(xml)
    assert xml == path.read_bytes()


def outline(xml: bytes) -> list[tuple[str, dict[str, str], str, str]]:
    """Every element in order with attributes and texts; indentation does not count."""
    parser = etree.XMLParser(remove_comments=True)
    return [
        (str(one.tag), dict(one.attrib), (one.text or "").strip(), (one.tail or "").strip())
        for one in etree.fromstring(xml, parser).iter()
    ]


def example(name: str) -> list[tuple[str, dict[str, str], str, str]]:
    path = EXAMPLES / name
    if not path.exists():
        pytest.skip(f"the worked example {name} is not on this machine")
    # The examples call every name western, which no record of ours says.
    return outline(path.read_bytes().replace(b' name-style="western"', b""))


def c258_head(kind: str) -> BatchHead:
    name = "South Asia Democratic Forum"
    return BatchHead(f"sadf-c258-{kind}-20260901T120000Z", 20260901120000000, name, "doi@example.org", name)


@pytest.mark.parametrize(
    ("record_type", "name", "kind"),
    [
        (RecordType.REPORT_SERIES, "c258-report.xml", "report"),
        (RecordType.REPORT_SINGLE, "c258-report-single.xml", "single"),
        (RecordType.JOURNAL, "c258-journal.xml", "journal"),
        (RecordType.POSTED, "c258-posted.xml", "posted"),
    ],
)
def test_comment_258_says_what_the_worked_example_says(record_type: RecordType, name: str, kind: str) -> None:
    built = Built.of(c258_head(kind), [commentary(series(record_type=record_type))])
    assert outline(built.xml) == example(name)


def test_the_rich_comment_258_says_what_the_rich_example_says() -> None:
    ours = outline(Built.of(c258_head("report"), [rich_commentary()]).xml)
    differing = {"doi", "resource"}  # the example invents a DOI outside the series
    theirs = example("c258-report-rich.xml")
    assert [one for one in ours if etree.QName(one[0]).localname not in differing] == [
        one for one in theirs if etree.QName(one[0]).localname not in differing
    ]
    assert [one[:2] for one in ours] == [one[:2] for one in theirs]
