"""Languages: is a text plainly in another language than the one that goes out with it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.registry import WARNING, Match, Rules
from doideposit.checks.rules.work import Text, Work
from doideposit.pages import SCHEMA

__all__ = ["LANGUAGES"]

LANGUAGES: Rules[Work] = Rules("abstracts and languages")
rule = LANGUAGES.rule

# The commonest words that hold sentences together. Words that two of these languages share are left out of one or of
# both where they are written the same and mean different things (die, on, an, a), so that one word proves little.
_WORDS: Final[Mapping[str, frozenset[str]]] = MappingProxyType(
    {
        "en": frozenset(
            "the of and to for with is are from by at its how why what after between into this that their under "
            "towards does has have was were will be been can not which about through during against toward than "
            "more our".split()
        ),
        "fr": frozenset(
            "le la les des du et dans pour sur avec une un aux est sont ce cette ces qui que par entre vers "
            "leur leurs après pas plus comment pourquoi quel quelle d l qu n s face au".split()
        ),
        "de": frozenset(
            "der die das und den dem des ein eine einer eines mit von zur zum im für auf ist sind nach über "
            "zwischen wie warum aus bei durch als auch nicht sich wird werden oder gegen unter vor einen einem".split()
        ),
        "es": frozenset(
            "el la los las de del y en para con una un por su sus es son que al entre como desde hacia sobre "
            "más sin este esta estos qué cómo ante tras".split()
        ),
        "pt": frozenset(
            "o os as de do da dos das e em no na nos nas para com uma um por sua seu são que ao à entre como "
            "sobre mais sem este esta não é pelo pela".split()
        ),
        "it": frozenset(
            "il lo la gli le di del della dei delle e nel nella per con una un che è sono tra fra dal dalla al "
            "alla come su sul più non anche verso dopo".split()
        ),
        "nl": frozenset(
            "de het een en van voor met in op aan bij naar uit over tussen hoe waarom zijn is niet ook door als "
            "na tegen deze dit wordt worden of om te dat".split()
        ),
        "pl": frozenset(
            "w na z do się jest nie że oraz dla po od przez między jak czy wobec jako ich nad przed".split()
        ),
        "cs": frozenset("v na z do se je není že pro po od mezi jak jako jeho jejich nad před při podle".split()),
        "sv": frozenset("och att det som på är av för med till från inte mellan efter vid hur varför mot".split()),
        "no": frozenset("og å det som på er av med til fra ikke mellom etter ved hvordan hvorfor mot seg".split()),
        "da": frozenset("og det som på er af med til fra ikke mellem efter ved hvordan hvorfor mod sig".split()),
        "tr": frozenset("ve ile bir bu için olarak daha nasıl neden arasında arasındaki göre sonra kadar olan".split()),
        "ro": frozenset("și în cu din pe pentru este sunt care dintre între după prin mai nu ale lui".split()),
        "id": frozenset("dan di yang untuk dengan dari pada dalam ini itu antara ke oleh sebagai tidak".split()),
        "hu": frozenset("és az hogy nem egy mint közötti között után miért hogyan vagy pedig szerint".split()),
        "vi": frozenset("và của các là trong cho với giữa về một những được từ đến không".split()),
    }
)
# Letters that only one of these languages has: a word with one counts, beside a word of the list.
_LETTERS: Final[Mapping[str, Pattern]] = MappingProxyType(
    {
        "pl": Pattern("[ąęłśźż]"),
        "cs": Pattern("[řůě]"),
        "tr": Pattern("[ığş]"),
        "ro": Pattern("[țș]"),
        "hu": Pattern("[őű]"),
        "vi": Pattern("[ạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹđơư]"),
    }
)
# By the codes of ISO 639-1.
_NAMES: Final = MappingProxyType(
    {
        "en": "English",
        "fr": "French",
        "de": "German",
        "es": "Spanish",
        "pt": "Portuguese",
        "it": "Italian",
        "nl": "Dutch",
        "pl": "Polish",
        "cs": "Czech",
        "sv": "Swedish",
        "no": "Norwegian",
        "da": "Danish",
        "tr": "Turkish",
        "ro": "Romanian",
        "id": "Indonesian",
        "hu": "Hungarian",
        "vi": "Vietnamese",
    }
)
# ISO 639-2 has two codes for some of them.
_SHORT: Final = MappingProxyType(
    {
        "eng": "en",
        "fra": "fr",
        "fre": "fr",
        "deu": "de",
        "ger": "de",
        "spa": "es",
        "por": "pt",
        "ita": "it",
        "nld": "nl",
    }
    | {
        "dut": "nl",
        "nb": "no",
        "nn": "no",
        "nor": "no",
        "pol": "pl",
        "ces": "cs",
        "cze": "cs",
        "swe": "sv",
        "dan": "da",
    }
    | {"tur": "tr", "ron": "ro", "rum": "ro", "ind": "id", "hun": "hu", "vie": "vi"}
)
# Letters only: numbers and signs are the same in every language.
_WORD = Pattern(r"[^\W\d_]+")
# The beginning of an abstract tells its language; the rest only takes time.
MOST_WORDS = 400
# So many words of another language, and such a share of all words, are not quotation.
FEWEST, SHARE = 3, 0.2
# No title in English or French quotes two words such as “och” and “mellan”.
FEWEST_OF_OTHERS = 2
_QUOTED: Final = frozenset({"en", "fr", "de", "es", "pt", "it", "nl"})
# So many small words with accents; names of people and places have a capital letter.
FEWEST_ACCENTED, SHORTEST_ACCENTED = 2, 3
_OTHER: Final = "another language"
# What English has borrowed with its accents.
_LOANS: Final = frozenset(
    "café cafés cliché clichés façade façades naïve naïveté fiancé fiancée résumé résumés déjà état être communiqué "
    "communiqués protégé protégés élite élites émigré émigrés régime régimes détente début débuts décor exposé exposés "
    "précis rôle première attaché attachés über coup señor mêlée entrepôt papier-mâché pâté soirée touché matériel "
    "raison vis-à-vis coöperation reëlection coördination ménage manqué outré passé blasé doppelgänger".split()
)
# A few words look the same in two languages (was, of, is); with fewer than so many to one, a text may be in either.
OUTNUMBERED = 4


@lru_cache(maxsize=1024)
def _language_of(text: str, stated: str) -> str | None:
    """Return the language of a text if it clearly differs from the stated one; else None."""
    # Ten characters for each word, with its space, are more than the average word of these languages has.
    words = _WORD.findall(text[: MOST_WORDS * 10].lower())[:MOST_WORDS]
    as_stated = sum(map(_WORDS[stated].__contains__, words))
    # No language can outnumber one that has more than its share of all words.
    if as_stated * OUTNUMBERED > len(words):
        return None
    counts = {language: _count(words, language) for language in _WORDS}
    best = max(counts, key=counts.__getitem__)
    fewest = FEWEST if best in _QUOTED else FEWEST_OF_OTHERS
    if best == stated or counts[best] < max(fewest, len(words) * SHARE):
        return _OTHER if stated == "en" and not as_stated and _is_foreign(text) else None
    return best if as_stated * OUTNUMBERED <= counts[best] else None


def _is_foreign(text: str) -> bool:
    """Return whether a text without a common word of English has several small words with letters that it lacks."""
    words = {word for word in _WORD.findall(text[: MOST_WORDS * 10]) if word.islower() and not word.isascii()}
    words = {word for word in words - _LOANS if len(word) >= SHORTEST_ACCENTED}
    # The letters of the Latin script end there; other scripts have a rule of their own.
    return sum(1 for word in words if max(word) < "\u0250") >= FEWEST_ACCENTED


def _count(words: list[str], language: str) -> int:
    """Return how many of the words are of a language; a letter alone may be one of a name."""
    known, letters = _WORDS[language], _LETTERS.get(language)
    common = sum(map(known.__contains__, words))
    if not common or letters is None:
        return common
    return common + sum(1 for word in words if word not in known and letters.search(word))


@rule(
    "language-mismatch",
    WARNING,
    "A text in another language than is said",
    message="the {what} seems to be in {found}, and is deposited as {language}",
    hint="correct `language`, here, in the abstract or in the series: en, fr, de and so on",
    why="The language of the series is deposited with each record that names none; indexes search and translate by it.",
    source=SCHEMA,
    bad="title: Les perspectives des relations entre l'OTAN et le Japon",
    good="""
        title: Les perspectives des relations entre l'OTAN et le Japon
        language: fr
        """,
)
def _find_text_in_other_language(work: Work) -> Iterator[Match]:
    for (loc, text), stated in _texts_with_language(work):
        language = (stated or "").lower().split("-")[0]
        language = _SHORT.get(language, language)
        if language in _WORDS and (found := _language_of(text, language)):
            what = "title" if loc == ("title",) else "abstract" if loc[0] == "abstracts" else "original title"
            yield Match.at(*loc, length=len(text), what=what, found=_NAMES.get(found, found), language=stated)


def _texts_with_language(work: Work) -> Iterator[tuple[Text, str | None]]:
    commentary = work.commentary
    language = commentary.effective_language
    yield (("title",), f"{work.title} {work.subtitle}".strip()), language
    if commentary.original_title:
        yield (("original_title", "text"), commentary.original_title.text.plain), commentary.original_title.language
    for (loc, _, plain), abstract in zip(work.bare_abstracts, commentary.abstracts, strict=True):
        yield (loc, plain), abstract.language or language
