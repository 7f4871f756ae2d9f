"""Names as bylines print them: which texts are names, roles, or institutions, and where one name of a byline ends."""

import re
from typing import Self

from doideposit.records.extraction.name_words import NameWord

__all__ = ["DEGREES", "SUFFIXES", "NameText"]

# Forms of address, military ranks and degrees before a name, in the languages of most bylines.
_TITLES = frozenset(
    "dr prof professor mr mrs ms miss mx amb ambassador sir dame lord lady gen general lt lieutenant col colonel maj "
    "capt captain brig brigadier adm admiral cdr rev hon shri smt he mep mp ing mag dipl-ing dra profa professeur "
    "herr frau "
    "m mme monsieur madame sr sra dott dott.ssa doç проф д-р".split()
)
# “Retd” and “ret” are not degrees, but come after the names of officers in the same way.
DEGREES = frozenset("phd dphil md ma mba msc bsc ba llm llb mphil dlitt esq jd retd ret".split())
# Suffixes that Crossref has an element for; degrees are none of them.
SUFFIXES = frozenset({"jr", "sr", "ii", "iii", "iv"})
# With such a word a text is an institution, whatever capitals it has.
_GROUP_WORDS = re.compile(
    r"\b(?:team|staff|editors?|editorial|board|forum|institute|cent(?:re|er)|university|council|committee|foundation|"
    r"group|network|secretariat|department|desk|ministry|association|organi[sz]ation|society|bureau|programme?|"
    r"institut|institutet|instituto|istituto|instytut|enstitüsü|zentrum|centro|centrum|universit(?:y|é|ät|eit|à|et)|universidade?|"
    r"universidad|uniwersytet|üniversitesi|stiftung|fundación|fondation|fondazione|académie|academy|akademie|hochschule|"
    r"d[ée]partement|departamento|dipartimento|directorate|direction|direcci[óo]n|dire[çc][ãa]o|direzione|direktion|divisi(?:on|ón|one)|"
    r"abteilung|referat|fachbereich|fakult(?:ät|eit)|faculty|faculté|facultade?|facoltà|afdeling|wydział|katedra|bölümü|minist(?:ère|erio|ério|ero|erie|erstwo|erium)|"
    r"ministerium|bakanlığı|observator(?:y|io)|observatoire|service|office|unit|ltd|llp|llc|gmbh|inc|partners|"
    r"college|school|laborator(?:y|io)|agency|bank|commission|parliament|redaktion|rédaction|redacción|team)\b|"
    r"институт|университет|центр|совет|министерство|факультет|кафедра|研究所|大学|研究部|学院|研究院|委員会",
    re.IGNORECASE,
)
# With such a word a text is a position, and the name comes before or after it.
_ROLE_WORDS = re.compile(
    r"\b(?:fellow|director|analyst|researcher|professor|lecturer|reader|coordinator|president|chair\w*|manager|head|"
    r"officer|partner|counsel|attorney|solicitor|barrister|avocate?|rechtsanw(?:alt|ältin)|abogad[oa]|avvocat[oa]|advogad[oa]|advis[eo]r|assistant|associate|student|candidate|correspondent|journalist|expert|minister|visiting|senior|"
    r"chercheu(?:r|se)|directeur|directrice|professeure?|maître|wissenschaftliche\w*|mitarbeiter\w*|referent(?:in)?|leiter(?:in)?|"
    r"forschungs\w+|investigador\w*|director\w|profesor\w*|analista|ricercat(?:ore|rice)|docente|responsabile|investigadora|"
    r"onderzoeker|hoogleraar|analityk|profesor|adiunkt|araştırmacı|profesör|научный|сотрудник|профессор|директор|эксперт)\b|"
    r"研究官|研究員|教授|主任|研究员",
    re.IGNORECASE,
)
# Words that no name holds; in titles in capitals they are the only sign that they are none.
_FUNCTION_WORDS = frozenset(
    "the a an of in on for and or to with without from why how what who when where is are was be at as its their "
    "not this that by "
    "der die das und im am für ohne ein eine des les aux une sur pour sans est et dans un une del los las sin para "
    "por con una "
    "degli delle senza per con com sem uma os as het een zonder voor bez dla ile için и в на без для из под".split()
)
# Footnote marks after a name; two digits are a mark only where no letter follows.
_MARKS = re.compile(r"[*∗⁎＊†‡§¶‖#✉¹²³⁴⁵⁶⁷⁸⁹⁰]+|(?<=[^\W\d_])\d{1,2}(?:,\d{1,2})*(?=\s|,|;|$)")
# Converters lose the space between a title and the name.
_GLUED_TITLE = re.compile(r"\b(Dr|Prof|Mr|Mrs|Ms|Amb|Gen|Col)\.(?=[^\W\d_])")
# A word of a name: letters, with apostrophes, points and hyphens inside.
_WORD = re.compile(r"[^\W\d_](?:[\w'’.\-])*|[^\W\d_]\.")
# What separates the names of a byline, with the “and” of the languages read and the commas of Chinese and Arabic.
_BYLINE_PARTS = re.compile(
    r"\s*[;；]\s*|\s*,?\s+(?:and|with|et|und|en|ve|och|oraz|и)\s+|\s*,?\s*&\s*|\s*[,、，]\s*|\s+[/|·•]\s+",
    re.IGNORECASE,
)
# Spanish, Portuguese, Italian and Polish write “and” with one letter, which may also be inside a name (“Ortega y
# Gasset”).
_ONE_LETTER_AND = re.compile(r"\s+[yei]\s+(?=[^\W\d_]\S*\s+\S)")
# What is left at the end when the last name was taken away.
_LAST_AND = re.compile(r"[\s,]*(?:\band|&)?[\s,]*$")
# d'Arvor, l'Hôpital, al-Rashid: the particle is bound to the name.
_BOUND_PARTICLE = re.compile(r"[a-z]{1,3}[-'’][^\W\d_a-z]")
# Brackets in a byline hold a role or a town.
_ROUND = re.compile(r"\(([^)]*)\)")
# Words in a name; what has more is rather a title or an institution.
_LONGEST = 6
# Positions with a department and an institution still fit; longer texts are sentences.
_LONGEST_ROLE = 160
# Words that are small in a position or an institution.
_SMALL_WORDS = frozenset(
    "of for and the in on at de la le du des et für und der die del los para per di e do da van voor · - – & / |"
    "".split()
)


class NameText(str):
    """A byline or a part of it: the names of several people, one name, a role, or an institution."""

    __slots__ = ()

    @property
    def parts(self) -> list[Self]:
        """Split it at commas, semicolons, “and” and “&”; degrees and Jr. stay with the name before them."""
        parts: list[str] = []
        text = _LAST_AND.sub("", _MARKS.sub("", _without_contacts(self)).strip(" :：*_"))
        if ";" in text and (inverted := self._split_inverted(text)):
            return inverted
        for part in (each for piece in _split_outside_brackets(text) for each in _split_one_letter(piece)):
            if parts and NameWord(part).key in DEGREES | SUFFIXES:
                parts[-1] += f" {part}"
            elif part:
                parts.append(part)
        return [type(self)(part) for part in _join_turned_name(parts)]

    @classmethod
    def _split_inverted(cls, text: str) -> list[Self]:
        """Split at semicolons where every part between them is “Family, Given”; else return nothing."""
        parts = [cls(part.strip()) for part in text.split(";") if part.strip()]
        return parts if all(re.fullmatch(r"[^,]+,[^,]+", part) and part.is_name for part in parts) else []

    @property
    def untitled(self) -> Self:
        """Return it without Dr., Prof. and the like at its start."""
        return self._split_titles()[0]

    @property
    def titles(self) -> tuple[str, ...]:
        """Return the titles at its start."""
        return self._split_titles()[1]

    def _split_titles(self) -> tuple[Self, tuple[str, ...]]:
        text = _GLUED_TITLE.sub(r"\1. ", self.strip())
        taken: list[str] = []
        while True:
            first, _, rest = text.partition(" ")
            if not rest or NameWord(first).key not in _TITLES:
                return type(self)(text), tuple(taken)
            taken.append(first)
            text = rest.lstrip()

    @property
    def is_name(self) -> bool:
        """Tell whether it looks like a name: up to six capitalised words, initials and particles, no figures."""
        outside = _ROUND.sub("", self)
        words = [NameWord(word) for word in outside.replace(",", " ").split()]
        if not 0 < len(words) <= _LONGEST or _ROLE_WORDS.search(outside):
            return False
        if any(word.lower() in _FUNCTION_WORDS and not word.is_particle for word in words):
            return False
        return all(map(_is_name_word, words)) and not words[-1].is_particle and any(map(_is_full_word, words))

    @property
    def begins_with_given(self) -> bool:
        """Tell whether its first word is a given name, even if it is also a family name."""
        return NameWord(self.split()[0]).may_begin

    @property
    def is_role(self) -> bool:
        """Return whether it says what someone does: “Research Fellow, Island Institute”."""
        return bool(_ROLE_WORDS.search(self)) and len(self) <= _LONGEST_ROLE

    @property
    def is_institution(self) -> bool:
        """Tell whether it names an institution and nothing else: a word such as Institute, capitals throughout."""
        if not _GROUP_WORDS.search(self) or len(self) > _LONGEST_ROLE or self.rstrip().endswith((".", "?", ":")):
            return False
        words = _ROUND.sub("", self).replace(",", " ").split()
        return all(word[:1].isupper() or not word.isascii() or word.lower() in _SMALL_WORDS for word in words)

    @property
    def is_group(self) -> bool:
        """Return whether it names a body rather than a person: “SADF Team”, or capitals alone."""
        return bool(_GROUP_WORDS.search(self)) or (" " not in self and len(self) > 1 and self.isupper())

    @property
    def names_someone(self) -> bool:
        """Tell whether what is after a name holds another one: “Visiting Fellow, and Ms. Lucia Bianchi”."""
        parts = [part.untitled for part in self.parts]
        return any(" " in part and part.is_name and not part.is_institution for part in parts)


def _without_contacts(text: str) -> str:
    """Return a byline without addresses and accounts: “Ana Keller <ana@example.org>”, “Zoë Müller (@zoe)”."""
    return re.sub(r"\s*[<(]\s*(?:@[\w-]+|[\w.+-]+@[\w.-]+|https?:[^>)\s]*)\s*[>)]", "", text)


def _split_outside_brackets(text: str) -> list[str]:
    """Split a byline where no bracket is open: “Ana Keller (Fellow, Island Institute)” stays whole."""
    brackets = iter(_ROUND.findall(text))
    masked = _ROUND.sub("\x00", text)
    return [re.sub("\x00", lambda _: f"({next(brackets)})", part) for part in _BYLINE_PARTS.split(masked)]


def _split_one_letter(text: str) -> list[str]:
    """Split “Ana Keller y Zoë Müller” into two names; a single name after the letter belongs to the name before."""
    parts = _ONE_LETTER_AND.split(text)
    return parts if all(" " in part.strip() and NameText(part).untitled.is_name for part in parts) else [text]


def _join_turned_name(parts: list[str]) -> list[str]:
    """Join “Wolf, Siegfried O.” to one name: a single word before the only comma is a family name."""
    if len(parts) == 2 and len(parts[0].split()) == 1 and not _GROUP_WORDS.search(parts[1]) and parts[0][:1].isupper():  # noqa: PLR2004
        return [f"{parts[0]}, {parts[1]}"] if NameText(parts[0]).is_name and not parts[0].isupper() else parts
    return parts


def _is_full_word(word: str) -> bool:
    return word[0].isupper() or not word.isascii()


def _is_name_word(word: NameWord) -> bool:
    """Tell whether a word may be part of a name: a capital, a script without capitals, or a particle such as “al-”."""
    shaped = _WORD.fullmatch(word) and not word[0].islower()
    return bool(shaped or word.is_particle or _BOUND_PARTICLE.match(word))
