"""The words that documents use for their parts, in the twelve languages that think tanks publish in most.

English, French, German, Spanish, Italian, Portuguese, Dutch, Polish, Turkish, Russian, Japanese, Chinese. All languages
are tried at once: a Brussels institute prints “Résumé” above an English text.
"""

import re
import unicodedata
from collections.abc import Iterable

__all__ = [
    "ABOUT_AUTHOR",
    "ABSTRACT",
    "AUTHOR_LABELS",
    "BY",
    "KEYWORDS",
    "LICENCE",
    "MONTHS",
    "NOTES",
    "NUMBER_SIGN",
    "OPEN_TITLE",
    "OTHER_SECTIONS",
    "PUBLISHED",
    "REFERENCES",
    "SERIES_WORDS",
    "TITLE_START",
    "folded",
    "heading_pattern",
]  # fmt: skip

# Names of months and their abbreviations, in small letters without the full stop, with their numbers.
MONTHS: dict[str, int] = {
    name: number
    for number, names in enumerate(
        (
            "january jan janvier janv januar jänner enero gennaio janeiro januari stycznia styczeń ocak января январь ene január",
            "február february feb février févr fevrier februar febrero febbraio fevereiro februari lutego luty şubat февраля "
            "февраль",
            "március march mar mars märz maerz marzo março marco maart marca marzec mart марта март",
            "április april apr avril abril aprile kwietnia kwiecień nisan апреля апрель abr",
            "május may mai mayo maggio maio mei maja maj mayıs мая май mag",
            "június june jun juin juni junio giugno junho czerwca czerwiec haziran июня июнь giu",
            "július july jul juillet juil juli julio luglio julho lipca lipiec temmuz июля июль lug",
            "augusztus august aug août aout agosto augustus sierpnia sierpień ağustos августа август ago",
            "szeptember september sept sep septembre septiembre setiembre settembre setembro września wrzesień eylül сентября "
            "сентябрь set",
            "október october oct octobre oktober okt octubre ottobre outubro października październik ekim октября октябрь ott",
            "november nov novembre noviembre novembro listopada listopad kasım ноября ноябрь",
            "december dec décembre decembre dezember dez diciembre dicembre dezembro grudnia grudzień aralık декабря "
            "декабрь dic",
        ),
        start=1,
    )
    for name in names.split()
}

# The words before the names of a byline, without a colon.
BY = "by|written by|interview by|interviewed by|prepared by|authored by|drafted by|compiled by|from:|von:|elaborado por|rédigé par|erstellt von|redatto da|opracowali?|verfasst von|écrit par|escrito por|scritto da|geschreven door|napisał(?:a)?|von|par|por|di|da|door|door:|przez|yazan|text by|text|texte de|texto de|文|文／"

# The words before the names of a byline, with a colon or on a line of its own.
AUTHOR_LABELS = (
    "authors?|auteure?s?|autore?s?|autor(?:in|en|innen|es|a|as|zy|ka)?|autori|autrici|autrice|verfasser(?:in|innen)?|schrijvers?|"
    "yazar(?:lar)?|szerzők?|автор(?:ы)?|著者|執筆者?|作者|作成者|撰文"
)

# Headings of lists of references.
REFERENCES = (
    "references?", "reference list", "list of references", "references? (?:and|&) \\w+", "bibliography",
    "selected bibliography", "works cited", "literature(?: cited)?", "sources", "citations", "further reading",
    "références?(?: bibliographiques)?", "bibliographie", "sources et références", "ouvrages cités", "literatur",
    "literaturverzeichnis", "literaturhinweise", "quellen(?:verzeichnis)?", "quellen und literatur", "referencias(?: bibliográficas)?",
    "bibliografía", "fuentes", "obras citadas", "riferimenti(?: bibliografici)?", "bibliografia", "fonti", "referências(?: bibliográficas)?",
    "fontes", "literatuur(?:lijst)?", "bronnen", "referenties", "literatura", "źródła", "spis literatury", "kaynakça", "kaynaklar", "irodalom(?:jegyzék)?", "felhasznált irodalom", "források",
    "список литературы", "литература", "источники", "библиография", "参考文献", "引用文献", "文献", "參考文獻", "参考资料", "참고문헌",
    "المراجع", "lähteet", "संदर्भ", "referenser", "litteratur", "kilder",
)  # fmt: skip

# Headings of lists of notes, which serve as references where there is no other list.
NOTES = (
    "notes?", "end ?notes", "foot ?notes", "notes and references", "notes de (?:bas de page|fin)", "anmerkungen", "fußnoten", "endnoten",
    "notas(?: al pie| finales| de rodapé)?", "note(?: a piè di pagina)?", "noten", "voetnoten", "eindnoten", "przypisy", "notlar", "jegyzetek", "lábjegyzetek",
    "dipnotlar", "примечания", "сноски", "注", "注釈", "脚注", "註", "注释", "尾注",
)  # fmt: skip

# Headings of abstracts.
ABSTRACT = (
    "abstract", "summary", "executive summary", "synopsis", "résumé", "resume", "synthèse", "zusammenfassung",
    "kurzfassung", "abstrakt", "resumen(?: ejecutivo)?", "sumario", "sommario", "sintesi", "riassunto", "resumo(?: executivo)?",
    "sumário(?: executivo)?", "samenvatting", "streszczenie", "abstrakt", "özet", "összefoglaló", "kivonat", "аннотация", "резюме", "要旨", "要約", "概要", "摘要",
)  # fmt: skip

# The words before keywords.
KEYWORDS = (
    "key ?words?", "index terms", "mots[ -]cl(?:é|e)s?", "schl(?:a|ü)gw(?:o|ö)rter", "schlüsselw(?:o|ö)rter", "stichw(?:o|ö)rter",
    "palabras? claves?", "parole chiave", "palavras?[ -]chaves?", "trefwoorden", "sleutelwoorden", "kernwoorden", "słowa kluczowe",
    "anahtar (?:kelime|sözcük)ler", "kulcsszavak", "ключевые слова", "キーワード", "关键词", "關鍵詞", "关键字",
)  # fmt: skip

# The words before a licence.
LICENCE = (
    "licen[cs]e", "lizenz", "licencia", "licenza", "licença", "licentie", "licencja", "lisans", "лицензия", "ライセンス", "许可",
)  # fmt: skip

# Headings of biographies.
ABOUT_AUTHOR = (
    "about the authors?", "(?:the )?authors?", "author['’]?s? (?:bio\\w*|notes?)", "biograph(?:y|ies)", "à propos (?:de l['’]auteure?|des auteure?s)",
    "les? auteure?s?", "l['’]auteure?", "über die autor(?:in|en|innen)?", "über den autor", "zu den autor\\w*", "die autor\\w*", "der autor",
    "sobre (?:el|la|los|las|o|a|os|as) autor\\w*", "gli autori", "l['’]autore", "l['’]autrice", "over de auteurs?", "o autorze", "o autorach",
    "yazar hakkında", "об авторах?", "об авторе", "сведения об авторах?", "著者紹介", "执笔者紹介", "作者简介", "profile",
)  # fmt: skip

# Headings that begin the text, or end a list of references.
OTHER_SECTIONS = (
    "disclaimer", "acknowledge?ments?", "annex.{0,40}", "contact", "imprint", "impressum", "mentions légales", "colophon", "colofon",
    "introduction", "einleitung", "introducción", "introduzione", "introdução", "inleiding", "wprowadzenie", "wstęp", "giriş",
    "введение", "はじめに", "引言", "导言", "(?:table of )?contents", "inhalt(?:sverzeichnis)?", "sommaire", "índice", "indice", "recommendations",
    "key (?:findings|messages|takeaways|points)", "commentary", "background", "copyright", "remerciements", "danksagung", "empfehlungen",
)  # fmt: skip

# The words before or around a date of publication.
PUBLISHED = (
    r"(?:first\s+)?published(?:\s+(?:on|online))?|date(?:\s+of\s+publication)?|posted(?:\s+on)?|dated|"
    r"(?:last\s+)?(?:updated|revised)(?:\s+on)?|(?:mon|tues|wednes|thurs|fri|satur|sun)day|publié(?:e)?(?:\s+le)?|paru(?:e)?(?:\s+le)?|"
    r"veröffentlicht(?:\s+am)?|erschienen(?:\s+am)?|stand|publicado(?:\s+el|\s+em)?|fecha|data|datum|pubblicato(?:\s+il)?|"
    r"gepubliceerd(?:\s+op)?|opublikowano|yayın(?:lanma)?\s+tarihi|tarih|опубликовано|дата(?:\s+публикации)?|発行日?|公開日?|发布日期|日期"
)

# The words before the number of an issue.
NUMBER_SIGN = (
    r"(?:no|nr|num|núm|numer|number|numéro|numero|número|nummer|nro|issue|heft|folge|ausgabe|выпуск|вып|sayı|zeszyt|sz|szám|číslo|nº|n)\b"
    r"\.?\s*[:：]?\s*(?:no\b\.?\s*|n[°º˚]\s*)?|n\s?\.?\s?[°º˚]\s*|[#№]\s*|第\s*"
)

# The words by which series of think tanks call their numbers; a configured series adds its own.
SERIES_WORDS = (
    "comment", "commentary", "commentaries", "policy brief", "policy paper", "policy note", "policy contribution", "working paper",
    "working paper series", "discussion paper", "research paper", "issue brief", "briefing paper", "briefing", "brief", "focus", "paper",
    "report", "reports", "notes", "briefs", "papers", "comments", "essay", "essays", "occasional paper", "bulletin", "dispatch", "insight", "insights", "analysis", "note", "perspective", "viewpoint", "opinion", "strategic insights", "kommentar",
    "arbeitspapier", "commentaire", "note d'analyse", "comentario", "commento", "comentário", "commentaar", "komentarz", "yorum",
    "комментарий", "コメンタリー", "评论",
)  # fmt: skip


def heading_pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for a line that is one of these headings, with or without a number and a colon."""
    alternatives = "|".join(word.replace(" ?", r"\s?").replace(" ", r"\s+") for word in words)
    return re.compile(rf"(?:(?:\d+|[IVX]+)\.?\s*)?(?:{alternatives})\s*[:.：]?", re.IGNORECASE)


# Letters that are not a letter with an accent for Unicode, but are written without their stroke in English texts.
_PLAIN = str.maketrans({"ł": "l", "ı": "i", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe"})


def folded(word: str) -> str:
    """Return a word in lower case without accents: names are printed with them and without."""
    apart = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character)).translate(_PLAIN)


# Words that begin a title, and end no line of one that is broken by its sense.
_TITLE_WORDS = (
    "the|a|an|how|what|why|who|when|where|evidence|lessons|der|die|das|ein|eine|wie|warum|was|wer|wo|le|les|un|une|des|comment|"
    "pourquoi|quel|quelle|el|los|las|una|cómo|qué|por qué|il|gli|come|perché|os|as|um|uma|como|por que|het|een|hoe|"
    "waarom|wat|jak|dlaczego|co|как|почему|что|кто"
)
# A title that ends so continues in the next line, in any of the languages that are read.
OPEN_TITLE = re.compile(
    r"(?:[,:：–—-]|\b(?:and|or|of|the|a|an|in|on|at|for|to|with|from|by|into|between|und|oder|der|die|das|des|dem|den|ein|eine|zur|zum|"
    r"im|am|bei|mit|von|vom|für|auf|aus|nach|über|unter|et|ou|de|du|des|la|le|les|un|une|sur|dans|pour|par|en|au|aux|y|o|el|los|las|"
    r"del|con|por|para|e|ou|da|do|dos|das|em|no|na|nos|nas|um|uma|il|di|della|dello|dei|degli|delle|nel|nella|per|tra|fra|van|"
    r"het|een|op|voor|i|z|w|na|do|od|ze|ve|ile|için|и|в|на|с|о|об|по|для|за|из|от))\s*$",
    re.IGNORECASE,
)
# A line below the title that begins so is most likely the subtitle.
TITLE_START = re.compile(rf"(?:{_TITLE_WORDS})\s", re.IGNORECASE)
