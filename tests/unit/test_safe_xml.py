"""Hostile and broken XML: one clear finding, no file read, nothing fetched, bounded time and memory."""

import html
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doideposit.findings import Finding, Severity
from doideposit.safe_xml import LIMITS, ParsedXml, XmlLimits

DEPOSIT = (Path(__file__).parents[1] / "golden" / "deposits" / "report-series-minimal-5.5.0.xml").read_bytes()


def only_finding(xml: bytes, limits: XmlLimits = LIMITS) -> Finding:
    parsed = ParsedXml.of(xml, file="x.xml", limits=limits)
    assert parsed.root is None
    [finding] = parsed.findings
    assert finding.severity is Severity.ERROR
    assert finding.where.file == "x.xml"
    assert finding.message
    assert finding.hint
    assert "\n" not in finding.message
    return finding


BOMB = b'<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(20)
)

REFUSED = {
    "entity bomb": (BOMB + b"]><a>&u;</a>", "xml-doctype", 1),
    "entity bomb in an attribute": (BOMB + b']><a b="&u;"/>', "xml-doctype", 1),
    "external entity": (
        b'<?xml version="1.0"?>\n<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n<a>&x;</a>',
        "xml-doctype",
        2,
    ),
    "external DTD": (b'<!DOCTYPE a SYSTEM "http://127.0.0.1:1/x.dtd"><a/>', "xml-doctype", 1),
    "parameter entity": (b'<!DOCTYPE a [<!ENTITY % x SYSTEM "file:///dev/zero">%x;]><a/>', "xml-doctype", 1),
    "empty DTD": (b"<!DOCTYPE a><a/>", "xml-doctype", 1),
    "DTD behind comments": (b"<?xml version='1.0'?><!-- a --><?b c?>\n\n<!DOCTYPE a><a/>", "xml-doctype", 3),
    "DTD behind a very long comment": (b"<!--" + b"x" * 200_000 + b"--><!DOCTYPE a><a/>", "xml-doctype", None),
    "DTD in UTF-16": ("<!DOCTYPE a><a/>".encode("utf-16"), "xml-doctype", 1),
    "DTD in UTF-16 without a mark": ('<?xml version="1.0" encoding="UTF-16BE"?><!DOCTYPE a><a/>'.encode("utf-16-be"),
                                     "xml-doctype", 1),
    "DTD in UTF-32": ("<!DOCTYPE a><a/>".encode("utf-32"), "xml-encoding", 1),
    "DTD in UTF-7": (b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE a>', "xml-encoding", 1),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><a/>', "xml-encoding", 1),
    "UTF-8 that says UTF-16": (b'<?xml version="1.0" encoding="UTF-16"?>\n<a/>', "xml-encoding", 1),
    "EBCDIC": (b'<?xml version="1.0" encoding="IBM037"?><a/>', "xml-encoding", 1),
    "Latin-1 that says UTF-8": ("<a>ü</a>".encode("latin-1"), "xml-encoding", 1),
    "surrogates": (b"<a>\n\xed\xa0\x80</a>", "xml-encoding", 2),
    "overlong UTF-8": (b"<a>\xc0\xbc</a>", "xml-encoding", 1),
    "too many bytes": (b"<a>" + b"x" * 100_000_000 + b"</a>", "xml-too-large", None),
    "too many elements": (b"<a>" + b"<b/>" * 1_100_000 + b"</a>", "xml-too-large", None),
    "too many attributes": (b"<a" + b' b=""' * 1_100_000 + b"/>", "xml-too-large", None),
    "one huge text": (b"<a>" + b"x" * 11_000_000 + b"</a>", "xml-too-large", 1),
    "10,000 levels": (b"<a>" * 10_000 + b"</a>" * 10_000, "xml-too-deep", 1),
    "a million levels, open": (b"<a>" * 900_000, "xml-too-deep", 1),
    "NUL": (b"<a>\x00</a>", "xml-not-well-formed", 1),
    "control character": (b"<a>\n\n\x07</a>", "xml-not-well-formed", 3),
    "reference to NUL": (b"<a>&#0;</a>", "xml-not-well-formed", 1),
    "empty": (b"", "xml-not-well-formed", 1),
    "blank": (b" \n ", "xml-not-well-formed", 2),
    "no XML": (b"%PDF-1.7\n", "xml-not-well-formed", 1),
    "binary": (bytes(range(256)) * 10, "xml-not-well-formed", 1),
    "cut off": (DEPOSIT[:700], "xml-not-well-formed", None),
    "cut off in a tag": (b'<a b="', "xml-not-well-formed", 1),
    "lone ampersand": (b"<a>R & D</a>", "xml-not-well-formed", 1),
    "lone less-than": (b"<a>1 < 2</a>", "xml-not-well-formed", 1),
    "HTML entity": (b"<a>caf&eacute;</a>", "xml-not-well-formed", 1),
    "wrong end tag": (b"<a>\n<b></a>", "xml-not-well-formed", 2),
    "two roots": (b"<a/><b/>", "xml-not-well-formed", 1),
    "text behind": (b"<a/>\nbye", "xml-not-well-formed", 2),
    "attribute twice": (b'<a b="1" b="2"/>', "xml-not-well-formed", 1),
    "no quotes": (b"<a b=1/>", "xml-not-well-formed", 1),
    "undeclared prefix": (b"<jats:p/>", "xml-not-well-formed", 1),
    "declaration too late": (b'\n<?xml version="1.0"?><a/>', "xml-not-well-formed", 2),
    "XML 2.0": (b'<?xml version="2.0"?><a/>', "xml-not-well-formed", 1),
    "cdata left open": (b"<a><![CDATA[ x </a>", "xml-not-well-formed", 1),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_refused_with_one_finding(name: str) -> None:
    xml, code, line = REFUSED[name]
    started = time.process_time()
    finding = only_finding(xml)
    assert time.process_time() - started < 1
    assert finding.code == code
    if line:
        assert finding.where.line == line


MESSAGES = [
    (b"<a>\n<b></a>", "<b> of line 2 is closed by </a>"),
    (b"<a>caf&eacute;</a>", "XML does not know &eacute;"),
    (b"<jats:p/>", "the prefix jats: is not declared"),
    (b'<a b="1" b="2"/>', "an element has the attribute b twice"),
    (b"<a>R & D</a>", "there is an unescaped & or <"),
    (b"<a><b>", "the file ends before all its elements are closed: it is cut off"),
    (b"<a>\n<b c>\n</b></a>", "an attribute has no value"),
    (b'<a b="1"c="2"/>', "a space is missing here"),
    (b"<a>\n<!-- x </a>", "a comment is not closed"),
    (b"<a><b></b </a>", "a tag is not closed"),
]


@pytest.mark.parametrize(("xml", "message"), MESSAGES)
def test_says_it_in_plain_words_and_keeps_the_original(xml: bytes, message: str) -> None:
    finding = only_finding(xml)
    assert finding.message == message
    assert finding.original


CUT_OFF = "the file ends before all its elements are closed: it is cut off"


def test_wherever_a_file_is_cut_off_it_says_so() -> None:
    start = DEPOSIT.index(b"<doi_batch") + 5
    said = {only_finding(DEPOSIT[:end]).message for end in range(start, len(DEPOSIT.rstrip()) - 1)}
    assert said == {CUT_OFF}


def test_an_html_entity_is_spelt_out_in_the_hint() -> None:
    assert html.unescape("&eacute;") in only_finding(b"<a>&eacute;</a>").hint
    assert "&#160;" in only_finding(b"<a>&nbsp;</a>").hint  # the character itself could not be seen


ACCEPTED = {
    "UTF-8 with a mark": b"\xef\xbb\xbf<a>\xc3\xbc</a>",
    "UTF-16": '<?xml version="1.0" encoding="UTF-16"?><a>ü</a>'.encode("utf-16"),
    "UTF-16 without a mark": '<?xml version="1.0" encoding="UTF-16"?><a>ü</a>'.encode("utf-16-le"),
    "Latin-1": '<?xml version="1.0" encoding="ISO-8859-1"?><a>ü</a>'.encode("latin-1"),
    "Windows": '<?xml version="1.0" encoding="windows-1252"?><a>ü</a>'.encode("cp1252"),
    "single quotes": b"<?xml version='1.0' encoding='utf-8' standalone='yes'?><a>\xc3\xbc</a>",
    "character reference": b"<a>&#252;</a>",
    "the word in a text": b"<a>\xc3\xbc<!-- <!DOCTYPE a> --></a>",
}


@pytest.mark.parametrize("name", ACCEPTED)
def test_accepts_what_is_well_formed(name: str) -> None:
    parsed = ParsedXml.of(ACCEPTED[name])
    assert parsed.findings == ()
    assert parsed.root is not None
    assert parsed.root.text == "ü"


def test_limits_can_be_set() -> None:
    assert only_finding(b"<a>12345678901</a>", XmlLimits(size=10)).code == "xml-too-large"
    assert only_finding(b"<a><b/><b/></a>", XmlLimits(markup=2)).code == "xml-too-large"


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_any_damage_ends_in_a_tree_or_in_one_finding(data: st.DataObject) -> None:
    xml = bytearray(DEPOSIT)
    for _ in range(data.draw(st.integers(1, 4))):
        position = data.draw(st.integers(0, len(xml) - 1))
        kind = data.draw(st.sampled_from(["set", "cut", "insert", "repeat"]))
        if kind == "set":
            xml[position] = data.draw(st.integers(0, 255))
        elif kind == "cut":
            del xml[position : position + data.draw(st.integers(1, 200))]
        elif kind == "insert":
            pieces = [b"<!DOCTYPE a>", b"&a;", b"<![CDATA[", b"]]>", b"<?x?>", b"\xff", b"\x00", b"<!--", b"xmlns=''"]
            xml[position:position] = data.draw(st.sampled_from(pieces) | st.binary(max_size=20))
        else:
            xml[position:position] = xml[position : position + 300]
        xml = xml or bytearray(b"x")
    parsed = ParsedXml.of(bytes(xml))
    assert (parsed.root is None) == (len(parsed.findings) == 1)
