"""What is registered after a second deposit: what is replaced, what is kept, what is emptied, under each rule."""

import re
from dataclasses import replace

import pytest

from doideposit.sandbox.clock import Clock
from doideposit.sandbox.retention import SandboxRules
from doideposit.sandbox.simulation import Sandbox
from sandbox_deposits import STAMP, get, settle, upload

DOI = "10.5555/c1"
NAMES = (
    'xmlns:ai="http://www.crossref.org/AccessIndicators.xsd" xmlns:fr="http://www.crossref.org/fundref.xsd" '
    'xmlns:rel="http://www.crossref.org/relations.xsd" xmlns:jats="http://www.ncbi.nlm.nih.gov/JATS1"'
)
ABSTRACT = "<jats:abstract><jats:p>Old words.</jats:p></jats:abstract>"
LICENCE = '<ai:program name="AccessIndicators"><ai:license_ref>https://example.org/{}</ai:license_ref></ai:program>'
CITED = '<citation_list><citation key="{0}"><unstructured_citation>Book {0}</unstructured_citation></citation></citation_list>'
RELATED = (
    '<rel:program name="relations"><rel:related_item><rel:inter_work_relation relationship-type="isCommentOn" '
    'identifier-type="uri">https://example.org/{}</rel:inter_work_relation></rel:related_item></rel:program>'
)
TEXT = '<collection property="text-mining"><item><resource>https://example.org/{}.pdf</resource></item></collection>'
VERSION = "<version_info><version>{}</version></version_info>"


def deposit(stamp: int, *, abstract: str = "", before: str = "", data: str = "", after: str = "") -> bytes:
    """A report on its own, with blocks before, in and after doi_data."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        f'<doi_batch version="5.5.0" xmlns="http://www.crossref.org/schema/5.5.0" {NAMES}><head><doi_batch_id>b-{stamp}'
        f"</doi_batch_id><timestamp>{stamp}</timestamp><depositor><depositor_name>F</depositor_name><email_address>"
        "d@example.org</email_address></depositor><registrant>F</registrant></head><body>"
        '<report-paper publication_type="full_text"><report-paper_metadata language="en"><contributors><person_name '
        'sequence="first" contributor_role="author"><surname>Sen</surname></person_name></contributors>'
        f"<titles><title>On\n rivers</title></titles>{abstract}<publication_date><year>2023</year></publication_date>"
        f"{before}<doi_data><doi>{DOI}</doi><resource>https://example.org/c1</resource>{data}</doi_data>{after}"
        "</report-paper_metadata></report-paper></body></doi_batch>"
    ).encode()


FULL = deposit(
    STAMP,
    abstract=ABSTRACT,
    before=LICENCE.format("old") + RELATED.format("old") + VERSION.format("1"),
    data=TEXT.format("old"),
    after=CITED.format("old"),
)
BLOCKS = {
    "ai:program": ("before", LICENCE, '<ai:program name="AccessIndicators"/>', "rights"),
    "rel:program": ("before", RELATED, '<rel:program name="relations"/>', "relations"),
    "collection": ("data", TEXT, '<collection property="text-mining"/>', "rights"),
    "citation_list": ("after", CITED, "<citation_list/>", "references"),
}


def registered(rules: SandboxRules, *files: bytes) -> str:
    """The record in unixsd after these files, one after the other."""
    clock = Clock()
    sandbox = Sandbox(clock=clock, rules=rules)
    for number, content in enumerate(files):
        upload(sandbox, content, f"{number}.xml")
        settle(sandbox, clock)
    return get(sandbox, "/servlet/query", pid="a@example.org", format="unixsd", id=DOI).text


def test_the_bibliography_is_replaced_and_the_rest_is_kept() -> None:
    record = registered(SandboxRules(), FULL, deposit(STAMP + 1))
    assert "Old words" not in record
    assert "version_info" not in record
    assert all(f"https://example.org/old{end}<" in record for end in ("", ".pdf"))
    assert "Book old" in record
    assert "<title>On rivers</title>" in record


def test_what_is_left_out_goes_where_the_rules_say_so() -> None:
    record = registered(SandboxRules(omitted="drop", versions="retain"), FULL, deposit(STAMP + 1))
    assert "old<" not in record
    assert "<version>1</version>" in record


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize("way", ["merge", "replace"])
def test_content_over_content_is_added_or_takes_its_place(block: str, way: str) -> None:
    place, form, _, rule = BLOCKS[block]
    rules = replace(SandboxRules(), **{rule: way})  # type: ignore[arg-type]  # the values of these four rules
    record = registered(rules, FULL, deposit(STAMP + 1, **{place: form.format("new")}))
    assert "new" in _of(record, block)
    assert ("old" in _of(record, block)) == (way == "merge")


@pytest.mark.parametrize("block", BLOCKS)
def test_an_empty_parent_empties_the_block_and_no_other(block: str) -> None:
    place, _, empty, _ = BLOCKS[block]
    record = registered(SandboxRules(), FULL, deposit(STAMP + 1, **{place: empty}))
    assert "old" not in _of(record, block)
    others = [name for name in BLOCKS if name != block]
    assert all("old" in _of(record, name) for name in others)


def _of(record: str, block: str) -> str:
    """The text of one kind of block."""
    names = {
        "ai:program": r"<ai:license_ref.*?</ai:license_ref>",
        "rel:program": r"<rel:related_item.*?</rel:related_item>",
        "collection": r"<collection.*?</collection>",
        "citation_list": r"<citation_list.*?</citation_list>",
    }
    return "".join(re.findall(names[block], record, re.DOTALL))


def resources(*elements: str, head: str = "") -> bytes:
    return (
        f'<doi_batch version="5.4.0" xmlns="http://www.crossref.org/doi_resources_schema/5.4.0" {NAMES}><head>'
        f"<doi_batch_id>r-1</doi_batch_id>{head}</head><body>{''.join(elements)}</body></doi_batch>"
    ).encode()


def test_a_resource_only_deposit_changes_its_block_alone() -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    upload(sandbox, FULL, "1.xml")
    settle(sandbox, clock)
    before = sandbox.record(DOI)
    content = resources(f"<doi_citations><doi>{DOI}</doi>{CITED.format('new')}</doi_citations>",
                        f'<lic_ref_data><doi>{DOI}</doi><ai:program name="AccessIndicators"/></lic_ref_data>')  # fmt: skip
    upload(sandbox, content, "2.xml", operation="doDOICitUpload")
    settle(sandbox, clock)
    after = sandbox.record(DOI)
    assert before is not None
    assert after is not None
    assert after.timestamp == before.timestamp
    assert after.applied > before.applied
    assert "Book new" in after.record
    assert "Book old" not in after.record
    assert "license_ref" not in after.record
    assert "Old words" in after.record


@pytest.mark.parametrize(
    "content",
    [
        resources(f"<doi_citations><doi>{DOI}</doi><citation_list/></doi_citations>", head="<timestamp>1</timestamp>"),
        resources(f"<lic_ref_data><doi>{DOI}</doi></lic_ref_data>", f"<doi_citations><doi>{DOI}</doi></doi_citations>"),
    ],
    ids=["a timestamp in the head", "elements out of order"],
)
def test_a_resource_only_deposit_that_its_schema_refuses(content: bytes) -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    upload(sandbox, FULL, "1.xml")
    upload(sandbox, content, "2.xml", operation="doDOICitUpload")
    settle(sandbox, clock)
    assert b"cvc-complex-type" in (sandbox.submissions[-1].log or b"")


def test_others_change_records_behind_our_back() -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    upload(sandbox, FULL, "1.xml")
    settle(sandbox, clock)
    sandbox.elsewhere.match(DOI, "old", "10.7777/found")
    sandbox.elsewhere.change_url(DOI, "https://example.org/moved")
    sandbox.elsewhere.clear_block(DOI, '<collection property="text-mining"/>')
    sandbox.elsewhere.deposit(deposit(STAMP * 10, abstract=ABSTRACT.replace("Old", "Foreign")))
    record = get(sandbox, "/servlet/query", pid="a@example.org", format="unixsd", id=DOI).text
    assert '<doi provider="crossref">10.7777/found</doi>' in record
    assert "old.pdf" not in record
    assert "Foreign words" in record
    assert f">{STAMP * 10}<" in record
    sandbox.elsewhere.transfer(DOI, "10.8888")
    upload(sandbox, deposit(STAMP * 100), "3.xml")
    settle(sandbox, clock)
    assert b"not allowed to update" in (sandbox.submissions[-1].log or b"")
    assert '"items": []' in get(sandbox, "/prefixes/10.5555/works", cursor="*").text


def test_lists_go_by_owner_with_a_cursor_that_dies() -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    for number in range(3):
        upload(sandbox, FULL.replace(b"10.5555/c1", b"10.5555/c%d" % number), f"{number}.xml")
    settle(sandbox, clock)
    clock.advance(60)
    first = get(sandbox, "/members/99999/works", cursor="*", rows="2").text
    cursor = re.findall(r'"next-cursor": "([^"]+)"', first)[0]
    assert get(sandbox, "/members/99999/works", cursor=cursor, rows="2").text.count('"member": "99999"') == 1
    sandbox.elsewhere.hide("10.5555/c2")
    clock.advance(301)
    assert get(sandbox, "/members/99999/works", cursor=cursor).status == 400
    assert get(sandbox, "/members/99999/works").text.count('"member": "99999"') == 2


def test_unixref_has_no_namespaces_and_a_date_for_a_timestamp() -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    upload(sandbox, FULL)
    settle(sandbox, clock)
    record = get(sandbox, "/openurl", pid="a@example.org", id=f"doi:{DOI}", noredirect="true", format="unixref").text
    assert "xmlns" not in record
    assert not re.search(r"</?\w+:", record)
    assert re.search(r'owner="10.5555" timestamp="2026-09-01 12:00:0\d"', record)
    missing = get(sandbox, "/openurl", pid="a@example.org", id="doi:10.5555/no", format="unixref").text
    assert "<error>doi:10.5555/no</error>" in missing


def test_an_alias_answers_with_the_record_of_its_primary() -> None:
    clock = Clock()
    sandbox = Sandbox(clock=clock)
    for number in (1, 2):
        upload(sandbox, FULL.replace(b"10.5555/c1", b"10.5555/c%d" % number), f"{number}.xml")
    settle(sandbox, clock)
    sandbox.elsewhere.alias("10.5555/c2", "10.5555/c1")
    record = get(sandbox, "/search/doi", pid="a@example.org", doi="10.5555/c2").text
    assert '<crm-item name="prime-doi" type="doi">10.5555/c1</crm-item>' in record
    assert "<doi>10.5555/c1</doi>" in record


@pytest.mark.parametrize(("doi", "status"), [("10.5555/none", "unresolved"), ("nonsense", "malformed")])
def test_the_query_service_says_no_in_two_ways(doi: str, status: str) -> None:
    assert f'<query status="{status}">' in get(Sandbox(), "/search/doi", pid="a@example.org", doi=doi).text
