"""The hygiene of texts: leftovers of wrong encodings, other formats and copying."""

import re
from collections.abc import Callable, Iterable, Iterator

from doideposit.checks.rules.leftovers import CODE, ENTITY, INVISIBLE, MARKDOWN, MOJIBAKE, TAG, TEX, VARIABLE
from doideposit.checks.rules.patterns import Pattern
from doideposit.checks.rules.program_words import is_program_word
from doideposit.checks.rules.registry import ERROR, WARNING, Match, Rules
from doideposit.checks.rules.work import Text, Work
from doideposit.pages import FACE_MARKUP, LOOKALIKES, MARKUP_LEFTOVERS, RECOMMENDATIONS, TROUBLE, XML_CHARACTERS

__all__ = ["TEXTS"]

TEXTS: Rules[Work] = Rules("texts")
rule = TEXTS.rule

# Escaped once or twice; a tag is short, and without a bound the search would take long.
_ESCAPED_TAG = Pattern(r"&(?:amp;)?lt;/?[a-zA-Z][^&<>]{0,200}(?:&(?:amp;)?gt;|>)")
# [text](address) without a space in the address.
_LINK = Pattern(r"\[[^\[\]]+\]\([^()\s]*\)")
# A word with a hyphen on either side is a parenthesis (-marc- para).
_HYPHENATED = Pattern(
    r"(?<![\w-])[a-zà-ÿ]{2,}- (?!(?:and|or|to|und|oder|bis|et|ou|y|e|o|en|of|als|sowie|wie)\b)[a-zà-ÿ]{3,}\b"
)
# Unicode: Latin ligatures, alphabetic presentation forms; and two letters of formulas or of the wide forms that
# Chinese and Japanese print, which stand alone where they are meant.
_LIGATURE = Pattern("[ﬀ-ﬆ]|[\U0001d400-\U0001d7ff]{2}|(?<![^ A-Za-z])[Ａ-Ｚａ-ｚ]{2,}(?![^ A-Za-z.,:;!?])")
# Unicode: private use area; fonts of PDFs keep bullets there.
_PRIVATE = Pattern("[\ue000-\uf8ff]")
# Of Greek only letters that look like Latin ones: IκB, RβP and Gαi are names of proteins.
_MIXED = Pattern("[A-Za-z][\u0400-\u04ff]|[\u0400-\u04ff][A-Za-z]|[A-Za-z][ΑΒΕΖΗΙΚΜΝΟΡΤΥΧο][A-Za-z]")
# \n, \t and \u00e9 as Python, JSON and JavaScript write them.
# A web address may hold the escapes of RFC 3986; what e-mail programs write begins with an equals sign.
_ESCAPED_BYTES = Pattern(
    r"(?<=\w)%(?:20|2C|3A)(?=\w)|%C3%[89AB][0-9A-F]|=C3=[89AB][0-9A-F]|=E2=80=9[0-9A-F]", re.IGNORECASE
)
_ESCAPE = Pattern(r"\\[nrt](?=[A-Z\s\\]|$)|\\u[0-9a-fA-F]{4}|\\x[0-9a-fA-F]{2}")
# index.php?area= is an address without its scheme.
_LOST = Pattern(r"[^\W\d_]\?[a-zà-ÿ](?![\w-]*=)|\?{3,}")
_FILLER = Pattern(
    # In Spanish and Portuguese todo is a word, and xxx and XXX are page and volume numbers.
    r"(?i:lorem ipsum|\[(?:insert|add|your|author|title|date)\b[^\]]*\])"
    r"|(?<=[a-z.:] )TODO\b|\bTODO(?=:| [a-z])|\bFIXME\b"
)
# Signs within an address say nothing about the text around it.
_ADDRESS = Pattern(r"https?://\S+|www\.\S+")
# A word that nobody prints whole, such as F*** or sh**t. Asterisks at the end of a longer word are a footnote.
_CENSORED = Pattern(r"(?<![\w*])(?:[^\W\d_]\*{3,}|[^\W\d_]{1,3}\*{2,}[^\W\d_]{1,4})(?![\w*])")
# The order matters: the first that fits is reported.
_KINDS = (
    ("reverses the text after it", Pattern("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")),
    ("stands for an object that was left behind", Pattern("[\ufffc\ufff9-\ufffb]")),
    ("hides a message of its own", Pattern("[\U000e0000-\U000e007f]")),
    ("belongs to no word", Pattern("[\u034f\u115f\u1160\u180e\u2061-\u2064\u206a-\u206f\u3164]")),
)
# A black flag and tag characters make the flags of England, Scotland and Wales (Unicode Technical Standard 51).
_FLAG = Pattern("\U0001f3f4[\U000e0020-\U000e007f]+")
# Hebrew and Arabic need marks of direction where numbers and Latin words are between their letters.
_RIGHT_TO_LEFT = Pattern("[\u0590-\u08ff]")


def _search_all(pattern: Pattern, texts: list[Text]) -> Iterator[tuple[Text, str]]:
    for text in texts:
        found = pattern.search(text[1])
        if found:
            yield text, found[0]


def _match_in(text: Text, found: str) -> Match:
    loc, value = text
    return Match.at(*loc, length=len(found) if value.startswith(found) else len(value), found=found)


def _pattern_rule(pattern: Pattern, signs: str) -> Callable[[Work], Iterable[Match]]:
    """Make the function of a rule that finds a pattern in any text; without one of the signs, no text can have it."""

    def find(work: Work) -> Iterable[Match]:
        if work.odd and any(map(work.odd.__contains__, signs)):
            return [_match_in(text, found) for text, found in _search_all(pattern, work.texts)]
        return ()

    return find


def _unusual_pattern_rule(pattern: Pattern) -> Callable[[Work], Iterable[Match]]:
    """Make the function of a rule that finds a pattern of characters that hardly any text has."""

    def find(work: Work) -> Iterable[Match]:
        return [_match_in(text, found) for text, found in _search_all(pattern, work.texts)] if work.unusual else ()

    return find


rule(
    "text-mojibake",
    ERROR,
    "Letters from a wrong encoding",
    message="“{found}” is what a wrong encoding made of another character",
    hint="copy the text again from its source, and save the file as UTF-8",
    why="A text in UTF-8 was read in another encoding. It is valid XML, and stays wrong in every index.",
    source=TROUBLE,
    bad="title: Indiaâ€™s neighbours",
    good="title: India’s neighbours in Âge d'or",
)(_pattern_rule(MOJIBAKE, "ÃÂΓ‚√€Ÿ¿ÐÑÎÏØÙ×ÄÅ¤¥¦§¨©ª«¬­®¯°±²³´µ¶·¸¹º»¼½¾"))


rule(
    "text-replacement-character",
    ERROR,
    "A character that was lost",
    message="the text contains U+FFFD (�), which stands for a character that was lost",
    hint="copy the text again from its source",
    why="A program wrote this sign where it could not read a character. What stood there cannot be guessed.",
    source=XML_CHARACTERS,
    bad="title: India\ufffds neighbours",
    good="title: India’s neighbours",
)(_pattern_rule(Pattern("\ufffd"), "\ufffd"))


@rule(
    "text-entity",
    WARNING,
    "An HTML entity in a text",
    message="“{found}” is an entity of HTML, and readers would see exactly this",
    hint="write the character itself; `&` and `<` need no escaping here",
    why="Records hold characters, and the XML is escaped when it is written. An entity in the text is escaped twice.",
    source=MARKUP_LEFTOVERS,
    bad="title: Trade &amp; security in Asia",
    good="title: Trade & security in Asia",
)
def _find_entity(work: Work) -> Iterator[Match]:
    if "&" in work.odd:
        outside = [text for text in work.plain + work.rich + _plain_abstracts(work) if "&" in text[1]]
        for text in outside:
            # The entities of an escaped tag are named with it.
            if found := ENTITY.search(_ESCAPED_TAG.sub("", text[1])):
                yield _match_in(text, found[0])


def _plain_abstracts(work: Work) -> list[Text]:
    """Return the abstracts that are plain text: in HTML and JATS there may well be entities and tags."""
    return [text for text, item in zip(work.abstracts, work.commentary.abstracts, strict=True) if item.format == "text"]


rule(
    "text-escaped-tag",
    WARNING,
    "An escaped tag",
    message="“{found}” is a tag that was escaped, and readers would see exactly this",
    hint="write the tag itself where markup is allowed (<i>…</i> in a title), or delete it",
    why="Markup goes into the XML as elements. Escaped, it becomes text that readers see.",
    source=FACE_MARKUP,
    bad="title: The voyage of HMS &lt;i&gt;Beagle&lt;/i&gt;",
    good="title: The voyage of HMS <i>Beagle</i>",
)(_pattern_rule(_ESCAPED_TAG, "&"))


@rule(
    "text-tag",
    WARNING,
    "Markup that would be shown",
    message="“{found}” looks like markup, and readers would see exactly this",
    hint="delete the tag; titles and reference texts know b, i, sup, sub, scp and the like, names know none",
    why="What Crossref's schema has no element for goes into the record as text, tag and all.",
    source=FACE_MARKUP,
    bad="authors: [{given: Siegfried O., family: Wolf, affiliations: [The <i>Democratic</i> Forum]}]",
    good="authors: [{given: Siegfried O., family: Wolf, affiliations: [The Democratic Forum]}]",
)
def _find_tag(work: Work) -> Iterator[Match]:
    codes = "[" in work.odd or "'''" in work.everything
    for pattern in (*([TAG] if "<" in work.odd else ()), *([CODE] if codes else ())):
        for text, found in _search_all(pattern, [*work.plain, *work.shown, *_plain_abstracts(work)]):
            yield _match_in(text, found)


@rule(
    "text-markdown",
    WARNING,
    "A leftover of Markdown",
    message="“{found}” is Markdown, and readers would see exactly this",
    hint="delete the marks; emphasis in a title is written <i>…</i>",
    why="Crossref knows no Markdown. The marks travel into every citation.",
    source=FACE_MARKUP,
    bad='title: "Prospects for **NATO-Japan** relations"',
    good="title: Prospects for NATO-Japan relations",
)
def _find_markdown(work: Work) -> Iterator[Match]:
    if work.odd and any(map(work.odd.__contains__, "*_]\\#`~^")):
        for text in work.texts:
            found = _LINK.search(text[1]) or MARKDOWN.search(_CENSORED.sub("", _ADDRESS.sub("", text[1])))
            if found and not TEX.search(text[1]) and not _ESCAPE.search(text[1]):
                yield _match_in(text, found[0])


@rule(
    "text-hyphenated",
    WARNING,
    "A word broken by a hyphen",
    message="“{found}” looks like a word that was broken at the end of a line",
    hint="join the word, or delete the space where the hyphen is its own",
    why="Hyphens that divide words at the end of a line stay behind when text is copied from a PDF.",
    source=RECOMMENDATIONS,
    bad="title: Prospects for secu- rity in Asia",
    good="title: Short- and long-term prospects for security in Asia",
)
def _find_hyphenated_word(work: Work) -> Iterable[Match]:
    return (
        [_match_in(text, found) for text, found in _search_all(_HYPHENATED, work.texts)]
        if "- " in work.everything
        else ()
    )


rule(
    "text-ligature",
    WARNING,
    "Characters that only look like letters",
    message="“{found}” is written in characters that only look like its letters",
    hint="write the letters themselves",
    why="PDFs hold ligatures, and posts italics and wide letters of Unicode; searches for the word do not find it.",
    source=RECOMMENDATIONS,
    bad="title: The ﬁrst year of the accord",
    good="title: The first year of the accord",
)(_unusual_pattern_rule(_LIGATURE))


@rule(
    "text-private-character",
    WARNING,
    "A character with no agreed meaning",
    message="the text contains a private character, which every font shows differently, at “{around}”",
    hint="write what is printed there, or delete it",
    why="Fonts of a PDF keep bullets and signs in a private range of Unicode; elsewhere they are empty boxes.",
    source=XML_CHARACTERS,
    bad='title: "Prospects \\uf0b7 for NATO-Japan relations"',
    good="title: Prospects for NATO-Japan relations",
)
def _find_private_character(work: Work) -> Iterator[Match]:
    if work.unusual:
        for text in work.texts:
            found = _PRIVATE.search(text[1])
            if found:
                # In a text of many lines the words beside it are what a person can look for.
                around = " ".join(text[1][max(0, found.start() - 20) : found.end() + 20].split())
                yield _match_in(text, found[0])._replace(values={"around": around})


@rule(
    "text-invisible-character",
    WARNING,
    "A character that nobody sees",
    message="the text contains U+{number}, which is invisible and {what}",
    hint="type this part of the text again; copying it brings the character along",
    why="Such characters come from PDFs, chats and web pages. They hide in texts, and searches fail on them.",
    source=LOOKALIKES,
    bad='title: "Prospects for \u202eNATO-Japan relations"',
    good="title: Prospects for 👩‍🚀 relations",
)
def _find_invisible_character(work: Work) -> Iterator[Match]:
    if work.unusual:
        for loc, value in work.texts:
            # Scotland's and Wales' flags are written with tag characters after a black flag.
            found = INVISIBLE.search(_FLAG.sub("", value))
            if found and not (found[0] in "\u200e\u200f" and _RIGHT_TO_LEFT.search(value)):
                what = next(what for what, characters in _KINDS if characters.search(found[0]))
                yield Match.at(*loc, length=len(value), number=f"{ord(found[0]):04X}", what=what)


rule(
    "text-mixed-alphabets",
    WARNING,
    "Letters of two alphabets in one word",
    message="“{found}” mixes letters of two alphabets that look alike",
    hint="type the word again",
    why="A Cyrillic а looks like a Latin a, and no search for the word or the name finds it.",
    source=LOOKALIKES,
    bad="title: Prospects for NАTO-Japan relations",
    good="title: Prospects for NATO-Japan relations",
)(_unusual_pattern_rule(_MIXED))


rule(
    "text-tex",
    WARNING,
    "A leftover of TeX",
    message="“{found}” is TeX, and readers would see exactly this",
    hint="write the character itself, and emphasis in a title as <i>…</i>",
    why="Reference managers export accents and emphasis as commands of TeX; Crossref shows them as they are.",
    source=FACE_MARKUP,
    bad=r"title: 'The \emph{Indo-Pacific} turn'",
    good="title: The <i>Indo-Pacific</i> turn",
)(_pattern_rule(TEX, "\\`${~"))


@rule(
    "text-escape-sequence",
    WARNING,
    "An escape of a programming language",
    message="“{found}” is an escape, and readers would see exactly this",
    hint="write the character itself, or delete it",
    why="Exports of databases and programs leave such sequences where a line break or a letter was.",
    source=RECOMMENDATIONS,
    bad=r"title: 'Caf\u00e9 diplomacy'",
    good="title: Café diplomacy",
)
def _find_escape(work: Work) -> Iterator[Match]:
    if "\\" in work.odd:
        yield from (_match_in(text, found) for text, found in _search_all(_ESCAPE, work.texts))
    if "%" in work.odd or "=" in work.odd:
        parts = [(loc, _ADDRESS.sub("", text)) for loc, text in work.texts]
        yield from (_match_in(text, found) for text, found in _search_all(_ESCAPED_BYTES, parts))


@rule(
    "text-lost-letter",
    WARNING,
    "A question mark within a word",
    message="the question mark in “{found}” most likely stands for a letter that was lost",
    hint="type the word again",
    why="Programs that know only ASCII write a question mark for every other letter.",
    source=RECOMMENDATIONS,
    bad="title: Soci?t? and state in the Sahel",
    good="title: Société and state in the Sahel",
)
def _find_lost_letter(work: Work) -> Iterator[Match]:
    if "?" not in work.odd:
        return
    names = {loc for loc, _ in work.names}
    for loc, text in work.texts:
        found = _LOST.search(_ADDRESS.sub("", text)) if "?" in text and loc not in names else None
        if found:
            yield _match_in((loc, text), found[0])


@rule(
    "text-filler",
    WARNING,
    "A filler text that was not replaced",
    message="“{found}” seems to be a note to oneself, or a filler",
    hint="replace it by the text that was meant",
    why="Templates hold such words; once deposited they are public.",
    source=RECOMMENDATIONS,
    bad='abstracts: ["[insert abstract here] The author examines the prospects for relations between NATO and Japan."]',
    good="abstracts: [The author examines the prospects for closer relations between NATO and Japan after 2023.]",
)
def _find_filler_text(work: Work) -> Iterable[Match]:
    text = work.lowered
    # A capital TODO between small letters is a note to oneself; in a title in capitals it is Spanish.
    likely = (
        "[" in work.odd or "todo" in text or ("x" in text and ("xxx" in text or "fixme" in text)) or "lorem" in text
    )
    return _find_fillers(work) if likely or "{" in work.odd or "%" in work.odd else ()


def _find_fillers(work: Work) -> Iterator[Match]:
    for text, found in _search_all(_FILLER, [*work.rich, *work.abstracts]):
        if text[0] != ("title",) or not text[1].lower().startswith("lorem"):
            yield _match_in(text, found)
    for text, found in _search_all(VARIABLE, [*work.rich, *work.abstracts]):
        # A text that is nothing else has a rule of its own.
        if not is_program_word(text[1]):
            yield _match_in(text, found)
