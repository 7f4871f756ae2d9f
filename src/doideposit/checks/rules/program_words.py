"""Words that programs leave where a text should be: NULL, nan, #NAME?, Auto Draft, Sans titre, {{title}}."""

import re
from functools import lru_cache

from doideposit.checks.rules.patterns import Pattern

__all__ = ["LONGEST", "is_program_word"]

# What databases, languages and spreadsheets write for nothing, and for what they could not compute.
_NOTHING = (
    r"null|none|nan|(?-i:NaT)|<na>|n\.?/?a\.?|undefined|\[object \w+\]|\\n|true|false"
    r"|#(?:ref|name|value|num|null|spill|calc|n/a|div/0)[!?]?|#{2,}|=[a-z]+[(\d].*"
)
# What editors and content management systems write until someone writes a title, in the languages of their menus.
_UNTITLED = (
    r"(?:auto[- ]?draft|untitled|no title|ohne titel|kein titel|unbenannt|sans[- ]titre|sin t[ií]tulo|sem t[ií]tulo|"
    r"senza titolo|zonder titel|naamloos|uten tittel|utan titel|uden titel|nimetön|bez tytułu|bez názvu|без названия|"
    r"без назви|без имени|başlıksız|بدون عنوان|无标题|未命名|無題|제목 없음)"
    r"(?:[- ]?(?:document|dokument|documento|post|\d+))?"
    r"|(?:new|neues|nouveau|nuevo|novo|nuovo) (?:document|dokument|documento|post|title)|document ?\d+|dokument ?\d+"
    r"|borrador autom[aá]tico|brouillon auto(?:matique)?|automatischer entwurf|rascunho autom[aá]tico|bozza automatica"
    r"|new page|neue seite|nouvelle page|p[aá]gina nueva|nova p[aá]gina|nuova pagina|(?:your )?title here|hello world!"
    # Word and its relatives write the name of the file where the properties of a PDF hold the title.
    r"|microsoft word - .*|.{1,40}\.(?:docx?|odt|indd|rtf)"
)
# What authors write until they know better.
_TO_COME = (
    r"t\.?b\.?[adc]\.?|to be (?:announced|added|confirmed|decided|determined|completed)|keine angabe|nicht verfügbar|"
    r"à compléter|à venir|non disponible|por definir|por confirmar|no disponible|a definir|não disponível|"
    r"da definire|nog te bepalen|not (?:available|applicable)|coming soon|待定|уточняется"
    r"|à définir|noch offen|folgt noch|wird nachgereicht"
)
# The kind of a value or of a fault, where the value should be.
_CLASS = r"(?-i:(?:[a-z]\w*\.){1,5}[A-Z]\w*(?:Exception|Error)|System\.[A-Z]\w+|java\.lang\.[A-Z]\w+)"
# A variable of a template that nobody filled in.
_TEMPLATE = r"\{\{.*\}\}|\$\{.*\}|%\w+%|\[\[?(?:title|titel|titre|name|author)\]?\]|<%.*%>"
# With the signs around the word, as in “untitled” or *null*.
_PROGRAM_WORD = Pattern(
    rf"[\s(\"'“„«*_-]*(?:{_NOTHING}|{_UNTITLED}|{_TO_COME}|{_CLASS}|{_TEMPLATE})[\s)\"'”“».*_!-]*", re.IGNORECASE
)
# No word of a program is longer, and most titles are.
LONGEST = 60


@lru_cache(maxsize=1024)
def is_program_word(text: str) -> bool:
    """Return whether a text is only what programs write in place of a missing text, such as `null`."""
    return len(text) <= LONGEST and _PROGRAM_WORD.fullmatch(text) is not None
