"""Ready-made deposit XML: what it registers, and a new head without touching anything else."""

import pytest
from lxml import etree

from deposit_heads import HEAD
from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.xml.batch import Built
from doideposit.crossref.xml.deposit_file import DepositFile
from doideposit.crossref.xml.existing import DepositItem
from doideposit.records.models.series import RecordType
from made_up_records import full_commentary

JOURNAL = b"""<?xml version='1.0'?>
<!-- <timestamp>1</timestamp> -->
<cr:doi_batch xmlns:cr="http://www.crossref.org/schema/4.4.2"   version='4.4.2'>
<cr:head><cr:doi_batch_id a = "x > y">old<![CDATA[</doi_batch_id>]]></cr:doi_batch_id>
  <cr:timestamp
    />
  <cr:depositor><cr:timestamp>7</cr:timestamp></cr:depositor></cr:head>
<cr:body><cr:journal>
  <cr:journal_metadata><cr:full_title>Old
     Journal</cr:full_title></cr:journal_metadata>
  <cr:journal_article><cr:titles><cr:title>One <cr:i>and</cr:i> more</cr:title></cr:titles>
    <cr:doi_data><cr:doi>10.5555/one</cr:doi><cr:timestamp>3</cr:timestamp><cr:resource>http://x.org/</cr:resource></cr:doi_data></cr:journal_article>
  <cr:journal_article><cr:titles><cr:title>Two</cr:title></cr:titles>
    <cr:doi_data><cr:doi>10.5555/Two</cr:doi></cr:doi_data></cr:journal_article>
  <cr:journal_article><cr:doi_data><cr:doi>10.5555/three four</cr:doi></cr:doi_data></cr:journal_article>
</cr:journal></cr:body></cr:doi_batch>
"""


def test_every_doi_is_an_item() -> None:
    found = DepositItem.read_all(JOURNAL)
    assert [(str(one.doi), one.record_type, one.container, one.title) for one in found] == [
        ("10.5555/one", "journal", "Old Journal", "One and more"),
        ("10.5555/Two", "journal", "Old Journal", "Two"),
    ]
    assert found[0].fingerprint == found[1].fingerprint


@pytest.mark.parametrize("version", SCHEMA_VERSIONS)
@pytest.mark.parametrize("record_type", RecordType)
def test_a_file_made_here_has_the_fingerprint_of_its_record(record_type: RecordType, version: str) -> None:
    commentary = full_commentary(record_type)
    (item,) = DepositItem.read_all(Built.of(HEAD, [commentary], schema_version=version).xml)
    assert item.fingerprint == Built.fingerprint_of(commentary, schema_version=version)
    assert item.record_type == record_type
    assert item.doi == commentary.doi
    assert item.title == "Water & fire: why H2O matters x"
    assert item.container == (None if record_type is RecordType.REPORT_SINGLE else "Notes from the Island")


def test_indentation_comments_and_attribute_order_do_not_count() -> None:
    (plain,) = DepositItem.read_all(
        b"<doi_batch><body><posted_content a='1' b='2'><doi_data><doi>10.5555/a</doi></doi_data></posted_content></body></doi_batch>"
    )
    (other,) = DepositItem.read_all(
        b"<doi_batch><body><!-- c --><posted_content b='2' a='1'>\n  <doi_data><!-- d -->\n<doi>10.5555/a</doi>"
        b"</doi_data>\n</posted_content></body></doi_batch>"
    )
    assert plain.fingerprint == other.fingerprint


def test_white_space_in_titles_counts() -> None:
    one = b"<doi_batch xmlns='urn:x'><body><x><titles><title><i>a</i>%b<b>b</b></title></titles><doi_data><doi>10.5555/a</doi></doi_data></x></body></doi_batch>"
    assert DepositItem.read_all(one % b"")[0].fingerprint != DepositItem.read_all(one % b" ")[0].fingerprint


@pytest.mark.parametrize(
    "xml", [b"", b"<a/>", b"<doi_batch/>", b"<doi_batch><body/></doi_batch>", b"<doi_batch>", b"\x00"]
)
def test_what_is_no_deposit_has_no_items_and_stays_as_it_is(xml: bytes) -> None:
    assert DepositItem.read_all(xml) == ()
    assert DepositFile(xml).restamp("new", 1).xml == xml


def test_restamping_changes_the_two_values_of_the_head_and_nothing_else() -> None:
    done = DepositFile(JOURNAL).restamp("a&b", 99).xml
    before, after = etree.fromstring(JOURNAL), etree.fromstring(done)
    for name, value in (("doi_batch_id", "a&b"), ("timestamp", "99")):
        assert after.findtext(f"{{*}}head/{{*}}{name}") == value
        for root in (before, after):
            (field,) = root.iterfind(f"{{*}}head/{{*}}{name}")
            field.text = None
            del field[:]
    assert etree.tostring(after, method="c14n") == etree.tostring(before, method="c14n")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_what_is_sent_is_utf_8_without_a_mark(encoding: str) -> None:
    name = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    text = f'<?xml version="1.0" encoding="{name}"?>\n<doi_batch><head><doi_batch_id>é</doi_batch_id><timestamp>1</timestamp></head>é</doi_batch>\n'
    done = DepositFile(text.encode(encoding)).restamp("new", 2).xml
    expected = text.replace(f'"{name}"', '"UTF-8"').replace(">é</doi", ">new</doi", 1).replace(">1<", ">2<")
    assert done == expected.encode("utf-8")


def test_restamping_our_own_file_is_building_it_anew() -> None:
    from dataclasses import replace

    commentary = full_commentary(RecordType.JOURNAL)
    later = replace(HEAD, batch_id="later-1", timestamp=20270101000000000)
    assert (
        DepositFile(Built.of(HEAD, [commentary]).xml).restamp("later-1", 20270101000000000).xml
        == Built.of(later, [commentary]).xml
    )


def test_a_document_type_is_refused() -> None:
    xml = b'<!DOCTYPE doi_batch [<!ENTITY a "b">]><doi_batch><head><timestamp>1</timestamp></head></doi_batch>'
    assert DepositItem.read_all(xml) == ()
    assert DepositFile(xml).restamp("new", 2).xml == xml
