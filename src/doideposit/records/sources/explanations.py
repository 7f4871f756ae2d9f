"""Explain the codes of the readers of record files."""

from typing import Final

from doideposit.explanation import CodeOrigin, Explanation
from doideposit.findings import Severity
from doideposit.pages import AUTHORS, HTTPS_POST

__all__ = ["FILES"]

_file = CodeOrigin.FILE.writer()
_YAML = "https://yaml.org/spec/1.2.2/"
_JSON = "https://www.rfc-editor.org/rfc/rfc8259"
_CSV = "https://www.rfc-editor.org/rfc/rfc4180"

FILES: Final[tuple[Explanation, ...]] = (
    _file(
        "file-missing",
        "No such file",
        "Nothing of that name was found.",
        "look at the spelling and the folder",
    ),
    _file(
        "file-is-directory",
        "A folder in place of a file",
        "A single file is expected here.",
        "name a file inside it",
    ),
    _file(
        "file-unreadable",
        "A file that may not be read",
        "The system refuses access to it.",
        "change its permissions, or run as a user who may read it",
    ),
    _file(
        "file-too-large",
        "A file that is too large",
        "Limits keep a wrong file from filling the memory; Crossref itself takes deposit files up to 10 MB.",
        "split it, or look whether this is the right file",
        source=HTTPS_POST,
    ),
    _file(
        "file-faulty-throughout",
        "A file with errors throughout",
        "After a thousand records with errors the rest of a file is not looked at: nobody reads more of them.",
        "correct what they have in common, such as the form of a date or the name of a column, and check it again",
    ),
    _file(
        "file-empty",
        "An empty file",
        "There is nothing to read in it.",
        "look whether the right file was saved",
    ),
    _file(
        "file-binary",
        "A file that is no text",
        "Records and documents are read as text.",
        "save or export it as Markdown or plain text in UTF-8",
    ),
    _file(
        "file-encoding",
        "A file that is not UTF-8",
        "Read in another encoding, names lose their letters without anyone noticing.",
        "save the file as UTF-8; it may be in Windows-1252 or ISO 8859-1",
    ),
    _file(
        "file-kind",
        "A file of an unknown kind",
        "The kind is told by the ending of the name: .yaml, .yml, .json, .jsonl, .csv for records, .xml for deposits.",
        "save it as one of these, or rename it",
    ),
    _file(
        "folder-empty",
        "A folder without records",
        "Folders are read with everything below them, by the endings of the names.",
        "look whether this is the right folder",
    ),
    _file(
        "no-record",
        "A file without a record",
        "The file can be read and holds nothing to deposit.",
        "write at least series, number, title, authors and published",
    ),
    _file(
        "record-shape",
        "Something else than a record",
        "A file holds one record, as keys with values, or a list of records.",
        "write the fields as keys with values, one on each line",
        bad="- Prospects for NATO-Japan relations",
        good="- series: sadf-comment\n  number: 258",
    ),
    _file(
        "duplicate-key",
        "A field written twice",
        "Readers of YAML and JSON silently keep one of the two, so it is refused.",
        "keep one of the two",
        bad="number: 258\nnumber: 259",
        good="number: 258",
    ),
    _file(
        "yaml-syntax",
        "A line that is not YAML",
        "Most often a colon or a quotation mark in a text without quotes, or a line that is indented otherwise.",
        "put the text into quotes; line up what belongs together",
        bad="title: NATO: Prospects",
        good='title: "NATO: Prospects"',
        source=_YAML,
    ),
    _file(
        "yaml-merge-key",
        "A merge key",
        "It would hide where a field comes from.",
        "write the keys out",
        source=_YAML,
    ),
    _file(
        "yaml-key-shape",
        "A key that is no word",
        "Fields have names; lists and mappings cannot be one.",
        "write the name of a field",
        source=_YAML,
    ),
    _file(
        "yaml-alias",
        "A reference that goes in a circle or nowhere",
        "An alias stands for something that was written before it.",
        "write the value out",
        source=_YAML,
    ),
    _file(
        "yaml-anchor",
        "A name for a value that was perhaps a part of the text",
        "A word that begins with & names the value behind it in YAML, so that “&Water in Delhi” is read as “in Delhi”.",
        "put the whole text into quotes",
        source=_YAML,
        severity=Severity.WARNING,
    ),
    _file(
        "yaml-comment",
        "A comment that was perhaps a part of the text",
        "A hash sign behind a space begins a comment in YAML, so that “Lessons from case #3” is read as “Lessons from "
        "case”. Two spaces before the sign, and one behind it, say that a remark is meant.",
        "put the whole text into quotes",
        source=_YAML,
        severity=Severity.WARNING,
    ),
    _file(
        "yaml-tag",
        "A tag of YAML",
        "Records hold texts, lists and mappings, and no objects of a program.",
        "take the tag away",
        source=_YAML,
    ),
    _file(
        "json-syntax",
        "A line that is not JSON",
        "Most often a comma too many or too few, or a quotation mark within a text.",
        "compare the line with one that is right",
        source=_JSON,
    ),
    _file(
        "too-deep",
        "Nested too deep",
        "No record is nested like this; files made to break readers are.",
        "look whether this is the right file",
    ),
    _file(
        "too-many-values",
        "Too many values",
        "A small file can unfold to millions of values; nothing in it was read.",
        "split it, or use JSON Lines or CSV, which have no such limit",
    ),
    _file(
        "line-too-long",
        "A line that is too long",
        "Files of one record a line are read line by line, in bounded memory.",
        "look whether this is the right file",
    ),
    _file(
        "csv-syntax",
        "A row that is not CSV",
        "Cells with commas, quotation marks or line breaks stand in quotation marks.",
        "close the quotation mark, and double those within the cell",
        source=_CSV,
    ),
    _file(
        "csv-cells",
        "A row with too many cells",
        "A comma in a text without quotation marks makes two cells of one.",
        "put a cell that contains the sign between columns into quotation marks",
        source=_CSV,
    ),
    _file(
        "csv-columns",
        "Two columns that contradict each other",
        "A field was given as a whole and in parts.",
        "keep one of the two forms",
        source=_CSV,
    ),
    _file(
        "column-unnamed",
        "A value in a column without a name",
        "Columns are told by their names. One that is empty throughout is passed over.",
        "give the column the name of a field, or empty it",
        source=_CSV,
    ),
    _file(
        "too-many-columns",
        "A table with too many columns",
        "No record has so many parts; the file is another one, or rows and columns are exchanged.",
        "look whether this is the right file",
        source=_CSV,
    ),
    _file(
        "author-several",
        "Several people in place of one author",
        "Without semicolons nobody can tell where one author ends, and a wrong author is registered.",
        "write “Family, Given; Family, Given”; a group stands in a column author_1_organisation",
        source=AUTHORS,
    ),
    _file(
        "unknown-column",
        "An unknown column",
        "Unknown columns are refused, because a misspelt one would silently be left out of the deposit.",
        "correct the spelling, or take the column away",
        source=_CSV,
    ),
    _file(
        "author-without-comma",
        "An author without a comma",
        "In a table an author is written “Family, Given”. Without the comma nobody can tell the two apart.",
        "write “Wolf, Siegfried O.”, or an organisation in a column of its own",
        source=AUTHORS,
        severity=Severity.WARNING,
    ),
    _file(
        "unknown-series",
        "An unknown series",
        "Records name their series by the short name the configuration gives it.",
        "correct the name, or add the series to doideposit.toml",
    ),
    _file(
        "series-by-name",
        "A series described in the record",
        "What all commentaries of a series share stands once, in the configuration.",
        "describe it in the configuration, and write its short name here",
    ),
    _file(
        "edit-impossible",
        "A value that cannot be changed in its file",
        "A file of yours is only changed where the one value can be exchanged and everything else stays as it is; the "
        "new text is read again before it replaces the old one.",
        "change the line by hand",
    ),
    _file(
        "file-changed",
        "A file that changed meanwhile",
        "Somebody saved it after it was read, and their change would be lost.",
        "give the command again",
    ),
    _file(
        "file-read-only",
        "A file that may not be written",
        "The system refuses this user to write it.",
        "change its permissions, or run as a user who may write it",
    ),
    _file(
        "bibliography-syntax",
        "An entry of a file of references that cannot be read",
        "A brace or a quotation mark is not closed, or an entry has no end; what it says would silently be missing.",
        "compare it with an entry that is right",
    ),
    _file(
        "bibliography-key",
        "A key given twice in a file of references",
        "A text that cites the key can mean either entry; the first one counts.",
        "give one of the two another key",
        severity=Severity.WARNING,
    ),
    _file(
        "bibliography-kind",
        "A file that holds no references",
        "References are read from BibTeX, RIS, and the JSON or YAML of CSL.",
        "export the references in one of these forms",
    ),
    _file(
        "bibliography-whole",
        "References that no text cites by key",
        "Where the text cites by key, as [@wolf2023], only what it cites is taken; here it does not.",
        "take out of the file what the text does not cite",
        severity=Severity.INFO,
    ),
    _file(
        "citation-unknown",
        "A citation without an entry",
        "The text cites a key that no file of references has, so this reference is missing from the deposit.",
        "add the entry, or correct the key",
        severity=Severity.WARNING,
    ),
    _file(
        "references-both",
        "References in the record and in a file",
        "They would be deposited twice, or contradict each other.",
        "keep one of the two",
    ),
)
