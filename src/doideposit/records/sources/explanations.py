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
        "There is no such file",
        "No file or folder has this name; a command started in another folder may be the reason.",
        "check the spelling, and the folder in which you run the command",
    ),
    _file(
        "file-is-directory",
        "A folder was given, and a file is needed",
        "This command works on a single file.",
        "give the name of a file in the folder",
    ),
    _file(
        "file-unreadable",
        "No permission to read the file",
        "The operating system refuses access for this user.",
        "change its permissions, or run as a user who may read it",
    ),
    _file(
        "file-too-large",
        "The file is too large",
        "A limit protects the machine from files that would fill its memory. Crossref itself takes deposit files up "
        "to 10 MB.",
        "split it, or check that this is the right file",
        source=HTTPS_POST,
    ),
    _file(
        "file-faulty-throughout",
        "More than a thousand records of the file have errors",
        "The rest of the file was not read: such errors usually have one common cause.",
        "correct what they have in common, such as the form of a date or the name of a column, and check again",
    ),
    _file(
        "file-empty",
        "The file is empty",
        "Saving or copying it may have failed.",
        "save or copy the file again",
    ),
    _file(
        "file-binary",
        "The file is not a text file",
        "It holds bytes that no text has. Records are text files.",
        "save or export it as a text file in UTF-8",
    ),
    _file(
        "file-encoding",
        "The file is not UTF-8",
        "Read in the wrong encoding, names such as Müller lose their letters without anybody noticing.",
        "save the file as UTF-8; it is probably Windows-1252 or ISO 8859-1 now",
    ),
    _file(
        "file-kind",
        "The ending of the file name is not known",
        "The ending decides how a file is read: .yaml, .yml, .json, .jsonl and .csv are records, .xml is a deposit.",
        "rename the file, or save it in one of these formats",
    ),
    _file(
        "folder-empty",
        "The folder has no record files",
        "A folder is read together with the folders in it; only files with the endings of records count.",
        "check that this is the right folder",
    ),
    _file(
        "no-record",
        "The file has no record",
        "It can be read, but has nothing that could be deposited.",
        "write at least series, number, title, authors and published",
    ),
    _file(
        "record-shape",
        "The content of the file is not a record",
        "A file holds one record, written as keys with values, or a list of such records.",
        "write each field as a key with a value on a line of its own: `number: 258`",
        bad="- Prospects for NATO-Japan relations",
        good="- series: sadf-comment\n  number: 258",
    ),
    _file(
        "duplicate-key",
        "A field is written twice",
        "Programs that read YAML and JSON keep one of the two without a warning, perhaps the wrong one.",
        "keep the right one",
        bad="number: 258\nnumber: 259",
        good="number: 258",
    ),
    _file(
        "yaml-syntax",
        "A line is not valid YAML",
        "The usual reasons: a colon or a quotation mark in a text without quotes, or lines with different indents.",
        "put the text in quotes, and indent related lines equally",
        bad="title: NATO: Prospects",
        good='title: "NATO: Prospects"',
        source=_YAML,
    ),
    _file(
        "yaml-merge-key",
        "A merge key (<<) is used",
        "It copies fields from elsewhere, so that nobody could see in which line a value was written.",
        "write the fields out",
        source=_YAML,
    ),
    _file(
        "yaml-key-shape",
        "A key is not a word",
        "A key is the name of a field, so it cannot be a list or a group of keys.",
        "write the name of a field",
        source=_YAML,
    ),
    _file(
        "yaml-alias",
        "An alias (*name) points to nothing or to itself",
        "An alias repeats a value that was marked with &name earlier in the file.",
        "write the value itself",
        source=_YAML,
    ),
    _file(
        "yaml-anchor",
        "A name for a value that was perhaps a part of the text",
        "A word that begins with & names the value after it in YAML, so that “&Water in Delhi” is read as “in Delhi”.",
        "put the whole text in quotes",
        source=_YAML,
        severity=Severity.WARNING,
    ),
    _file(
        "yaml-comment",
        "A part of a text may have become a comment",
        "In YAML a # after a space begins a comment: “Lessons from case #3” is read as “Lessons from case”. Write "
        "two spaces before the # and one after it where a comment is meant.",
        'put the whole text in quotes: "Lessons from case #3"',
        source=_YAML,
        severity=Severity.WARNING,
    ),
    _file(
        "yaml-tag",
        "A YAML tag (!name) is used",
        "Tags create objects of a program. Records have only texts, numbers, lists and keys.",
        "delete the tag",
        source=_YAML,
    ),
    _file(
        "json-syntax",
        "A line is not valid JSON",
        "The usual reasons: a comma too many or missing, or a quotation mark inside a text.",
        'correct the place that the message names; a quotation mark in a text is written \\"',
        source=_JSON,
    ),
    _file(
        "too-deep",
        "The content is nested too deeply",
        "No record has that many levels; files made to attack a program do.",
        "check that this is the right file",
    ),
    _file(
        "too-many-values",
        "The file holds too many values",
        "With aliases a small file can grow to millions of values, so nothing in it was read.",
        "split it, or use JSON Lines or CSV, which have no such limit",
    ),
    _file(
        "line-too-long",
        "A line is too long",
        "In JSON Lines and CSV each line is one record, and no record is that long.",
        "check that this is the right file, and that each record has a line of its own",
    ),
    _file(
        "csv-syntax",
        "A row is not valid CSV",
        "A cell with a comma, a quotation mark or a line break must stand in quotation marks.",
        'close the quotation mark; double a quotation mark inside a cell: "The ""new"" order"',
        source=_CSV,
    ),
    _file(
        "csv-cells",
        "A row has more cells than there are columns",
        "A comma in a text without quotation marks splits one cell into two.",
        'put the cell in quotation marks: "Brussels, Belgium"',
        source=_CSV,
    ),
    _file(
        "csv-columns",
        "Two columns give the same field",
        "One gives it as a whole, the other in parts, and they could contradict each other.",
        "keep one of the two forms",
        source=_CSV,
    ),
    _file(
        "column-unnamed",
        "A column has values, but no name",
        "The first row names the field of each column. A column that is completely empty is ignored.",
        "write the name of a field into the first row, or delete the values",
        source=_CSV,
    ),
    _file(
        "too-many-columns",
        "The table has too many columns",
        "No record has that many fields; the file is another one, or rows and columns are exchanged.",
        "check that this is the right file",
        source=_CSV,
    ),
    _file(
        "author-several",
        "One author cell names several people",
        "Without semicolons a program cannot tell where one name ends, and would register a wrong author.",
        "write “Wolf, Siegfried O.; Casaca, Paulo”; a group goes into the column author_1_organisation",
        source=AUTHORS,
    ),
    _file(
        "unknown-column",
        "A column with an unknown name",
        "An unknown column is an error, because a misspelt one would be left out of the deposit without anybody "
        "noticing.",
        "correct the name, or delete the column",
        source=_CSV,
    ),
    _file(
        "author-without-comma",
        "An author name has no comma",
        "In a table an author is written “Family, Given”; without the comma a program cannot tell which is which.",
        "write “Wolf, Siegfried O.”; an organisation goes into the column author_1_organisation",
        source=AUTHORS,
        severity=Severity.WARNING,
    ),
    _file(
        "unknown-series",
        "The record names a series that is not configured",
        "`series` holds the short name of a series in doideposit.toml.",
        "correct the name, or add the series to doideposit.toml",
    ),
    _file(
        "series-by-name",
        "The series is described in the record",
        "Title, ISSN and prefix are the same for all commentaries of a series, so they stand once in doideposit.toml.",
        "describe the series in doideposit.toml, and write only its short name as `series`",
    ),
    _file(
        "edit-impossible",
        "The value cannot be changed in the file automatically",
        "A file is changed only if one value can be replaced and all the rest stays the same.",
        "change the line by hand",
    ),
    _file(
        "file-changed",
        "The file was changed at the same time",
        "Somebody saved it after it was read. Writing it now would destroy their change.",
        "run the command again",
    ),
    _file(
        "file-read-only",
        "No permission to write the file",
        "The operating system refuses write access for this user.",
        "change its permissions, or run as a user who may write it",
    ),
    _file(
        "bibliography-syntax",
        "An entry of the reference file cannot be read",
        "A brace or a quotation mark is not closed, or the entry does not end. Without an error the reference would "
        "be missing from the deposit.",
        "correct the entry; every { needs a }",
    ),
    _file(
        "bibliography-key",
        "Two entries of the reference file have the same key",
        "A citation of this key can mean either one; the first is used.",
        "give one of them another key, in the text too",
        severity=Severity.WARNING,
    ),
    _file(
        "bibliography-kind",
        "The file has no references in a known format",
        "BibTeX, RIS and CSL (JSON or YAML) can be read.",
        "export the references in one of these formats",
    ),
    _file(
        "bibliography-whole",
        "The text cites no reference by key, so all are used",
        "If the text cites by key, as in [@wolf2023], only the cited references are deposited. This text has no such "
        "citation.",
        "delete from the file what the text does not cite",
        severity=Severity.INFO,
    ),
    _file(
        "citation-unknown",
        "The text cites a key that is not in the reference file",
        "The reference is missing from the deposit.",
        "add the entry to the reference file, or correct the key in the text",
        severity=Severity.WARNING,
    ),
    _file(
        "references-both",
        "References are given in the record and in a file",
        "They would be deposited twice, or contradict each other.",
        "keep one of the two: `references` in the record, or the file",
    ),
)
