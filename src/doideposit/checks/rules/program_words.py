"""Words that programs leave where a text should be: NULL, nan, #NAME?, Auto Draft, Sans titre, {{title}}."""

import re
from functools import lru_cache

from doideposit.checks.rules.patterns import Pattern

__all__ = ["LONGEST", "is_program_name", "is_program_word"]

# What databases, languages and spreadsheets write for nothing, and for what they could not compute.
_NOTHING = (
    r"null|none|nan|nil|(?-i:NaT)|<na>|n\.?/?a\.?|[nk]\.\s?a\.|[so]\.\s?[ont]\.|s/[nodt]"
    r"|undefined|\[object \w+\]|\\n|true|false"
    r"|(?:undefined|null|none|nan)(?:[\s,]+(?:undefined|null|none|nan))+|(?-i:Array|Object)|x{3,}|todo|fixme|asdf\w*"
    # The same faults in the languages of spreadsheets.
    r"|#¡?(?:ref|bezug|rif|name|nom|nombre|nome|имя|ссылка|value|wert|valeur|valor|valore|waarde|знач|num|zahl|núm|getal|число"
    r"|null|nul|leer|nulo|spill|überlauf|calc|field|feld|error|div/0|n/a|n/d|nv|н/д|дел/0)[!?]?|err:\d{3}|#{2,}"
    r"|=[a-z.]+[(\d].*|@[a-z.]+\(.*|\+[a-z]{1,3}\d+[+*/-].*"
)
# What editors and content management systems write until someone writes a title, in the languages of their menus.
_UNTITLED = (
    r"(?:auto[- ]?draft|untitled|no title|ohne titel|kein titel|unbenannt|sans[- ]titre|sin t[ií]tulo|sem t[ií]tulo|"
    r"senza titolo|zonder titel|naamloos|uten tittel|utan titel|uden titel|nimetön|bez tytułu|bez nazwy|bez názvu|"
    r"без названия|без назви|без имени|başlıksız|بدون عنوان|无标题|未命名|無題|제목 없음)"
    r"(?:[- ]?(?:document|dokument|documento|post|presentation|\d+))?"
    r"|(?:new|neues|nouveau|nuevo|novo|nuovo) (?:document|dokument|documento|post|title|presentation)"
    r"|document ?\d+|dokument ?\d+"
    r"|borrador autom[aá]tico|brouillon auto(?:matique)?|automatischer entwurf|rascunho autom[aá]tico|bozza automatica"
    r"|sans nom(?: ?\d+)?|presentation ?\d+|präsentation ?\d+"
    r"|powerpoint[- ](?:presentation|präsentation)|présentation powerpoint"
    r"|slide ?\d+|folie ?\d+|sample page|beispielseite|page d[’']exemple|página de ejemplo"
    r"|new page|neue seite|nouvelle page|p[aá]gina nueva|nova p[aá]gina|nuova pagina|(?:your )?title (?:goes )?here"
    r"|hello world!"
    # Word and its relatives write the name of the file where the properties of a PDF hold the title.
    r"|microsoft word - .*|.{1,40}\.(?:docx?|odt|indd|rtf|pdf|pptx?|xlsx?|jpe?g|png)"
    r"|(?:img|dsc|scan)[ _-]?\d[\d _-]*"
    # What servers answer in place of the page whose title was asked for.
    r"|(?:error )?(?:40[134]|50[0234])[\s:|-]+(?:(?:page |file )?not found|forbidden|unauthorized|internal server error"
    r"|bad gateway|service unavailable|gateway time-?out)|(?:page|file) not found|seite nicht gefunden|page non trouvée"
    r"|page introuvable|página no encontrada|página não encontrada|just a moment\W*|attention required!.*"
    r"|service unavailable"
)
# What authors write until they know better.
_TO_COME = (
    r"t\.?b\.?[adc]\.?|to be (?:announced|added|confirmed|decided|determined|completed)|keine angabe|nicht verfügbar|"
    r"à compléter|à venir|non disponible|por definir|por confirmar|no disponible|a definir|não disponível|"
    r"da definire|nog te bepalen|not (?:available|applicable)|coming soon|待定|уточняется"
    r"|à définir|noch offen|folgt noch|wird nachgereicht|[ap](?:or)? determinar|da determinare|do uzupełnienia"
    r"|ei tiedossa|ikke oppgitt|ej angivet|в разработке|не указано|待补充|待定|未定|未設定|미정|لم يحدد(?: بعد)?|तय नहीं"
)
# The kind of a value or of a fault, where the value should be.
_CLASS = r"(?-i:(?:[a-z]\w*\.){1,5}[A-Z]\w*(?:Exception|Error)|System\.[A-Z]\w+|java\.lang\.[A-Z]\w+)"
# A variable of a template that nobody filled in.
_TEMPLATE = r"\{\{.*\}\}|\$\{.*\}|%\w+%|\[\[?(?:title|titel|titre|name|author)\]?\]|<%.*%>"
# With the signs around the word, as in “untitled” or *null*.
_PROGRAM_WORD = Pattern(
    rf"[\s(<\"'“„«*_-]*(?:{_NOTHING}|{_UNTITLED}|{_TO_COME}|{_CLASS}|{_TEMPLATE})[\s)>\"'”“».*_!-]*", re.IGNORECASE
)
_INITIALS = Pattern(r"(?:[A-Z]\.[\s-]?)+")
# No word of a program is longer, and most titles are.
LONGEST = 60


@lru_cache(maxsize=1024)
def is_program_word(text: str) -> bool:
    """Return whether a text is only what programs write in place of a missing text, such as `null`."""
    return len(text) <= LONGEST and _PROGRAM_WORD.fullmatch(text) is not None


# The words beside the two fields of a form, the people in its examples, and nobody in several languages.
_FORM = frozenset(
    "firstname lastname givenname familyname middlename surname vorname nachname familienname nombre nombres apellido "
    "apellidos prénom nomdefamille primeironome sobrenome cognome voornaam achternaam imię nazwisko förnamn efternamn "
    "soyad soyadı mustermann musterfrau имя фамилия 姓 unknown unbekannt inconnu inconnue desconocido desconocida "
    "desconhecido desconhecida sconosciuto sconosciuta onbekend nieznany nieznana bilinmiyor неизвестно".split()
)
# Spaces between the words of a form, or what stands for them.
_APART = str.maketrans("", "", " _-")


def is_program_name(name: str) -> bool:
    """Return whether a name is only what programs and forms have in place of one: unknown, null, first name."""
    if name.translate(_APART).lower() in _FORM:
        return True
    # Na, Nil, Todo and True are names; N.A. and O.T. are the initials of somebody.
    if name in {"Na", "Nil", "Todo", "True"} or _INITIALS.fullmatch(name):
        return False
    return is_program_word(name) or name in {"FNU", "LNU"}
