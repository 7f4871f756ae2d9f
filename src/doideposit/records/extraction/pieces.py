"""One line of a title block, taken apart: label, number, dates, DOI, names, role, and the rest."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto

from doideposit.records.extraction.dates import PrintedDate
from doideposit.records.extraction.dois import ANY_LABEL, EDGE, LABEL, PrintedDoi
from doideposit.records.extraction.lines import Line
from doideposit.records.extraction.names import NameText
from doideposit.records.extraction.vocabulary import (
    ABOUT_AUTHOR,
    ABSTRACT,
    AUTHOR_LABELS,
    BY,
    KEYWORDS,
    NUMBER_SIGN,
    OTHER_SECTIONS,
    PUBLISHED,
    REFERENCES,
    SERIES_WORDS,
    folded,
    heading_pattern,
)

__all__ = ["Labels", "LineKind", "Piece"]


class LineKind(Enum):
    """Say what a line of a title block is."""

    KNOWN = auto()  # label, number, date, DOI, ISSN, address: nothing is left of it
    BYLINE = auto()  # names after “By”
    NAMES = auto()  # names alone
    ROLE = auto()  # what an author does, and where
    SECTION = auto()  # a heading that begins the text
    SKIPPED = auto()  # rights, addresses, running text before the title
    TEXT = auto()  # anything else: a title, a subtitle, or nothing known


@dataclass(slots=True)
class Piece:
    """Hold a line taken apart; `rest` is what is left without the known things, `rich` the same with its italics."""

    line: Line
    kind: LineKind = LineKind.TEXT
    rest: str = ""
    rich: str = ""
    word: str = ""
    number: str = ""
    dates: list[PrintedDate] = field(default_factory=list)
    doi: PrintedDoi | None = None
    role: str = ""
    institution: bool = False
    joins: bool = False
    taken: bool = False
    index: int = 0

    @staticmethod
    def read(line: Line, labels: "Labels", before: "Piece | None") -> "Piece":
        """Read one line of a title block; `before` is the piece above, which may continue in this line."""
        text = line.printed
        piece = Piece(line, rich=line.rich if line.text == line.printed else text, rest=text)
        if _is_section(line, labels):
            piece.kind = LineKind.SECTION
            return piece
        if len(text) > _LONGEST_PIECE:
            return piece
        if (_RIGHTS.search(text) or _OTHER_PEOPLE.match(text) or _ACCOUNT.fullmatch(text)) and not line.level:
            piece.kind, piece.rest = LineKind.SKIPPED, ""
            return piece
        if before is not None and _continues_doi(before, line, piece):
            return piece
        text = text if line.level else _FIELD.sub("", text)
        rest = _take_known(piece, text, labels)
        if _EMPTY.fullmatch(rest):
            piece.kind, piece.rest = LineKind.KNOWN, ""
            _number_after_label(piece, before)
            return piece
        _read_rest(piece, text, rest, labels)
        if line.marginal and piece.kind not in {LineKind.KNOWN, LineKind.SECTION}:
            # A running header may print label and number; what else it says is said elsewhere.
            piece.kind, piece.rest = (LineKind.KNOWN if piece.word or piece.number else LineKind.SKIPPED), ""
        return piece


@dataclass(frozen=True, slots=True)
class Labels:
    """Hold the words by which series are called, and the names of the houses that publish them."""

    with_number: re.Pattern[str]
    alone: re.Pattern[str]
    houses: frozenset[str]

    @classmethod
    def of(cls, labels: Iterable[str], publishers: Iterable[str]) -> "Labels":
        """Make the patterns from the words of all languages and of the configured series."""
        # Longest first, so that “Policy Brief” is not taken for “Brief”. Lower-casing a Turkish İ leaves a dot of its
        # own.
        words = sorted({*SERIES_WORDS, *(label.lower().replace("i̇", "i") for label in labels)}, key=len, reverse=True)
        named = "|".join(re.escape(word) for word in words)
        label = rf"(?P<word>(?:[^\W\d_][\w.&’'-]*\s+){{0,4}}?(?:{named}))"
        return cls(
            re.compile(
                rf"{label}(?P<sign>[\s:,/|·–—-]*(?:{NUMBER_SIGN})?){_NUMBER}(?P<rest>(?:[号號期]|(?!\w)).*)",
                re.IGNORECASE,
            ),
            re.compile(rf"(?P<before>(?:[^\W\d_][\w.&’'-]*\s+){{0,2}}?)(?:{named})(?:\s+series)?", re.IGNORECASE),
            frozenset(name.casefold() for name in publishers if name),
        )

    def is_label(self, text: str) -> bool:
        """Tell whether a text is the label of a series alone: “DGAP POLICY BRIEF”, but not “She Needs Paper”."""
        match = self.alone.fullmatch(text)
        if match is None:
            return False
        return all(word.isupper() for word in match["before"].split()) and (text[:1].isupper() or not text.isascii())


# “12”, “12b”, “123/2023”, “15/23”, “2022/A 12”, “2021-08”, “23 | 45”; a bar before a month is a separator. With more
# figures after a dash or a stop it is something else.
_NUMBER = (
    r"(?P<number>(?:19|20)\d\d[-–]\d{1,3}(?![-–\d])|"
    r"\d{1,5}(?:[a-z](?![\w]))?(?:\s?[/|]\s?(?:[A-Z]\s?)?\d{1,4}(?![\w.]))?)(?![A-Za-z0-9_%])(?![-–.]\d)"
)
# A volume may be before the number, and is not a number of the commentary.
_VOLUME = r"(?:(?:vol(?:ume)?|jahrgang|jg|band|tome|tomo|том|rocznik|cilt)\b\.?\s*\d{1,4}\s*[,/|·–—-]?\s*)?"
# 号, 號 and 期 come after the number in Chinese.
_NUMBER_LINE = re.compile(
    rf"[\W_]*{_VOLUME}(?:{NUMBER_SIGN})(?:\s*[:：]\s*)?{_NUMBER}\s*[号號期]?(?P<rest>.*)", re.IGNORECASE
)
# Within a line, the sign must be a word of its own: “Nr” in “Nrw” is none.
_NUMBER_INSIDE = re.compile(
    rf"^(?P<before>[^\d]{{3,80}}?)\s(?:no|nr|number|nummer|n[°º˚])\b\.?\s*{_NUMBER}(?P<rest>.*)$", re.IGNORECASE
)
# A number alone on its line, with whatever frames it.
_BARE_NUMBER = re.compile(r"\W*(?P<number>\d{1,4})\W*")
# The names follow the word, or are in the next lines.
_BY_LINE = re.compile(
    rf"(?:(?:{BY})(?=[\s:：*]|$)\s*[:：]?|(?:{AUTHOR_LABELS})\s*(?:[:：]|$))\s*(?P<names>.*)", re.IGNORECASE
)
# After such a word the date is that of publication, and not of the event that is discussed.
_PUBLISHED = re.compile(rf"(?<!\w)(?:{PUBLISHED})(?!\w)\s*[:：]?", re.IGNORECASE)
# Addresses and ORCID iDs in a byline belong to an author, and are not part of a name.
_ADDRESS = re.compile(
    r"[(<\[]{0,3}(?:https?://|www\.)[^\s<>]*[^\s<>)\]][)>\]]*|\(?\bORCID(?:\s+iD)?\b:?\s*[\dXx-]*\)?|[(<]?[\w.+-]+@[\w-]+\.[\w.]+[)>]?",
    re.IGNORECASE,
)
# What title pages print of the issue and not of the work: ISSN, ISBN, pages, minutes to read.
_FURNITURE = re.compile(
    r"\b(?:e-?|p-?)?ISSN\b(?:\s+number)?[\s:()\w]{0,12}\d{4}-?\d{3}[\dX]|\bISBN\b[\s:]*[\d -]{10,20}[\dX]?|"
    r"\b\d{1,3}\s+(?:pages?|Seiten|páginas|pagine|pagina['’]?s|stron|страниц\w*|sayfa|pp?\.)(?!\w)|\b(?:pp?|S)\.\s*\d{1,3}\b|"
    r"\b\d{1,3}[ -]min(?:ute)?s?\.?(?:\s+(?:read|de lecture|de lectura|di lettura|de leitura|lesezeit|leestijd))?\b|"
    r"\b(?:reading time|lesezeit|temps de lecture|tiempo de lectura)\b\s*:?|"
    r"\bdownload(?:\s+(?:as\s+)?pdf)?\b|\bopen access\b|\bpdf\b",
    re.IGNORECASE,
)
# The name somebody has on a social network.
_ACCOUNT = re.compile(r"@[\w.]{2,30}")
# People who did something else than write it.
_OTHER_PEOPLE = re.compile(
    r"(?:(?:series|managing|language|copy)\s+)?(?:editors?|translators?|illustrators?|reviewers?|photos?|cover|layout)\s*[:：]|"
    r"(?:with\s+)?(?:an?\s+)?(?:foreword|preface|introduction|afterword|contributions?)\s+by\b|"
    r"(?:mit\s+einem\s+)?vorwort\s+von|"
    r"(?:avec\s+une\s+)?préface\s+d|(?:con\s+)?prólogo\s+de|(?:con\s+)?prefazione\s+di|"
    r"(?:edited|translated|reviewed|illustrated|photographed|designed)\s+by\b|traduit\s+(?:par|de)|übersetzt\s+von|"
    r"herausgegeben\s+von|herausgeber(?:in|innen)?\s*:|traducido\s+por|traducción\s*:|traduzione\s+(?:di|a cura)|"
    r"a\s+cura\s+di|traduzido\s+por|vertaald\s+door|przełożył|tłumaczenie\s*:|перевод\s*:|редактор\s*:|訳\s*[:：]|翻译\s*[:：]",
    re.IGNORECASE,
)
# A line of rights is not a byline, although it names people.
_RIGHTS = re.compile(r"^©|\bcopyright\b|all rights reserved|^\(c\)\s|tous droits réservés", re.IGNORECASE)
# Headings end the title block.
_SECTION = heading_pattern((*ABSTRACT, *KEYWORDS, *REFERENCES, *OTHER_SECTIONS, *ABOUT_AUTHOR))
# Some layouts print the abstract after its label in one line.
_SECTION_START = re.compile(rf"(?:{'|'.join((*ABSTRACT, *KEYWORDS))})\s*[:：—–-]\s*\S", re.IGNORECASE)
# Points of a list are text, not title.
_BULLET = re.compile(r"[•‣▪●·›»*-]\s")
# Rules and ornaments between the parts.
_EMPTY = re.compile(r"[\W_]*")
# Signs that separate the pieces of one line.
_SEPARATOR = re.compile(r"\s*[|·/]\s*")
# A byline with a dozen authors still fits.
_LONGEST_NAMES = 150
_LONGEST_PIECE = 1_500  # in characters; what is longer is running text, whatever it holds


# Names of fields before what they hold, as a form has them; those of authors and dates are read elsewhere.
_FIELD = re.compile(
    r"(?:series|title|subject|re|reihe|titel|betreff|série|titre|objet|serie|título|asunto|collana|titolo|oggetto|assunto)\s*[:：]\s+"
    r"(?=\S)",
    re.IGNORECASE,
)


def _is_section(line: Line, labels: Labels) -> bool:
    text = line.printed.strip(" *_")
    if labels.is_label(text) and text.isupper() and line.number <= _EARLY:
        return False  # “COMMENTARY” at the top is the label of the series, further down it begins the text
    if _BULLET.match(text) or (line.marker and not line.marker[:1].isdigit()):
        return True
    return bool(_SECTION.fullmatch(text) or _SECTION_START.match(text))


# In so many lines at the top, the label of the series is expected.
_EARLY = 3


def _continues_doi(before: Piece, line: Line, piece: Piece) -> bool:
    """Continue the DOI of the line above: a whole DOI after “DOI:”, or its end after a slash or dot."""
    doi = before.doi
    text = line.text.strip()
    if doi is None or not re.fullmatch(r"\S+", text) or not before.line.text.rstrip().endswith(doi.text):
        return False
    # A word from another column of a PDF can be in between; the rest of a DOI has a digit in it.
    if doi.text[-1] not in "/-." or text.startswith(("10.", "http")) or not re.search(r"\d", text):
        return False
    before.doi = PrintedDoi(doi.text + text, doi.line, doi.shown_as_link, doi.target, joined=True)
    piece.kind, piece.rest = LineKind.KNOWN, ""
    return True


def _take_known(piece: Piece, text: str, labels: Labels) -> str:
    """Take DOI, dates, label, number, ISSN and addresses out of a line; return the rest."""
    piece.doi, rest = PrintedDoi.split(text, piece.line)
    label = (ANY_LABEL if piece.doi else LABEL).search(rest)
    rest = f"{rest[: label.start()]} {rest[label.end() :]}" if label else rest
    rest = _FURNITURE.sub(" ", _ADDRESS.sub(" ", rest))
    rest = _take_dates(piece, rest)
    rest = _take_label(piece, rest.strip(), labels)
    rest = _take_dates(piece, rest)
    if piece.dates or piece.doi:
        rest = _PUBLISHED.sub(" ", rest)
    rest = _trim(rest)
    if piece.dates and not piece.number and (bare := _BARE_NUMBER.fullmatch(rest)):
        piece.number, rest = bare["number"], ""
    return "" if _is_house(rest, labels) else rest


def _is_house(text: str, labels: Labels) -> bool:
    return text.casefold() in labels.houses


# The words before dates that are not the one of publication.
_OTHER_DATE = re.compile(
    r"(?:received|accepted|submitted|completed|written|(?:last\s+)?(?:revised|updated|modified|accessed|checked)|eingereicht|"
    r"angenommen|überarbeitet|aktualisiert|reçue?|acceptée?|révisée?|mis à jour|recibido|aceptado|actualizado|ricevuto|"
    r"accettato|aggiornato|recebido|aceito|aceite|atualizado|ontvangen|bijgewerkt|получено|принято|обновлено)"
    r"(?:\s+(?:on|am|le|el|em|il|op))?\s*[:：]?\s*$",
    re.IGNORECASE,
)


def _take_dates(piece: Piece, text: str) -> str:
    while (date := PrintedDate.find(text)) is not None:
        other = _OTHER_DATE.search(text[: date.start])
        if other is None:
            piece.dates.append(date)
        else:
            text = f"{text[: other.start()]}{' ' * (date.start - other.start())}{text[date.start :]}"
        text = f"{text[: date.start]} {text[date.end :]}"
    return text


def _take_label(piece: Piece, text: str, labels: Labels) -> str:
    """Take series word and number from the beginning of a line, or a number with its sign."""
    match = labels.with_number.fullmatch(text)
    if match is not None and not _is_running(piece.line, match):
        piece.word, piece.number = match["word"], _without_spaces(match["number"])
        return match["rest"].lstrip("号號期")
    if labels.is_label(text.strip(EDGE)):
        piece.word = text.strip(EDGE)
        return ""
    match = _NUMBER_LINE.fullmatch(text)
    if match is not None:
        piece.number = _without_spaces(match["number"])
        return match["rest"]
    match = _NUMBER_INSIDE.match(text)
    if match is not None and (NameText(match["before"]).is_institution or labels.is_label(match["before"].strip(EDGE))):
        piece.number = _without_spaces(match["number"])
        return match["rest"]
    return text


def _without_spaces(text: str) -> str:
    return re.sub(r"\s*([/|])\s*", r"\1", text)


def _is_running(line: Line, match: re.Match[str]) -> bool:
    """Return whether “report 12 …” is running text: no heading, with lower-case words."""
    return not line.level and (match["word"][:1].islower() or match["rest"].lstrip()[:1].islower())


def _number_after_label(piece: Piece, before: Piece | None) -> None:
    """Take a figure alone as the number if the line above is the label of a series."""
    bare = re.fullmatch(r"\d{1,5}[a-z]?", piece.line.printed.strip())
    if bare and before is not None and before.word and not before.number:
        piece.number, piece.dates = bare[0], []


def _read_rest(piece: Piece, text: str, rest: str, labels: Labels) -> None:
    """Classify the rest of a line: names, a role, an institution, or a text."""
    bare = re.fullmatch(r"\d{1,5}[a-z]?", rest)
    if bare:
        piece.kind, piece.rest, piece.number = LineKind.KNOWN, "", piece.number or bare[0]
        return
    known = bool(piece.doi or piece.dates or piece.number or piece.word)
    by = _BY_LINE.fullmatch(rest)
    # The mark stands right after the word; a colon farther on belongs to the text.
    if by is not None and _is_byline(by["names"], marked=":" in rest[:30]):
        piece.kind = LineKind.BYLINE
        _take_names(piece, by["names"])
        return
    if (joined := re.fullmatch(r"(?:and|&|et|und|y|e|i|en|ve)\s+(.+)", rest, re.IGNORECASE)) and _are_names(joined[1]):
        piece.kind, piece.rest, piece.joins = LineKind.NAMES, joined[1], True
        return
    place = len(rest.split()) == 1 or folded(rest.strip(EDGE)) in _PLACES
    if known and place and not piece.number and not piece.line.level:
        piece.kind, piece.rest = LineKind.KNOWN, ""  # a place before the date: “Brussels, 14 September 2023”
        return
    piece.institution = NameText(rest).is_institution or (piece.line.is_imprint and not piece.line.level)
    if _names_with_role(piece, rest):
        return
    if piece.line.is_imprint and not piece.line.level and not known:
        piece.kind = LineKind.SKIPPED
        return
    if NameText(rest).is_role and not piece.line.level and not known and not _is_running_text(rest):
        piece.kind, piece.rest = LineKind.ROLE, rest
        return
    _take_text(piece, text, rest, labels)


# Cities of more than one word, which come before a date and look like names: “Santiago de Chile, mayo de 2021”.
_PLACES = frozenset(
    "abu dhabi,addis ababa,ann arbor,baden-baden,baton rouge,belo horizonte,bogota d.c,bogota d.c.,buenos aires,"
    "cambridge ma,cape town,chiang mai,ciudad autonoma de buenos aires,ciudad de mexico,dar es salaam,den haag,"
    "frankfurt am main,ho chi minh city,hong kong,kuala lumpur,la haye,la paz,la plata,las palmas,los angeles,"
    "luang prabang,mexico city,new delhi,new haven,new york,nur-sultan,palo alto,panama city,phnom penh,"
    "port louis,port moresby,porto alegre,quezon city,rio de janeiro,saint petersburg,salt lake city,"
    "san francisco,san jose,san juan,san salvador,santa barbara,santa cruz,santa fe,santa monica,"
    "santiago de chile,santiago de compostela,santo domingo,sao paulo,sri jayawardenepura kotte,st. gallen,"
    "st. petersburg,tel aviv,the hague,ulan bator,virginia beach,washington d.c,washington d.c.,washington dc".split(
        ","
    )
)


def _is_byline(names: str, *, marked: bool) -> bool:
    """Return whether “by …” begins a byline: it is short, and names follow, or it ends in a colon."""
    if len(names) >= _LONGEST_NAMES:
        return False
    return not names or marked or _are_names(_ADDRESS.sub("", names)) or re.sub(r"^the\s+", "", names)[:1].isupper()


def _names_with_role(piece: Piece, rest: str) -> bool:
    """Take names, also with a role after a bar or a comma: “Ana Keller | Fellow, Island Institute”."""
    names, comma, role = rest.partition(",")
    body = re.sub(r"\([^)]*\)", "", role).strip()
    known = _are_names(names) and NameText(names).begins_with_given
    if comma and known and NameText(body).is_institution and not NameText(body).names_someone:
        piece.kind, piece.rest, piece.role, piece.institution = LineKind.NAMES, names.strip(), role.strip(), False
        return True
    if len(rest) > _LONGEST_NAMES or (
        piece.institution and not NameText(rest).is_role and "|" not in rest and "(" not in rest
    ):
        return False
    if _are_names(rest):
        piece.kind = LineKind.NAMES
        piece.rest = rest
        return True
    names, bar, role = rest.partition("|")
    if not bar:
        names, bar, role = rest.partition(",")
        if not NameText(role).is_role or NameText(role).names_someone:
            return False
    if (
        bar
        and not _is_running_text(rest)
        and _are_names(names.strip())
        and (NameText(role).is_role or NameText(role).is_institution)
        and not piece.line.level
    ):
        piece.kind, piece.rest, piece.role = LineKind.NAMES, names.strip(), role.strip()
        piece.institution = False
        return True
    return False


def _is_running_text(text: str) -> bool:
    """Tell whether a text about a person is a biography rather than a role: it ends with a full stop, or has a verb."""
    return text.rstrip().endswith((".", "。")) or bool(re.search(r"\b(?:is|ist|est|es)\b", text))


def _take_names(piece: Piece, names: str) -> None:
    piece.rest = _trim(names)
    bar = _SEPARATOR.split(piece.rest, maxsplit=1)
    before, comma, after = piece.rest.partition(",")
    if comma and NameText(after).is_role and _are_names(before) and not NameText(after).names_someone:
        piece.rest, piece.role = before, after.strip()
        return
    if len(bar) > 1 and _are_names(bar[0]) and (NameText(bar[1]).is_role or NameText(bar[1]).is_institution):
        piece.rest, piece.role = bar[0], bar[1]


def _are_names(text: str) -> bool:
    """Return whether a text is one or more names of persons and nothing else; a single word is none."""
    parts = [part.untitled for part in NameText(text).parts]
    return bool(parts) and all(
        part.is_name and (" " in part or "\u3000" in part or (not part.isascii() and len(part) < _SHORT))
        for part in parts
    )


# Five letters and less are a label, or the initials of an editor.
_SHORT = 5


def _take_text(piece: Piece, text: str, rest: str, labels: Labels) -> None:
    """Keep a text whole, but for the label and number at its beginning: a date in the middle of a title is its own."""
    piece.kind = LineKind.TEXT
    whole = text.strip()
    match = labels.with_number.fullmatch(whole)
    if match is not None and not _is_running(piece.line, match):
        # A colon at the end of a line belongs to the title, which continues.
        tail = match["rest"].lstrip(EDGE).rstrip(" \t-–—|,;•·")
        piece.word, piece.number = match["word"], _without_spaces(match["number"])
        piece.rest = tail
    elif piece.doi is None and not piece.number:
        piece.rest, piece.dates = whole, []
    else:
        piece.rest = rest.strip(EDGE)
    piece.rich = _rich_rest(piece.line, piece.rest)


def _rich_rest(line: Line, rest: str) -> str:
    """Return the rest of a line with its markup for italics, if the rest can be found in the marked-up text."""
    if rest == line.text:
        return line.rich
    # Ten characters are enough to find the place again, and markup rarely begins so early.
    start = line.rich.find(rest[:10])
    return line.rich[start:].strip(EDGE) if start >= 0 and line.rich != line.text else rest


def _trim(text: str) -> str:
    """Return a text without punctuation at its ends, and without a bracket that was left alone or holds everything."""
    text = re.sub(r"\(\s*\)", "", text).strip(EDGE.replace("(", "").replace(")", "") + "/")
    text = re.sub(r"\s+", " ", text)
    if text.count("(") != text.count(")"):
        return text.strip(EDGE)
    return "" if re.fullmatch(r"\([^()]{0,40}\)", text) else text
