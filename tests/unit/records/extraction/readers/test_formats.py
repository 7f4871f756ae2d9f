"""The readers of Word, pages, OpenDocument, Rich Text, e-books and JATS: one document, and the same draft from each."""

import pytest

from document_formats import FORMATS, docx_of, epub_of, odt_of, page_of, rtf_of, zipped
from doideposit.records.extraction.draft import Draft
from doideposit.records.extraction.drafting import draft_of
from doideposit.records.extraction.readers.opening import read_bytes
from drafts import read
from finished_documents import SERIES, document

REFERENCES = """## References

Brandt, H. (2020). Counting *ferries*. *Journal of Harbours*, 7(1), 33–48. [https://doi.org/10.5555/jsh.2020.7](https://doi.org/10.5555/jsh.2020.7)

Ōkoye, N. (2022, May 9). The boat that waited: “never” again. <https://post.example.net/a_(b)?c=1&d=2>; and 李 (2021).
"""
TEXT = document(title="# Salz & Größe: a *fable* {of} 塩", references=REFERENCES)


def draft(data: bytes, name: str) -> Draft:
    return draft_of(read_bytes(data, file=name), series=SERIES)


@pytest.mark.parametrize("suffix", sorted(FORMATS))
def test_one_document_gives_one_draft_whatever_its_format(suffix: str) -> None:
    found = draft(FORMATS[suffix](page_of(TEXT, name="a.md")), f"a{suffix}")
    assert found.data == read(TEXT, file="a.md", series=SERIES).data
    assert len(found.data["references"]) == 2


NOTES = {
    "a.rtf": rb"{\rtf1\ansi\pard COMMENT 300\par Salt\par By Ada Byron\par 4 May 2021\par It is so{\super\chftn}{\footnote \pard {\super\chftn} Brandt (2020). Ferries. {\field{\*\fldinst HYPERLINK \"https://a.example/1\"}{\fldrslt https://a.example/1}}; {\field{\*\fldinst{HYPERLINK \"https://a.example/2\"}}{\fldrslt{\ul there}}}\par} and ends.\par{\header left out}{\*\unknown left out}{\pict 00ff00}\par}",
    "a.odt": zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "content.xml": """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:xlink="http://www.w3.org/1999/xlink"><office:body><office:text>
<text:tracked-changes><text:changed-region><text:deletion><text:p>By Taken Back</text:p></text:deletion></text:changed-region></text:tracked-changes>
<text:p>COMMENT 300</text:p><text:h text:outline-level="1">Salt</text:h><text:p>By Ada<text:s/>Byron<office:annotation><text:p>check this</text:p></office:annotation></text:p><text:p>4 May 2021</text:p>
<text:p>It is so<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>Brandt (2020). Ferries. <text:a xlink:href="https://a.example/1">https://a.example/1</text:a>; <text:a xlink:href="https://a.example/2">there</text:a></text:p></text:note-body></text:note> and ends.</text:p>
</office:text></office:body></office:document-content>""",
        }
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(NOTES))
def test_footnotes_are_the_references_and_what_is_not_printed_stays_out(name: str) -> None:
    found = draft(NOTES[name], name)
    assert (found.text("title"), found.text("authors", 0, "family")) == ("Salt", "Byron")
    references = found.data["references"]
    assert [one["url"] for one in references] == ["https://a.example/1"]
    assert references[0]["text"].startswith("Brandt (2020). Ferries.")
    assert all("left out" not in value["value"] for value in found.values())
    assert any(found.where.field == "references[0].url" for found in found.findings), "the second address is told"


def test_rich_text_in_other_character_sets_is_decoded() -> None:
    russian = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0\fcharset204 Arial;}{\f1\fcharset128 Gothic;}}\f0 \'d1\'ee\'eb\'fc {\f1 \'89\'96} \u8211?\u-10179?\u-8704? x\par}"
    (line,) = read_bytes(russian, file="a.rtf").lines
    assert line.text.startswith("Соль 塩 –")


def test_an_e_book_states_its_title_and_its_authors() -> None:
    metadata = """<dc:title>Salt and silence</dc:title><dc:creator id="c1">Ada Maria Byron</dc:creator>
<meta refines="#c1" property="file-as">Byron, Ada Maria</meta><dc:creator id="c2">Zoë Set</dc:creator>
<meta refines="#c2" property="role">trl</meta><dc:identifier>doi:10.48251/SADF.ISSN.2406-5617.C300</dc:identifier>
<dc:date>2021-05-04T00:00:00Z</dc:date><dc:language>en</dc:language>"""
    found = draft(epub_of("<h1>Cover</h1>", metadata=metadata), "a.epub")
    assert (found.text("title"), found.text("published"), found.text("language")) == (
        "Salt and silence",
        "2021-05-04",
        "en",
    )
    assert found.text("doi") == "10.48251/SADF.ISSN.2406-5617.C300"
    assert found.data["authors"] == [{"given": "Ada Maria", "family": "Byron"}]


def test_an_e_book_that_is_protected_is_named() -> None:
    entries = {"META-INF/container.xml": '<container><rootfile full-path="a.opf"/></container>', "META-INF/encryption.xml": "<e URI='t.xhtml'/>",
               "a.opf": '<package xmlns="http://www.idpf.org/2007/opf"><manifest><item id="i" href="t.xhtml"/></manifest><spine><itemref idref="i"/></spine></package>'}  # fmt: skip
    (finding,) = read_bytes(zipped(entries), file="a.epub").findings
    assert (finding.code, "protected" in finding.message) == ("document-format", True)


def test_entities_of_an_article_bring_nothing_in() -> None:
    hostile = b'<?xml version="1.0"?><!DOCTYPE article [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "yyyy">]><article><front><article-meta><title-group><article-title>A&x;&y;&nbsp;B</article-title></title-group></article-meta></front></article>'
    assert draft(hostile, "a.xml").text("title") == "A B"


@pytest.mark.parametrize(
    ("markup", "family"),
    [
        ("<string-name>Ada Byron</string-name>", "Byron"),
        ("<string-name><surname>Byron</surname>, <given-names>Ada</given-names></string-name>", "Byron"),
        ("<name-alternatives><name><surname>Byron</surname><given-names>A.</given-names></name><name xml:lang='ja'><surname>バ</surname></name></name-alternatives>", "Byron"),
        ("<name><given-names>Sukarno</given-names></name>", "Sukarno"),
    ],
)  # fmt: skip
def test_contributors_in_all_their_forms(markup: str, family: str) -> None:
    article = f"<article><front><article-meta><title-group><article-title>T</article-title></title-group><contrib-group><contrib>{markup}</contrib></contrib-group></article-meta></front></article>"
    assert draft(article.encode(), "a.xml").text("authors", 0, "family") == family


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (zipped({"xl/workbook.xml": "<a/>"}), "renamed.docx", "an Excel table"),
        (zipped({"ppt/presentation.xml": "<a/>"}), "a.zip", "a presentation"),
        (zipped({"Index/Document.iwa": "x"}), "a.pages", "Apple Pages"),
        (zipped({"a.docx": "x"}), "a.zip", "a ZIP archive"),
        (OLE + "WordDocument".encode("utf-16-le"), "a", "an old Word file"),
        (OLE + "Workbook".encode("utf-16-le"), "a.doc", "an Excel table"),
        (OLE + "EncryptedPackage".encode("utf-16-le"), "a.docx", "protected by a password"),
        (OLE + "__substg1.0_0037001F".encode("utf-16-le"), "a.msg", "an e-mail"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "scan", "a picture"),
        (b"\xff\xd8\xff\xe0" + b"\0" * 50, "scan.pdf", "a picture"),
        (b"<?xml version='1.0'?><doi_batch xmlns='http://www.crossref.org/schema/5.4.0'/>", "a.xml", "a deposit file for Crossref"),
        (b"<?xml version='1.0'?><TEI xmlns='http://www.tei-c.org/ns/1.0'/>", "a.xml", "a TEI document"),
        (b"<?xml version='1.0'?><rss/>", "a.xml", "a news feed"),
        (b"\\documentclass{article}", "a.tex", "a LaTeX file"),
        (b"series: a\n", "a.yaml", "a YAML file"),
        (b"a,b\n", "a.csv", "a table"),
        (b"MIME-Version: 1.0\r\n\r\n", "a.mht", "a web archive"),
        (b"bplist00\0", "a.html", "a web archive"),
        (b"{}", "a.ipynb", "a Jupyter notebook"),
    ],
)  # fmt: skip
def test_other_formats_are_named_with_the_way_to_go(data: bytes, name: str, words: str) -> None:
    (finding,) = read_bytes(data, file=name).findings
    assert finding.code == "document-format"
    assert words in finding.message
    assert finding.hint


@pytest.mark.parametrize(
    ("types", "document", "words"),
    [
        ("application/vnd.ms-word.document.macroEnabled.main+xml", "<a/>", "with macros"),
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.template.main+xml", "<a/>", "a template"),
        ("", '<w:document xmlns:w="http://purl.oclc.org/ooxml/wordprocessingml/main"/>', "Strict"),
    ],
)
def test_word_files_that_the_library_refuses_are_named(types: str, document: str, words: str) -> None:
    (finding,) = read_bytes(
        zipped({"[Content_Types].xml": types, "word/document.xml": document}), file="a.docx"
    ).findings
    assert (finding.code, words in finding.message) == ("document-format", True)


def test_the_content_counts_and_not_the_name() -> None:
    assert [one.text for one in read_bytes(docx_of("<p>A</p>"), file="a.unknown").lines] == ["A"]
    assert [one.text for one in read_bytes(odt_of("<p>A</p>"), file="a.zip").lines] == ["A"]
    assert [one.text for one in read_bytes(rtf_of("<p>A</p>"), file="a.doc").lines] == ["A"]
