"""A corpus of records that are right, made of parts written for this project, and faults to plant in them.

The parts are invented. They are of the kinds that real records have and rules stumble over: names of many peoples,
titles in many languages, serials, back issues, numbers that look like years, units of the CNRS, SICI DOIs. Each fault
is a small change as a program, a form or a tired person makes it, labelled with the code that should name it.
"""

import copy
import random
from collections.abc import Callable, Iterator
from typing import Any

__all__ = ["FAULTS", "SERIES", "Record", "clean_records"]

Record = dict[str, Any]

SERIES: Record = {
    "name": "river-papers",
    "title": "River Papers",
    "labels": ["Paper"],
    "issn": "2049-3630",
    "issn_medium": "electronic",
    "prefix": "10.48251",
    "doi": "{prefix}/river.{number}",
    "url": "https://papers.rivers-institute.net/{number}/",
    "language": "en",
    "publisher": {"name": "Rivers Institute", "place": "Basel"},
    "institution": {"name": "Rivers Institute", "ror": "02twcfp32", "place": "Basel"},
}

PEOPLE = [
    {"given": given, "family": family}
    for given, family in (
        ("Ada", "Mariner"),
        ("João Carlos da", "Silva"),
        ("José", "Almeida Neto"),
        ("José", "Ortega y Gasset"),
        ("Ursula", "von der Lehne"),
        ("Ludwig", "van Dalen"),
        ("Dominique", "Bureau"),
        ("M.A.", "Khan"),
        ("B. A.", "Rao"),
        ("Justice", "Mensah"),
        ("Tsai Hong", "Hong"),
        ("David S.", "David"),
        ("Siti", "binti Rahman"),
        ("Conor", "O'Brien"),
        ("Jean-Luc", "Mélin"),
        ("Gabriel", "García Molina"),
        ("Đặng", "Nguyễn"),
        ("Владимир", "Соловьёв"),
        ("太郎", "山田"),
        ("Wai Kit", "Ng"),
        ("Yo-Yo", "Mao"),
        ("T. S.", "Elling"),
        ("Muhammad", "Zia ul Haq"),
        ("Ajay V", "Nair"),
        ("Amber", "Hon"),
        ("Hans", "von und zu Liebenau"),
        ("Ana", "Nanda"),
        ("Maria", "de la Cruz"),
        ("Þóra", "Jónsdóttir"),
        ("Na", "Li"),
        ("N.A.", "Rao"),
        ("Amartya", "Sen"),
        ("Melissa", "Bank"),
        ("Wai Kit (Ricky)", "Lo"),
        ("José", "Souza Junior"),
        ("Éloïse", "d’Hérouville"),
        ("Łukasz", "Żółkiewski"),
    )
] + [
    {"family": "Sukarno"},
    {"given": "José", "family": "Sousa", "suffix": "Filho"},
    {"given": "Ann", "family": "Keller", "suffix": "III"},
]
GROUPS = [
    "5G Task Force 2030",
    "Centre for Tides and Harbours",
    "The River Times",
    "Médecins des Fleuves",
    "UN Rivers",
    "NATO",
    "Centers for Tide Control and Prevention",
    "Eli Riverside and Company",
    "Radio Free Rivers / Radio Tides",
    "Rivers International and Human Waters Watch",
    "Simon & Harbour",
]
AFFILIATIONS: list[Any] = [
    "CNRS UMR 3738, Institut des Fleuves",
    "Inserm U1234",
    "Belt and Road Institute 2030",
    "Horizon 2020 Office",
    "Department of Hydrology; University of Basel; Basel",
    "School of Law, University of Nowhere",
    "Universidade de São Tomé",
    {"name": "Rivers Institute", "place": "Basel"},
    {"name": "Ministry of Ferries"},
    "EA 4010 Hydrologie et sociétés",
]
TITLES: list[tuple[str, str]] = [
    ("en", title)
    for title in (
        "Rivers that cross borders",
        "Why do ferries run late?",
        "What the tide brings, and what it takes away",
        "G20, BRICS, SCO",
        "UNESCO and the sea",
        "100% electrification?",
        "$5 trillion economy: hype & hope",
        "#MeToo in Asia",
        "What next, Dr. Singh?",
        "Nepal's 'new' map...",
        "C258 and after",
        "2024: a year of elections",
        "India Inc. vs. Bharat Ltd.",
        "The x<y and y>z ordering",
        "A/B or C?",
        "None of the above",
        "Draft treaty on the upper Danube",
        "On some new Amanita spp.",
        "Waves at 60 Mc.",
        "IκB and Gαi in river fish",
        "Test cricket diplomacy",
        "The U.S. and the E.U.",
        "“Zeitenwende” and after",
        "Ten years after 11 September",
        "Short- and long-term prospects",
        "The voyage of HMS <i>Tern</i>",
        "H<sub>2</sub>O diplomacy",
        "Untitled rivers of the south",
        "Sino-Indian rivalry",
        "The 👩‍🚀 and the sea",
        "Is 5 > 3? And 2 < 3",
        "Title deeds on the coast",
    )
] + [
    ("pt", "Amanhã e hoje nas ilhas do sul"),
    ("es", "Todo lo que sabemos de los ríos del sur"),
    ("fr", "« Paix » en Asie : un bilan des fleuves"),
    ("de", "Die Flüsse und ihre Grenzen in der Mitte Europas"),
    ("it", "Il fiume e la città: un bilancio"),
    ("nl", "De rivier en het recht in de delta"),
    ("vi", "Mã lai và ASEAN"),
    ("tr", "Ümit ve barış – Türkiye'nin Asya'sı"),
    ("ru", "Реки и границы"),
    ("el", "Ελλάδα και Ινδία"),
    ("hi", "पाकिस्तान और भारत"),
    # Customs of publishers: serials, reviews, quotations, numbers and signs in titles.
    ("en", "Annual Report 2023"),
    ("en", "1989, thirty years on"),
    ("en", "#MeToo in South Asia"),
    ("en", "Bhutan’s GNH@50"),
    ("en", "R&D, AI and the future of 5G"),
    ("en", "A/RES/76/300: the right to a healthy environment"),
    ("en", "Lessons from case C-131/12"),
    ("en", "TTIP, CETA, TPP: the alphabet of trade"),
    ("en", "Quo vadis, Europa?"),
    ("fr", "« Nous » et les autres : l’Europe face à elle-même"),
    ("fr", "Quelle politique pour l’eau ?"),
    ("de", "Wer hat Angst vorm bösen Wolf?"),
    ("es", "¿Hacia dónde va México?"),
    ("pt", "Amazônia: um olhar sobre as fronteiras"),
    ("it", "L’Italia e il Mediterraneo allargato"),
    ("nl", "Nederland en de Noordzee: kansen en risico’s"),
    ("pl", "Bezpieczeństwo energetyczne Polski po roku 2022"),
    ("cs", "Střední Evropa a její sousedé"),
    ("hu", "Magyarország és a Balkán"),
    ("uk", "Україна та Європа"),
    ("zh", "中国与东盟关系的新发展"),
    ("ja", "日本の安全保障政策の変容"),
    ("ko", "한국의 대외정책과 인도·태평양 전략"),
    ("ar", "العلاقات بين الخليج وآسيا"),
    ("fa", "ایران و همسایگانش: می‌خواهیم صلح"),
    ("he", "יחסי ישראל והודו"),
    ("vi", "Quan hệ Việt Nam – Hoa Kỳ"),
    ("no", "Utenrikspolitikk i nordområdene"),
    ("sv", "Säkerhet i Östersjön"),
    ("fi", "Suomi ja Nato"),
    ("is", "Ísland og norðurslóðir"),
]
ABSTRACTS = {
    "en": "The ferry runs twice a week, and with it come letters, flour and the news. This paper asks what changes on the island.",
    "fr": "Le bac passe deux fois par semaine, avec les lettres et la farine. Cette étude demande ce qui change dans les îles.",
    "de": "Die Fähre geht zweimal in der Woche, mit Briefen und Mehl. Der Aufsatz fragt, was sich auf der Insel ändert und für wen.",
    "es": "El transbordador pasa dos veces por semana, con las cartas y la harina. El texto pregunta qué cambia en la isla.",
}
REFERENCES: list[Record] = [
    {
        "text": "Mariner, A. (2019, May 3). Harbours of the outer islands. The Tide.",
        "year": "2019",
        "author": "Mariner",
    },
    {"text": "___. Rios e cidades. São Paulo: Editora do Rio, 1999."},
    {"text": "Gómez, A. (1999). Historia de los ríos. Madrid: Agua, xxx, 1736 p.", "year": "1999"},
    {
        "text": "Rao, B., & Khan, M. A. (2015). Gauges and grievances. Journal of Invented Hydrology, 3, 12–20.",
        "first_page": "12",
    },
    {
        "text": "Centers for Tides and Prevention (2020). A plan.",
        "author": "Centers for Tides and Prevention",
        "year": "2020",
    },
    {"text": "Eli Rivers and Company (2018). Annual report.", "author": "Eli Rivers and Company"},
    {"text": "AS/NZS 1998"},
    {"text": "Ministry of Ferries (n.d.). A plan for the coast. Nowhere.", "author": "Ministry of Ferries"},
    {"text": "See www.tides.net/index.php?area=asia for the tables of 2020."},
    {"text": "Old, C. (1990). Gauges. Monthly Tides.", "doi": "10.1175/1520-0493(1990)118<0001:GAUGES>2.0.CO;2"},
    {"text": "Wayback (2019). A page.", "url": "https://web.archive.org/web/2019/https://www.tides.net/a"},
    {"text": "Encyclopedia (2020). Mercury.", "url": "https://en.wikipedia.org/wiki/Mercury_(planet)"},
    {"text": "Beck, C. (2017). River data.", "first_page": "RWR-0012-2017", "year": "2017"},
    {"text": "1984 was a novel. Orwin, G. (1949). London: Secker & Co.", "year": "1949"},
]
LICENCES: list[list[Any]] = [
    ["https://creativecommons.org/licenses/by/4.0/"],
    ["https://creativecommons.org/licenses/by-nc/4.0/legalcode"],
    ["https://doi.org/10.15223/policy-029", "https://doi.org/10.15223/policy-037"],
]
NUMBERS = ["w1972", "80-2010", "1900-202", "7b", "07"]
DATES: list[Record] = [
    {"published": "2023-09-14"},
    {"published": "1979-04"},
    {"published": "1996"},
    {"published": "2016-07-22", "published_print": "1990-03"},
    {"published": "2023-09-14", "accepted": "2023-08-01"},
]


def clean_records(count: int, seed: int = 7) -> Iterator[Record]:
    """Yield records in which nothing is wrong; each has the number of its place, or one that looks odd and is right."""
    draw = random.Random(seed)
    for place in range(count):
        language, title = draw.choice(TITLES)
        people = [_person(draw) for _ in range(draw.randint(1, 4))]
        authors: list[Record] = list({str(one["family"]): one for one in people}.values())
        if draw.random() < 0.1:
            authors = [{"organisation": draw.choice(GROUPS)}]
        record: Record = {
            "number": str(place + 1),
            "title": title,
            "language": language,
            "authors": authors,
            **draw.choice(DATES),
        }
        if draw.random() < 0.1:
            record["number"] = draw.choice(NUMBERS)
        if "2023" in record["published"] and draw.random() < 0.7:
            record["references"] = [copy.deepcopy(one) for one in draw.sample(REFERENCES, draw.randint(1, 5))]
        if draw.random() < 0.5:
            record["licences"] = draw.choice(LICENCES)
        if language in ABSTRACTS and draw.random() < 0.5:
            record["abstracts"] = [{"text": ABSTRACTS[language], "language": language}]
        yield record


def _person(draw: random.Random) -> Record:
    person = dict(draw.choice(PEOPLE))
    if draw.random() < 0.4:
        person["affiliations"] = [draw.choice(AFFILIATIONS)]
    return person


def _set(**fields: Any) -> Callable[[Record], None]:
    # A new date must not contradict what else the record says of time.
    others = {"published_print": None, "accepted": None, "references": []} if "published" in fields else {}
    return lambda record: record.update(copy.deepcopy(others | fields))


def _first_author(**fields: Any) -> Callable[[Record], None]:
    return lambda record: record.update(authors=[{"given": "Ann", "family": "Keller"} | fields])


def _title(change: Callable[[str], str]) -> Callable[[Record], None]:
    return lambda record: record.update(title=change("Rivers that cross borders in the south"), language="en")


def _reference(**fields: Any) -> Callable[[Record], None]:
    return lambda record: record.update(references=[{"text": "Mariner, A. (2019). Harbours. The Tide."} | fields])


_BY = "https://creativecommons.org/licenses/by/4.0"
_URL = "https://papers.rivers-institute.net"
FAULTS: list[tuple[str, Callable[[Record], None]]] = [
    *[
        ("text-program-word", _set(title=word))
        for word in ("null", "#VALUE!", "Sans titre", "undefined", "Auto Draft", "TBA")
    ],
    *[("name-program-word", _first_author(family=word)) for word in ("NaN", "null", "N/A", "undefined")],
    ("text-program-word", _set(authors=[{"organisation": "#NAME?"}])),
    ("text-program-word", _set(funding=[{"name": "n/a"}])),
    ("number-changed", _set(volume="12.0")),
    ("part-program-word", _reference(journal_title="undefined")),
    ("part-program-word", _set(identifiers=["#N/A"])),
    ("person-is-organisation", _first_author(given="World", family="Bank")),
    ("date-of-a-program", _set(published="1970-01-01")),
    ("doi-cut", _reference(doi="10.1175/1520-0477(1996")),
    ("text-mojibake", _set(title="Ð ÐµÐºÐ¸ of Asia")),
    ("text-program-word", _set(title="404 Not Found")),
    ("number-changed", _set(funding=[{"name": "River Fund", "awards": ["2.02E+06"]}])),
    ("number-changed", _reference(first_page="18-Dec")),
    *[
        ("name-suffix-misplaced", _first_author(family=name))
        for name in ("Keller Jr.", "Keller, Sr.", "Keller III", "Keller 3rd")
    ],
    ("name-suffix-misplaced", _first_author(given="Robert Jr")),
    *[
        ("name-honorific", _first_author(given=name))
        for name in ("Dr. Ann", "Prof. Ann", "Mr Bob", "Sir Bob", "Gen. Bob")
    ],
    *[
        ("name-degree", _first_author(family=name))
        for name in ("Keller PhD", "Keller, M.A.", "Keller MBA", "Keller Ph.D.")
    ],
    *[("name-et-al", _first_author(family=name)) for name in ("Keller et al.", "Keller and others", "Keller y otros")],
    *[("name-anonymous", _set(authors=[{"family": name}])) for name in ("Anonymous", "admin", "webmaster")],
    *[("name-character", _first_author(family=name)) for name in ("Keller1", "Kell@r", "Keller?")],
    *[
        ("name-several", _first_author(family=name))
        for name in ("Keller and Rao", "Keller & Rao", "Keller und Rao", "Keller; Rao")
    ],
    ("name-all-caps", _first_author(family="KELLER")),
    ("name-lower-case", _first_author(family="keller")),
    ("name-glued", _set(authors=[{"family": "Ann M. Keller"}])),
    ("name-glued", _first_author(family="Keller, Ann")),
    ("name-swapped", _first_author(given="Keller", family="A. M.")),
    ("name-particle", _first_author(given="Ursula von der", family="Lehne")),
    ("name-punctuation", _first_author(family="Keller*")),
    ("name-blank", _first_author(given="-")),
    ("person-is-organisation", _first_author(given="South Asia River", family="Forum")),
    ("organisation-is-person", _set(authors=[{"organisation": "Ann M. Keller"}])),
    ("organisation-several", _set(authors=[{"organisation": "Ann Keller and Zoë Müller"}])),
    ("organisation-several", _set(authors=[{"organisation": "Ann Keller & José Ortega"}])),
    ("organisation-several", _set(authors=[{"organisation": "Ann M. Keller, Zoë Müller und Jan van Dalen"}])),
    ("contributor-twice", _set(authors=[{"given": "Ann", "family": "Keller"}] * 2)),
    ("orcid-unassigned", _first_author(orcid="1234-5678-9012-3451")),
    ("orcid-duplicate", _set(authors=[{"family": name, "orcid": "0000-0002-1694-233X"} for name in ("Keller", "Rao")])),
    *[
        ("affiliation-address", _first_author(affiliations=[name]))
        for name in (
            "Rivers Institute, 19 Avenue des Arts, 1210 Brussels",
            "Rivers Institute, Hauptstraße 5, Basel",
            "Rivers Institute, D-69117 Basel",
            "Rivers Institute, P.O. Box 5, Nowhere",
            "ann@rivers.net, Rivers Institute",
            "Rivers Institute, Beijing 100084",
        )
    ],
    ("affiliation-position", _first_author(affiliations=["Director of Research at the Rivers Institute"])),
    ("affiliation-several", _first_author(affiliations=["University of Basel; Heidelberg University"])),
    *[
        ("text-mojibake", _title(lambda text, wrong=wrong: f"{text} {wrong}"))
        for wrong in ("FranÃ§ois", "Indiaâ€™s", "MÃ¼ller", "Ã©tat")
    ],
    *[
        ("text-entity", _title(lambda text, wrong=wrong: f"{text} {wrong} more"))
        for wrong in ("&amp;", "&#8217;", "&nbsp;")
    ],
    ("text-escaped-tag", _title(lambda text: f"&lt;i&gt;{text}&lt;/i&gt;")),
    ("text-tag", _title(lambda text: f"{text} <object> now")),
    *[
        ("text-markdown", _title(lambda text, wrong=wrong: f"{text} {wrong}"))
        for wrong in ("**now**", "[here](https://a.net)", "__now__")
    ],
    *[
        ("text-tex", _title(lambda text, wrong=wrong: f"{text} {wrong}"))
        for wrong in (r"\emph{now}", r"$\alpha$", r"\v{z}", r"Stra{\ss}e")
    ],
    *[
        ("text-invisible-character", _title(lambda text, wrong=wrong: f"{text} {wrong}now"))
        for wrong in "\u202e\ufffc\u034f\u2066"
    ],
    ("text-replacement-character", _title(lambda text: f"{text} \ufffd")),
    ("text-ligature", _title(lambda text: f"{text} ﬁrst")),
    ("text-hyphenated", _title(lambda text: f"{text} and secu- rity")),
    ("text-mixed-alphabets", _title(lambda text: text.replace("o", "о"))),
    ("text-lost-letter", _title(lambda text: f"{text} soci?t?")),
    ("text-escape-sequence", _title(lambda text: f"{text} caf\\u00e9")),
    ("text-filler", _title(lambda text: f"{text} [insert title]")),
    ("title-all-caps", _title(str.upper)),
    ("title-trailing-stop", _title(lambda text: f"{text}.")),
    ("title-placeholder", _set(title="Draft")),
    ("title-blank", _set(title="—")),
    ("funder-sentence", _set(funding=[{"name": "This work was funded by the River Fund"}])),
    ("pdf-url-other-file", _set(pdf_url="https://papers.rivers-institute.net/7.docx")),
    ("title-unfinished", _title(lambda text: f"{text} [DRAFT – do not cite]")),
    ("title-footnote", _title(lambda text: f"{text.rstrip('?!”')} matters*")),
    ("title-site-name", _title(lambda text: f"{text} | Rivers Institute")),
    ("reference-doi-differs", _reference(text="Doe, J. (2020). On rivers. doi:10.1234/abc1", doi="10.1234/abc2")),
    ("part-program-word", _set(funding=[{"name": "keine"}])),
    ("name-program-word", _first_author(given="Vorname", family="Nachname")),
    ("text-mojibake", _set(title="A history of caf√© culture")),
    ("title-series-label", _title(lambda text: f"River Papers: {text}")),
    ("title-author", _set(title="Rivers and borders, by Ann Keller", authors=[{"given": "Ann", "family": "Keller"}])),
    ("title-date", _set(title="Rivers (14 September 2023)", published="2023-09-14")),
    ("title-markup-for-looks", _title(lambda text: f"<b>{text}</b>")),
    ("subtitle-repeated", _set(title="Rivers and borders: a view", subtitle="A view", language="en")),
    ("language-mismatch", _set(title="Les fleuves et les frontières dans le sud", language="en")),
    ("language-mismatch", _set(title="The rivers and the borders of the south", language="de")),
    ("language-mismatch", _set(abstracts=[{"text": ABSTRACTS["de"], "language": "en"}])),
    ("language-script", _set(title="Реки и границы", language="en")),
    ("abstract-heading", _set(abstracts=[{"text": "Abstract: " + ABSTRACTS["en"], "language": "en"}])),
    ("abstract-cut-off", _set(abstracts=[{"text": ABSTRACTS["en"][:-12] + "...", "language": "en"}])),
    ("abstract-short", _set(abstracts=[{"text": "On rivers.", "language": "en"}])),
    ("abstract-rights", _set(abstracts=[{"text": ABSTRACTS["en"] + " © 2023 Rivers Institute", "language": "en"}])),
    ("abstract-keywords", _set(abstracts=[{"text": ABSTRACTS["en"] + " Keywords: rivers, tides", "language": "en"}])),
    ("date-future", _set(published="2032-09-14")),
    ("date-accepted-late", _set(published="2023-09-14", accepted="2023-10-14")),
    ("date-number-year", _set(number="2019-05", published="2023-09-14")),
    ("dates-far-apart", _set(published="2013-09-14", published_print="2023-09-14")),
    ("date-before-the-web", _set(published="1923-09-14", url=f"{_URL}/2023/09/rivers/")),
    ("licence-early", _set(published="2023-09-14", licences=[{"url": f"{_BY}/", "start_date": "2013-09-14"}])),
    ("licence-slash", _set(licences=[_BY])),
    ("licence-not-https", _set(licences=["http" + _BY.removeprefix("https") + "/"])),
    ("licence-deed", _set(licences=[f"{_BY}/deed.en"])),
    ("licence-unknown", _set(licences=[f"{_BY}/".replace("by", "nc-by")])),
    ("licence-several", _set(licences=[f"{_BY}/", f"{_BY}/".replace("by", "by-nc")])),
    *[
        ("url-escaped", _set(url=f"{_URL}/?a=1&amp;b=2")),
        ("url-character", _set(url=f"{_URL}/a|b")),
        ("url-character", _set(url=f"{_URL}/50%")),
    ],
    *[
        ("url-suspicious", _set(url=url))
        for url in (
            "https://bit.ly/3abc",
            f"{_URL}/login?next=/7/",
            f"{_URL}/x?X-Amz-Signature=ab",
            "https://drive.google.com/file/d/a/view",
            f"{_URL}/rivers-that-...",
        )
    ],
    ("url-is-file", _set(url=f"{_URL}/7.pdf")),
    ("url-placeholder", _set(url="https://www.example.org/7/")),
    ("url-local", _set(url="http://localhost/7/")),
    ("url-tracking", _set(url=f"{_URL}/7/?utm_source=mail")),
    ("url-home-page", _set(url=f"{_URL}/")),
    ("url-preview", _set(url=f"{_URL}/7/?preview=true")),
    ("url-port", _set(url="https://papers.rivers-institute.net:8443/7/")),
    ("url-trailing-punctuation", _set(url=f"{_URL}/rivers.")),
    ("url-is-doi", _set(url="https://doi.org/10.48251/river.7")),
    ("url-password", _set(url="https://ann:secret@rivers-institute.net/7/")),
    ("url-not-https", _set(url="http://papers.rivers-institute.net/7/")),
    ("full-text-is-landing-page", _set(url=f"{_URL}/rivers/", pdf_url=f"{_URL}/rivers/")),
    ("reference-numbered", _reference(text="[1] Mariner, A. (2019). Harbours. The Tide.")),
    ("reference-ibid", _reference(text="Ibid., p. 14.")),
    ("reference-heading", _reference(text="References:")),
    ("reference-only-url", _reference(text="https://www.tides.net/harbours")),
    ("reference-text-short", _reference(text="Mariner 2019")),
    ("reference-doi-in-text", _reference(text="Mariner (2019). Harbours. https://doi.org/10.13003/5jchdy")),
    ("reference-url-is-doi", _reference(url="https://doi.org/10.13003/5jchdy")),
    ("reference-url-escaped", _reference(url=r"https://www.tides.net/a\_b")),
    ("reference-url-truncated", _reference(url="https://www.tides.net/harbours-of...")),
    ("reference-url-trailing", _reference(url="https://www.tides.net/harbours.")),
    ("reference-year-mismatch", _reference(year="2018")),
    ("reference-year-shape", _reference(year="May 2019")),
    ("reference-from-the-future", _reference(year="2035", text="Mariner, A. (2035). Harbours. The Tide.")),
    ("reference-pages", _reference(first_page="12-20")),
    ("reference-edition", _reference(edition="2nd")),
    ("reference-isbn", _reference(isbn="978-3-16-148410-1")),
    ("reference-author-several", _reference(author="Mariner and Keller")),
    ("reference-twice", _set(references=[{"text": "Mariner, A. (2019). Harbours. The Tide."}] * 2)),
    ("award-label", _set(funding=[{"ror": "00k4n6c32", "awards": ["Grant No. 1234"]}])),
    ("award-twice", _set(funding=[{"ror": "00k4n6c32", "awards": ["RF-2025-17", "RF-2025-17"]}])),
    ("number-label", _set(number="No.7")),
    ("number-placeholder", _set(number="xx")),
    ("number-full-width", _set(volume="１２")),
    ("report-number-disagrees", _set(report_number="River Paper 99999")),
]
"""A code, and what to do to a record that is right so that a rule of that code should name it."""
