"""Leftovers of wrong encodings, HTML, Markdown and TeX, in a text of a record or of the configuration."""

from doideposit.checks.rules.patterns import Pattern

__all__ = ["CODE", "ENTITY", "INVISIBLE", "MARKDOWN", "MOJIBAKE", "TAG", "TEX", "VARIABLE"]

# The bytes that continue a character of UTF-8, as Windows-1252 and Latin-1 read them.
_CONTINUED = "\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ"
# UTF-8 read as Windows-1252 or Latin-1: a lead byte's letter, then what its continuation bytes became.
# Ã and Â end words of their own: AMANHÃ E HOJE, MÃ LAI, «AMANHû. So a space counts only where small letters stand
# around it, and a closing mark only after one.
MOJIBAKE = Pattern(
    "[ÃÂ][\u00a0-\u00ba\u00bc-\u00bf€‚ƒ„†‡ˆ‰Š‹ŒŽ‘•˜™šœžŸ]|(?<![A-ZÀ-Ý])[ÃÂ][»’“”…–—›]|â€[\u00a0-\u00bf™œ“”˜¦¢š\u009d]?|ðŸ"
    "|Ã[\u0080-\u009f]|(?<=[a-zß-ÿ])Ã (?=[a-z])|(?<![^ ])Ã (?=[a-z])|ï»¿"
    # Cyrillic, Greek, Arabic and Hebrew letters became two characters each, those of India and China three.
    f"|(?:[ÐÑÎÏØÙ×][{_CONTINUED}]){{2}}|[ÐÑ][{_CONTINUED} ](?:[ÐÑ][{_CONTINUED} ]){{2}}"
    f"|[à-ï][{_CONTINUED}]{{1,2}}[à-ï][{_CONTINUED}]{{2}}"
    # UTF-8 read as the code page of an old terminal, or of an old Mac: ΓÇÖ, caf√©, it‚Äôs.
    "|ΓÇ|Γé¼|‚Ä[ôúùìîò¶òÆ]|(?<=[A-Za-z])√[©®º∂§±ß°≠≥´≤¢™Æ]"
    # Polish and Turkish letters stand between others: wiÄ™c, ÅŸimdi.
    f"|[ÄÅ][{_CONTINUED}](?=[a-zà-ÿ])"
)
# HTML names, decimal and hexadecimal references. R&D; has a letter alone before the semicolon.
# Browsers read a number without its semicolon too.
ENTITY = Pattern(r"&(?:[a-zA-Z][a-zA-Z0-9]{1,30};|#\d{2,7};?|#[xX][0-9a-fA-F]{1,6};)")
# What the models know as markup is gone from a plain text; this is what looks like a tag and is none of theirs. An
# address between angle brackets (<www.fao.org>) is none either.
TAG = Pattern(r"<!--|<!\[CDATA\[|<\?(?:php|xml)\b|</?[a-zA-Z][\w:-]*(?:\s+[\w:.-]+\s*=[^<>]*)?\s*/?>")
# Three underscores stand for a repeated author (ABNT NBR 6023).
# One star or underscore is emphasis where a word follows it and another one comes after a word: C*-algebra is none.
MARKDOWN = Pattern(
    r"\*\*\S|\S\*\*|~~[^~\n]{1,200}~~|(?<=\w)\^[\w+-]{1,8}\^|(?<=\w)~[\w+-]{1,8}~|(?<![\w/])__[^\W_]|[^\W_]__(?!\w)|\\[_*#\[\]~`&]|^#{1,6}\s|`[^`]+`"
    r"|(?<![\w*])\*[^\W_](?:[^*\n]{0,200}[^\W_])?\*(?![\w*-])|(?<![\w/_])_[^\W_](?:[^_\n]{0,200}[^\W_])?_(?![\w/])"
)
# Wiki markup, and the codes of WordPress and forums: [/caption], [gallery ids="1"]. In “[i]t is” a letter was changed.
CODE = Pattern(
    r"'{3}[^']+'{3}|\[\[[^\[\]]+\]\]|\[/[a-z][\w-]{0,20}\]"
    r"|\[[a-z][\w-]{1,20}(?:\s+[\w-]+=[\"'“”″]?[^\[\]=]*)+\]"
)
# Variables of templates that were not filled in: {{ title }}, ${title}, %s, <%= title %>.
VARIABLE = Pattern(r"\{\{\s*[\w.|]+\s*\}\}|\$\{[\w.]+\}|(?<![\w%])%(?:s|d|\(\w+\)s)(?!\w)|<%[^%]{0,200}%>")
# Commands, accents and quotation marks of TeX; `\n` and `\u00e9` are escapes of other languages, with a rule of their
# own.
TEX = Pattern(
    r"\$[^$\s]*[\\_^{][^$]*\$|\\(?![nrt](?:[A-Z\s\\]|$)|u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2})[A-Za-z]{2,}"
    r"|\\[cvuHkrbdt]\{|\{\\[A-Za-z]+\s|\\[\"'`^~=.]\{?[A-Za-z]\}?|``[^`']*''|\{[A-Z]{2,}\}"
    # A tie keeps two words on one line: Fig.~1, A.~Keller.
    r"|\\[%${}()\[\]]|(?<=[A-Za-z]{2}\.)~(?=[A-Za-z0-9])|(?<=\b[A-Z]\.)~(?=[A-Z])"
)
# Characters that are not seen: marks of direction, invisible operators of formulas, fillers, and the tags of Unicode.
INVISIBLE = Pattern(
    "[\u200e\u200f\u202a-\u202e\u2061-\u206f\ufffc\ufff9-\ufffb\u034f\u115f\u1160\u180e\u3164\U000e0000-\U000e007f]"
)
