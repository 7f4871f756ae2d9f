"""Rules on what real records have: each false alarm that was ever given is a good value of its rule, beside a bad one."""

from datetime import date
from typing import Any

import pytest

from doideposit.checks.rules.evaluation import Evaluation
from doideposit.checks.rules.registry import Context
from doideposit.records.models.record import Record
from rule_examples import commentary, loaded

CONTEXT = Context(date(2026, 9, 1), live=True)


def codes(fields: str | dict[str, Any], setting: str = "") -> set[str]:
    data = loaded(fields) if isinstance(fields, str) else fields
    return {finding.code for finding in Evaluation(CONTEXT).check(Record(commentary(data, setting)))}


def author(given: str | None, family: str, **more: Any) -> dict[str, Any]:
    return {"authors": [{"family": family} | ({"given": given} if given else {}) | more]}


# A series whose DOIs do not follow from its numbers, so that a number may hold what no DOI can.
ANY_DOI: dict[str, Any] = {"series": {"doi": "{prefix}/{any}"}, "doi": "10.48251/k7q2-m"}


@pytest.mark.parametrize(
    ("code", "good", "bad"),
    [
        (
            "funder-sentence",
            {"funding": [{"name": "Agence nationale de la recherche, Projet ANR"}]},
            {"funding": [{"name": "Gefördert durch das Bundesministerium für Bildung und Forschung"}]},
        ),
        (
            "funder-sentence",
            {"funding": [{"name": "Grant Foundation"}, {"name": "Award Fund"}, {"name": "Contract Research Council"}]},
            {"funding": [{"name": "European Research Council, grant no. 950000"}]},
        ),
        (
            "pdf-url-other-file",
            {"pdf_url": "https://www.sadf.eu/download?file=c258"},
            {"pdf_url": "https://www.sadf.eu/c258.DOCX?dl=1"},
        ),
        (
            "relation-identifier",
            {"relations": [{"type": "isPartOf", "identifier": "ISBN 978-3-16-148410-0", "identifier_type": "isbn"}]},
            {"relations": [{"type": "isPartOf", "identifier": "978-3-16-148410-1", "identifier_type": "isbn"}]},
        ),
        ("title-unfinished", {"title": "Digital Identity (Initial Public Draft)"}, {"title": "Tides (DRAFT 3)"}),
        ("title-unfinished", {"title": "Do Not Go Gentle"}, {"title": "Tides: please do not quote"}),
        ("title-footnote", {"title": "Shortest Paths with A*"}, {"title": "The Price of Tides*"}),
        ("title-footnote", {"title": "How Big Is a km²?"}, {"title": "The Price of Tides¹"}),
        ("title-footnote", {"title": "Capital, Vol. I [1867]"}, {"title": "The Price of Tides [1]"}),
        (
            "title-site-name",
            {"title": "Annual Report 2023 – South Asia Democratic Forum"},
            {"title": "The Price of Tides » South Asia Democratic Forum"},
        ),
        (
            "reference-doi-differs",
            {"references": [{"doi": "10.1007/978-3-16-148410-0_5", "text": "In: doi.org/10.1007/978-3-16-148410-0"}]},
            {"references": [{"doi": "10.1093/ia/iiaa", "text": "Doe (2020). A. https://doi.org/10.1093/ia/iiaa123"}]},
        ),
        ("language-mismatch", {"title": "Détente, émigrés, élan"}, {"title": "Česko a eurozóna: jízda na dvou vlnách"}),
        ("language-mismatch", {"title": "Łódź, Kraków, Poznań"}, {"title": "Žádné světlo, žádná naděje"}),
        ("part-program-word", {"funding": [{"name": "Keiner Fund"}]}, {"funding": [{"name": "Keine"}]}),
        ("name-program-word", author("Ana", "Nachbar"), author("Vorname", "Nachname")),
        ("name-program-word", author("Max", "Muster"), author("Max", "Mustermann")),
        ("name-honorific", author("Habib", "Drabek"), author("dr hab. Anna", "Kowalska")),
        ("name-honorific", author("Exequiel", "Dña"), author("Dña. Ana", "Keller")),
        ("name-character", author("Ana (Anuschka)", "Edson"), author("Ana", "Keller (ed.)")),
        ("name-several", author("Ana", "Andersen"), author("Ana Keller and", "Ben Roy")),
        ("text-mojibake", {"title": "Γένεση Ç and √2"}, {"title": "WagesΓÇÖ effect"}),
        ("text-mojibake", {"title": "2√π and x√2, or ‚Äh"}, {"title": "A history of caf√© culture"}),
        ("title-placeholder", {"title": "Home truths"}, {"title": "Home"}),
        ("text-program-word", {"title": "Title goes west"}, {"title": "Your title goes here"}),
        ("text-program-word", {"title": "404 pages"}, {"title": "Error 404: Page not found"}),
        ("name-particle", author("João Carlos da", "Silva"), author("Ursula von der", "Leyen")),
        ("name-particle", author("María del", "Carmen"), author("Hans van", "Dijk")),
        ("name-suffix", author("José", "Almeida", suffix="Neto"), author("Ann", "Keller", suffix="MdB")),
        ("name-suffix", author("José", "Souza", suffix="Júnior"), author("Ann", "Keller", suffix="Dr.")),
        ("name-suffix-misplaced", author("José", "Almeida Neto"), author("Ana", "Keller Jr.")),
        ("name-suffix-misplaced", author("Ajay V", "Rao"), author("Robert Jr.", "Keller")),
        ("name-suffix-misplaced", author("Henry", "Ivy"), author("Henry II", "Keller")),
        ("name-suffix-misplaced", author("Ana", "Keller", suffix="III"), author("Ana", "Adeyemi, III")),
        ("name-several", author("José", "Ortega y Gasset"), author("Ana", "García y Luis Pérez und Ann Keller")),
        ("name-several", author("Hans", "von und zu Liechtenstein"), author("Ann", "Wolf and Jane Doe")),
        ("name-several", author("Manuel", "Castells i Oliván"), author("Ana", "Silva e João Souza")),
        ("name-several", author("Eduardo", "Paz y Miño Cepeda"), author("Ana", "García y Luis Pérez")),
        ("name-several", author("With", "Keller"), author("Ana", "Keller with Ben Roy")),
        ("name-byline", author("Byron", "Keller"), author("By Ana", "Keller")),
        ("name-byline", author("Texta", "Keller"), author("Autor: Ana", "Keller")),
        ("name-anonymous", author("Bernard", "Staff"), author(None, "Staff")),
        ("name-anonymous", author("Ana", "Author"), author("Site", "Editor")),
        ("name-honorific", author("Mag", "Keller"), author("Dr.-Ing. Ana", "Keller")),
        ("name-honorific", author("Robert Sr.", "Keller"), author("Sra. Ana", "García")),
        ("name-honorific", author("Lic", "Keller"), author("Univ.-Prof. Ana", "Keller")),
        ("person-is-organisation", author("Anna", "Desk"), author("Editorial", "Team")),
        ("person-is-organisation", author("Ana", "Verein"), author(None, "Universidad de Chile")),
        ("person-is-organisation", author("Ana", "Gesellschaft"), author("Keller", "Consulting GmbH")),
        ("person-is-organisation", author(None, "Nazareth"), author(None, "Ministère de la Défense")),
        ("name-degree", author("M.A.", "Khan"), author("Ana", "Keller PhD")),
        ("name-degree", author("B.A.", "Rao"), author("Ana", "Keller, M.A.")),
        ("name-honorific", author("Colonel D", "Smith"), author("Dr. Ana", "Keller")),
        ("name-honorific", author("Justice", "Mensah"), author("Professor Ana", "Keller")),
        ("name-repeated", author("Tsai Hong", "Hong"), author("Ana Keller", "Keller")),
        ("name-repeated", author("David S.", "David"), author("Ana Meier Keller", "Keller")),
        ("name-program-word", author("Ana", "Nanda"), author("Ana", "Null")),
        ("person-is-organisation", author("Dominique", "Bureau"), author("South Asia Democratic", "Forum")),
        ("date-before-the-web", {"published": "1979"}, {"published": "1923", "accepted": "2023-01-01"}),
        (
            "dates-far-apart",
            {"published": "2016-01-01", "published_print": "1979-01-01"},
            {"published": "2013-09-14", "published_print": "2023-09-14"},
        ),
        ("date-number-year", {"number": "1900-202"}, {"number": "2021-05"}),
        ("date-number-year", {"number": "80-2010"}, {"number": "5/2019"}),
        ("date-number-year", {"number": "w1972"}, {"number": "2017/3"}),
        ("subtitle-in-title", {"title": "NATO in the Indo-Pacific"}, {"title": "NATO in Asia: a no-go for now"}),
        ("title-trailing-stop", {"title": "On some new Amanita spp."}, {"title": "On some new treaties."}),
        ("title-trailing-stop", {"title": "Waves at 60 Mc."}, {"title": "Waves and tides,"}),
        ("text-mojibake", {"title": "AMANHÃ E HOJE"}, {"title": "FranÃ§ois and Japan"}),
        ("text-mojibake", {"title": "MÃ LAI VÀ ASEAN"}, {"title": "VoilÃ le Japon"}),
        ("text-mojibake", {"title": "«AMANHû e hoje"}, {"title": "Indiaâ€™s neighbours"}),
        ("text-markdown", {"references": [{"text": "___. A cidade e as serras. São Paulo, 1999."}]}, {"title": "A __b__"}),
        ("text-hyphenated", {"title": "O formato -marc- para bibliotecas"}, {"title": "Prospects for secu- rity"}),
        ("text-mixed-alphabets", {"title": "IκB, RβP and Gαi in cells"}, {"title": "What wе know of NATO"}),
        ("text-lost-letter", {"references": [{"text": "At www.fao.org/index.php?area=asia. Read 2020."}]}, {"title": "Soci?t?"}),
        ("text-markdown", {"title": "A* and C*-algebras *-isomorphic to W*"}, {"title": "Water *and the* delta"}),
        ("text-markdown", {"title": "Use of snake_case_names and _x"}, {"title": "Water _and the_ delta"}),
        ("text-tag", {"title": "“[i]t is [sic] [on water]”: a reply"}, {"title": "Water [i]and[/i] delta"}),
        ("text-tag", {"title": "Rock 'n' roll, ''so to say''"}, {"title": "Water '''and''' delta"}),
        ("text-tag", {"title": "Water [in the x = y case]"}, {"title": "Water [caption id=1 align=left] delta"}),
        ("text-filler", {"title": "A 50% share, {a, b} and 5 % so far"}, {"title": "Water %s and delta"}),
        ("text-filler", {"title": "The $100 {sic} question"}, {"title": "Water {{ title }} and delta"}),
        ("text-filler", {"title": "Rates < 5% and > 2%"}, {"title": "Water ${title} and delta"}),
        ("text-entity", {"title": "AT&T's #1 rival"}, {"title": "Water&#8217s delta"}),
        ("text-program-word", {"title": "Hello, world order"}, {"title": "Hello world!"}),
        ("text-program-word", {"title": "Microsoft and the word"}, {"title": "Microsoft Word - Comment 258 final.docx"}),
        ("text-program-word", {"title": "java.lang and other languages"}, {"title": "java.lang.NullPointerException"}),
        ("text-program-word", {"title": "Noch offene Fragen"}, {"title": "Noch offen"}),
        ("text-program-word", {"title": "Definir la paz"}, {"title": "à définir"}),
        ("text-program-word", {"title": "Neue Seiten des Handels"}, {"title": "Neue Seite"}),
        ("text-filler", {"title": "Todo lo que sabemos del Japón"}, {"abstracts": ["TODO: write this for all readers."]}),
        ("text-filler", {"references": [{"text": "Gómez, A. (1999). Historia. Madrid, xxx, 1736 p."}]}, {"title": "Rivers [insert title here]"}),
        ("text-invisible-character", {"title": "The 👩‍🚀 and the 🏴\U000e0067\U000e0062\U000e007f flag"}, {"title": "Peace \u202enp"}),
        ("text-invisible-character", {"title": "\u200fנאטו ויפן"}, {"title": "Map \ufffc of Asia"}),
        ("text-invisible-character", {"title": "می\u200cخواهم صلح"}, {"title": "Tag \U000e0041\U000e007f flag"}),
        ("text-tex", {"title": "$5 trillion economy: hype & hope"}, {"title": r"Rates of $\alpha$-decay"}),
        ("text-tex", {"title": "From $2 to $5 and C# on"}, {"title": r"A Stra{\ss}e in Asia"}),
        ("text-tag", {"title": "The x<y and y>z ordering"}, {"title": "The <object> of policy"}),
        ("text-program-word", {"title": "None of the above"}, {"title": "NULL"}),
        ("text-program-word", {"title": "Untitled works of the Sahel"}, {"title": "Untitled document"}),
        ("licence-deed", "licences: ['https://creativecommons.org/licenses/by/4.0/legalcode']",
         "licences: ['https://creativecommons.org/licenses/by/4.0/deed.de']"),
        ("licence-several", "licences: ['https://doi.org/10.15223/policy-029', 'https://doi.org/10.15223/policy-037']",
         "licences: ['https://creativecommons.org/licenses/by/4.0/', 'https://creativecommons.org/licenses/by-nc/4.0/']"),
        ("licence-early", "licences: [{url: 'https://creativecommons.org/licenses/by/4.0/', start_date: 2023-09-01}]",
         "licences: [{url: 'https://creativecommons.org/licenses/by/4.0/', start_date: 2013-09-14}]"),
        ("reference-pages", "references: [{first_page: RWR-0012-2017, text: 'Doe, J. (2017). A study of rivers.'}]",
         "references: [{first_page: 12-20, text: 'Doe, J. (2017). A study of rivers.'}]"),
        ("reference-text-short", "references: [{text: AS/NZS 1998}]", "references: [{text: Schultz 2023}]"),
        ("reference-author-several", "references: [{author: Centers for Disease Control and Prevention, text: A plan of 2020}]",
         "references: [{author: Gray and Irish, text: 'Gray, A., Irish, J. (2023). NATO leaders. Reuters.'}]"),
        ("reference-author-several", "references: [{author: Eli Lilly and Company, text: A report of the year 2020}]",
         "references: [{author: 'Gray, A., Irish, J.', text: 'Gray, A., Irish, J. (2023). NATO leaders. Reuters.'}]"),
        ("full-text-is-landing-page", "full_texts: [{url: 'https://www.sadf.eu/prospects-for-nato-japan-relations/'}]",
         "pdf_url: https://www.sadf.eu/prospects-for-nato-japan-relations/"),
        ("url-suspicious", "url: https://web.archive.org/web/2020/https://www.sadf.eu/258/", "url: https://bit.ly/3abc"),
        ("url-suspicious", "url: https://www.sadf.eu/author/login-wars/", "url: https://www.sadf.eu/login?next=/258/"),
        ("url-suspicious", "url: https://www.sadf.eu/258/", "url: https://drive.google.com/file/d/abc/view"),
        ("url-suspicious", "url: https://www.sadf.eu/258/", "url: https://https://www.sadf.eu/258/"),
        ("url-suspicious", "url: https://www.sadf.eu/url-shorteners-and-google/", "url: https://www.google.com/url?q=https://www.sadf.eu/258/"),
        ("url-suspicious", "url: https://www.sadf.eu/?sig=258", "url: https://sadf.blob.core.windows.net/258?sv=2020&sig=abc%3D"),
        ("url-suspicious", "url: https://translate.sadf.eu/258/", "url: https://www-sadf-eu.translate.goog/258/"),
        ("url-suspicious", "url: https://www.sadf.eu/100%25-renewable/", "url: https://www.sadf.eu/water%2520and%2520delta/"),
        ("url-suspicious", "url: https://outlook.sadf.eu/258/", "url: https://eur01.safelinks.protection.outlook.com/?url=x"),
        ("url-tracking", "url: https://www.sadf.eu/comment;258", "url: https://www.sadf.eu/258;jsessionid=1A2B3C"),
        ("url-is-doi", "url: https://hdl.handle.net/10419/258", "url: https://hdl.handle.net/10.48251/258"),
        ("url-is-doi", "url: https://www.mydoi.org/258/", "url: https://dx.doi.org/10.48251/258"),
        ("url-malformed", "url: https://my_site.bücher.de./258/", "url: https://www,sadf.eu/258/"),
        ("url-malformed", "url: https://[2001:4860:4860::8888]/258/", "url: https://www..sadf.eu/258/"),
        ("url-fragment", "url: https://www.sadf.eu/?a=1&#38;b=2", "url: https://www.sadf.eu/all/#c258"),
        ("url-escaped", "url: https://www.sadf.eu/?quot=1;lt=2", "url: https://www.sadf.eu/258&quot;/"),
        ("url-escaped", "url: https://www.sadf.eu/?a=1&b=2", "url: https://www.sadf.eu/?a=1&amp;b=2"),
        ("url-character", "url: https://www.sadf.eu/100%25/", "url: https://www.sadf.eu/100%"),
        ("url-character", "url: https://[2001:4860:4860::8888]/258/", "url: 'https://www.sadf.eu/[draft]/258/'"),
        ("language-mismatch", "title: The Zeitenwende and after", "title: Die Zeitenwende und die Folgen für den Indopazifik"),
        ("language-mismatch", "{title: Les relations entre l'OTAN et le Japon, language: fr}",
         "title: Les relations entre l'OTAN et le Japon"),
        ("language-mismatch", "title: '“La vie est belle”: film and the state in France'",
         "{title: The prospects for peace in the region, language: de}"),
        ("affiliation-address", "authors: [{family: Rao, affiliations: ['CNRS UMR 3738, Institut Pasteur']}]",
         "authors: [{family: Rao, affiliations: ['SADF, 19 Avenue des Arts, 1210 Brussels']}]"),
        ("affiliation-address", "authors: [{family: Rao, affiliations: [Belt and Road Institute 2030]}]",
         "authors: [{family: Rao, affiliations: ['Hauptstraße 12, 69117 Heidelberg']}]"),
        ("affiliation-several", "authors: [{family: Rao, affiliations: ['Dept of Law; University of Basel; Basel']}]",
         "authors: [{family: Rao, affiliations: ['University of Basel; Heidelberg University']}]"),
        ("abstract-short", "abstracts: [作者分析了二零二三年以后北约与日本关系更加紧密的可能性及其对整个地区的影响。]", "abstracts: [On NATO.]"),
        ("name-blank", author(None, "Sukarno"), author("Ana", ".")),
        ("orcid-unassigned", author("Ana", "Keller", orcid="0000-0002-1694-233X"), author("Ana", "Keller", orcid="1234-5678-9012-3451")),
        ("title-all-caps", {"title": "G20, BRICS, SCO"}, {"title": "AMANHÃ E HOJE"}),
        ("title-lower-case", {"title": "100% electrification?"}, {"title": "prospects for japan"}),
        ("title-honorific", {"title": "What next, Dr. Singh?"}, {"title": "Prospects Dr. Wolf"}),
        ("url-placeholder", "url: https://www.sadf.eu/spanish-todo/", "url: https://www.sadf.eu/todo/"),
        ("url-preview", "url: https://www.sadf.eu/?p=1258", "url: https://www.sadf.eu/?p=1258&preview=true"),
        ("text-tag", {"references": [{"text": "FAO (2019). Rivers of the south, at <www.fao.org>."}]}, {"title": "A <q>free</q> river"}),
        ("text-tex", {"title": "NMR spectra of 11B{H} in rivers"}, {"title": "{NATO} and the sea"}),
        ("name-degree", author("MPA", "Souza"), author("Ana", "Keller MPA")),
        ("url-suspicious", "url: https://www.sadf.eu/show?key=12&next=13", "url: https://www.sadf.eu/258/?Signature=abc&Expires=1"),
        ("url-placeholder", "url: https://www.sadf.eu/1097(1998)43:4%3C366/", "url: https://www.sadf.eu/{number}/"),
        ("affiliation-address", "authors: [{family: Rao, affiliations: ['Ward 3, St. Thomas Hospital']}]",
         "authors: [{family: Rao, affiliations: ['Rivers Institute, 12 High St., Nowhere']}]"),
        ("affiliation-several", "authors: [{family: Rao, affiliations: ['Medicine; University Hospital; Basel']}]",
         "authors: [{family: Rao, affiliations: ['Universität Basel; Heidelberg University']}]"),
        ("reference-author-several", "references: [{author: 'U.S. Dept. of Agric., Forest Service', text: Rivers of the year 2020}]",
         "references: [{author: 'Gray, A., Irish, J.', text: 'Gray, A., Irish, J. (2023). NATO leaders. Reuters.'}]"),
        ("contributor-twice", "authors: [{given: A, family: Rao}, {organisation: The Rivers Group}, {given: A, family: Rao}]",
         "authors: [{given: A, family: Rao}, {given: A, family: Rao}]"),
        ("number-changed", {"volume": "12"}, {"volume": "12.0"}),
        ("number-changed", {"volume": "XXX"}, {"volume": "nan"}),
        ("number-changed", {"article_number": "e258"}, {"article_number": "1.2E+03"}),
        ("number-changed", {"report_number": "SADF 258"}, {"report_number": "258.0"}),
        ("number-changed", {"pages": "12-18"}, {"pages": "18-Dec"}),
        ("number-changed", {"pages": "xii-xviii, 25"}, {"pages": "Dec-18"}),
        ("number-changed", {"funding": [{"name": "Fund", "awards": ["2021-554"]}]}, {"funding": [{"name": "Fund", "awards": ["2021554.0"]}]}),
        ("number-changed", {"funding": [{"name": "Fund", "awards": ["016.156.410", "405 797", "18-CE41-0012", "ES/P001092/1"]}]}, {"funding": [{"name": "Fund", "awards": ["2,021,554"]}]}),
        ("number-changed", {"references": [{"text": "Doe (2019). Rivers.", "issue": "March 2019"}]},
         {"references": [{"text": "Doe (2019). Rivers.", "issue": "3-Apr"}]}),
        ("number-changed", {"references": [{"text": "Doe (2019). Rivers.", "first_page": "123.e5"}]},
         {"references": [{"text": "Doe (2019). Rivers.", "first_page": "1,304"}]}),
        ("number-changed", {"references": [{"text": "Doe (2019). Rivers.", "first_page": "xxx"}]},
         {"references": [{"text": "Doe (2019). Rivers.", "volume": "12.0"}]}),
        ("number-full-width", {"volume": "12"}, {"volume": "１２"}),
        ("number-full-width", {"volume": "第12巻"}, {"volume": "第１２巻"}),
        ("number-full-width", {"pages": "12-18"}, {"pages": "１２-１８"}),
        ("number-full-width", {"references": [{"text": "Doe (2019). 河川１２.", "issue": "（冬）"}]},
         {"references": [{"text": "Doe (2019). Rivers.", "volume": "1２"}]}),
        ("number-full-width", {"volume": "第3号（通巻120号）"}, {"volume": "第３号"}),
        ("number-placeholder", ANY_DOI | {"number": "Dokument 3"}, ANY_DOI | {"number": "to be announced"}),
        ("award-twice", {"funding": [{"name": "Ministry", "ror": "00k4n6c32", "awards": ["12"]}, {"name": "Ministry", "ror": "05a28rw58", "awards": ["12"]}]},
         {"funding": [{"name": "Ministry", "awards": ["12"]}, {"name": "Ministry", "ror": "00k4n6c32", "awards": ["12"]}]}),
        ("text-markdown", 'title: "F*** the rules"', 'title: "EU*** rules"'),
        *(("number-placeholder", {"number": good}, {"number": bad}) for good, bad in (
            ("XXV", "xx"), ("XX", "zz"), ("N1", "t.b.d"), ("Decision-12", "todo"), ("258", "nn"), ("2023-05", "2023-xx"),
            ("2023-X", "2023-TBD"), ("7b", "unknown"), ("C258", "C-tbd"), ("spring", "pending"), ("258xx", "number"),
            ("Y2", "yy"), ("S", "__"), ("B", "placeholder"), ("2023/XX1", "2023/xxx"),
        )),
        *(("number-placeholder", ANY_DOI | {"number": good}, ANY_DOI | {"number": bad})
          for good, bad in (("No. 12", "No. xx"), ("III", "TBD."), ("12 bis", "to be announced"), ("M", "…"))),
        ("name-suffix-misplaced", author("Amartya", "Sen"), author("Ana", "Keller jr")),
        ("name-suffix-misplaced", author("Hye Jun", "Kim"), author("Ana", "Keller Jun.")),
        ("name-suffix-misplaced", author("José", "Souza Junior"), author("Ana", "Keller junior")),
        ("name-suffix-misplaced", author("William (Bill)", "Keller"), author("Ana", "Keller (Jr.)")),
        ("name-suffix-misplaced", author("Jr", "Smith"), author("Ana", "Jr. Keller")),
        ("name-honorific", author("Esq", "Keller"), author("Ana", "Keller Esq.")),
        ("name-character", author("Wai Kit (Ricky)", "Ng"), author("Ana (SADF)", "Keller")),
        ("name-character", author("William (Bill)", "Keller"), author("Ana", "Keller (University of Basel)")),
        ("name-several", author("太郎", "山田"), author(None, "山田太郎、鈴木花子")),
        ("person-is-organisation", author("Melissa", "Bank"), author("World", "Bank")),
        ("person-is-organisation", author("Frank", "Press"), author("Amnesty", "International")),
        ("person-is-organisation", author("Dominique", "Bureau"), author("European", "Commission")),
        ("person-is-organisation", author("Bob", "Center"), author("United", "Nations")),
        ("person-is-organisation", author("Carl", "Institut"), author("Max Planck", "Institut")),
        ("person-is-organisation", author("Instituta", "Peace"), author("Institute for", "Peace")),
        ("person-is-organisation", author(None, "Иванов"), author(None, "Редакция")),
        ("person-is-organisation", author(None, "中村"), author(None, "编辑部")),
        ("organisation-several", {"authors": [{"organisation": "Save the Children, Friends of the Earth"}]},
         {"authors": [{"organisation": "Ana Keller, Ben Roy"}]}),
        ("organisation-several", {"authors": [{"organisation": "Deloitte, Ernst & Young"}]},
         {"authors": [{"organisation": "Ana M. Keller; Zoë Roy"}]}),
        ("text-mojibake", {"title": "Voilà\u00a0: «à la carte» à «Åland»"}, {"title": "Ð ÐµÐºÐ¸ of Asia"}),
        ("text-mojibake", {"title": "Älvar och Åar i Östersjön"}, {"title": "Woda i wiÄ™cej"}),
        ("text-mojibake", {"title": "Ωκεανός and Ñandú"}, {"title": "Ï€Î¿Ï„Î±Î¼ÏŒÏ‚ of Asia"}),
        ("text-mojibake", {"title": "L’été à «Ottawa»"}, {"title": "ä¸­æ–‡ of Asia"}),
        ("text-mojibake", {"title": "Ørsted × Ångström"}, {"title": "Ø§Ù„Ø³Ù„Ø§Ù… of Asia"}),
        ("text-markdown", {"title": "From ~5 to ~10 rivers, 2^10 of them"}, {"title": "Rivers ~~and tides~~ of Asia"}),
        ("text-markdown", {"title": "A ~ b and c ~ d"}, {"title": "H~2~O of Asia"}),
        ("text-tex", {"title": "100 % and (x) of rivers"}, {"title": "50\\% of rivers"}),
        ("text-tex", {"references": [{"text": "Doe (2019). Rivers. https://www.uni.edu/~doe/"}]}, {"references": [{"text": "Doe (2019). Rivers, Fig.~1."}]}),
        ("text-ligature", {"title": "ＮＡＴＯと日本"}, {"title": "ＮＡＴＯ and Japan"}),
        ("text-ligature", {"title": "Growth in 𝑥 and ℝ"}, {"title": "𝑅𝑖𝑣𝑒𝑟𝑠 of Asia"}),
        ("text-escape-sequence", {"references": [{"text": "Doe (2019). Rivers. https://www.sadf.eu/a%20b"}]}, {"title": "Rivers%20of%20Asia"}),
        ("text-escape-sequence", {"title": "A 100%2 question of E=3"}, {"title": "Caf=C3=A9 of Asia"}),
        ("text-tag", {"title": "Rivers <- tides"}, {"authors": [{"organisation": "Institute <!-- x --> of Rivers"}]}),
        ("url-malformed", "url: https://a-b.sadf.eu/258/", "url: https://-sadf.eu/258/"),
        ("url-suspicious", "url: https://www.sadf.eu/nato%E2%80%93japan/", "url: https://www.sadf.eu/%E2%80%8B258/"),
        ("url-suspicious", "url: https://www.sadf.eu/a..b/258/", "url: https://www.sadf.eu/a/../258/"),
        ("url-suspicious", "url: https://www.microsoft.com/258/", "url: https://teams.microsoft.com/l/file/258"),
        ("url-suspicious", "url: https://www.ngrok.com/258/", "url: https://sadf.ngrok.io/258/"),
        ("url-placeholder", "url: https://www.sadf.eu/null-results/", "url: https://www.sadf.eu/undefined/"),
        ("url-placeholder", "url: https://www.sadf.eu/a%7B1/", "url: https://www.sadf.eu/%7Bslug%7D/"),
        ("url-home-page", "pdf_url: https://www.sadf.eu/258.pdf", "pdf_url: https://www.sadf.eu/"),
        ("date-of-a-program", {"published": "1970"}, {"published": "1970-01-01"}),
        ("date-of-a-program", {"published": "1900-01-02"}, {"accepted": "1899-12-30"}),
        ("date-of-a-program", {"published": "1490"}, {"published": "1402-06-23"}),
        ("language-mismatch", "title: Pax Americana", "title: Stosunki między NATO a Japonią"),
        ("language-mismatch", "title: 'Wałęsa’s Solidarność'", "title: Hubungan antara NATO dan Jepang di kawasan"),
        ("language-mismatch", "title: Erdoğan and İmamoğlu", "title: NATO ile Japonya arasındaki ilişkiler"),
        ("language-mismatch", "{title: Säkerhet och rätt för alla, language: sv}", "title: Relationerna mellan Nato och Japan"),
        ("language-mismatch", "{title: Forholdet mellom NATO og Japan, language: nb}", "title: Forholdet mellom NATO og Japan"),
        ("language-mismatch", "title: La La Land", "title: Quan hệ giữa NATO và Nhật Bản"),
        ("language-mismatch", "title: Łódź and Gdańsk", "title: A NATO és Japán közötti kapcsolatok"),
        ("language-mismatch", "title: Țara and its poets", "title: Relațiile dintre NATO și Japonia"),
        ("part-program-word", author("Ana", "Keller", affiliations=[{"name": "Institute of Art", "place": "Nantes"}]),
         author("Ana", "Keller", affiliations=[{"name": "Institute of Art", "place": "nan"}])),
        ("part-program-word", author("Ana", "Keller", alt_names=["वुल्फ"]), author("Ana", "Keller", alt_names=["NULL"])),
        ("part-program-word", {"references": [{"doi": "10.1000/undefined-behaviour"}]}, {"references": [{"doi": "10.1000/undefined"}]}),
        ("part-program-word", {"identifiers": ["NAN-1"]}, {"identifiers": ["nan"]}),
        ("part-program-word", {"keywords": ["nullity"]}, {"keywords": ["nan", "law"]}),
        ("part-program-word", {"version": {"label": "1", "text": "None was changed"}}, {"version": {"label": "1", "text": "None"}}),
        ("doi-cut", {"references": [{"doi": "10.1577/1548-8446(2006)31[590:T]2.0.CO;2"}]}, {"references": [{"doi": "10.1577/1548-8446(2006)31[590"}]}),
        ("doi-cut", {"relations": [{"type": "isCommentOn", "identifier": "10.1093/acprof:oso/9780195314335.001.0001"}]},
         {"relations": [{"type": "isCommentOn", "identifier": "10.1175/1520-0477(1996)077<0437"}]}),
        ("without-given", "without: [authors, licences]\nauthors: []", "without: [authors]"),
        ("without-given", "without: [language]", "{without: [language], language: en}"),
        ("text-program-word", {"version": "1.0"}, {"version": "undefined"}),
        ("text-markdown", 'title: "F*** it: no one gives a sh**t"', 'title: "F*** it: nobody **cares**"'),
        ("text-markdown", {"references": [{"text": "Doe, J. (2016). The b****: a life. London: F**k."}]}, 'title: "The EU** and us"'),
    ],
)  # fmt: skip
def test_a_false_alarm_is_gone_and_the_rule_still_finds(code: str, good: Any, bad: Any) -> None:
    assert code not in codes(good)
    assert code in codes(bad)


@pytest.mark.parametrize(
    "word",
    [
        *"NULL nan None undefined #REF! #NAME? #N/A #DIV/0! =HYPERLINK(A1;B1) N/A TBD T.B.A. NaT {{title}} ${title}".split(),
        *("[title]", "[object Object]", "Auto Draft", "(auto-draft)", "Untitled document", "Ohne Titel", "Sans titre"),
        *(
            "Sin título",
            "Sem título",
            "Senza titolo",
            "Без названия",
            "無題",
            "未命名",
            "to be announced",
            "à compléter",
        ),
        *(
            "#ERROR!",
            "#WERT!",
            "#BEZUG!",
            "#NOM?",
            "#¡REF!",
            "#ИМЯ?",
            "Err:509",
            "+A1+B1",
            "@SUM(A1)",
            "nil",
            "<null>",
            "xxx",
        ),
        *("undefined undefined", "None None", "n. a.", "k. A.", "s/o", "S.T.", "o. T.", "Array", "TODO", "asdf"),
        *("por determinar", "в разработке", "待补充", "未定", "لم يحدد", "तय नहीं", "do uzupełnienia", "ikke oppgitt"),
        *("Sample Page", "Beispielseite", "404 Not Found", "Seite nicht gefunden", "Just a moment...", "C258.pdf"),
        *("IMG_2034", "Scan 2024-01-01", "PowerPoint Presentation", "Slide 1", "Untitled presentation", "Sans nom 1"),
    ],
)
def test_words_of_programs_are_no_titles(word: str) -> None:
    assert "text-program-word" in codes({"title": word})
    assert "text-program-word" in codes({"authors": [{"organisation": word}]})
    assert "text-program-word" in codes({"funding": [{"name": word}]})


@pytest.mark.parametrize(
    "title",
    [
        *(
            "None of the above",
            "Null hypothesis testing",
            "N/A: not available?",
            "Test cricket in Asia",
            "Void",
            "1984",
            "R2P",
        ),
        *(
            "404 and all that",
            "Array of hope",
            "The object of policy",
            "Error and trial",
            "¿Qué pasa?",
            "Access denied",
        ),
    ],
)
def test_titles_that_sound_like_programs(title: str) -> None:
    assert not {"text-program-word", "title-placeholder"} & codes({"title": title})


@pytest.mark.parametrize(
    ("given", "family"), [("Na", "Li"), ("True", "Smith"), ("N.A.", "Rao"), ("Eiji", "Todo"), ("O. T.", "Ek")]
)
def test_a_name_that_is_real_is_not_doubted(given: str, family: str) -> None:
    assert "name-program-word" not in codes(author(given, family))


@pytest.mark.parametrize("name", ["Null", "Nan", "None", "TBD"])
def test_a_name_that_may_be_real_is_only_doubted(name: str) -> None:
    found = Evaluation(CONTEXT).check(Record(commentary(author("Ana", name))))
    assert {each.severity.value for each in found if each.code == "name-program-word"} == {"warning"}
    assert "text-program-word" not in {each.code for each in found}


@pytest.mark.parametrize(
    ("setting", "code"),
    [
        ('title = "SADF &amp; Comment"', "text-entity"),
        ('title = "SADF <i>Comment</i>"', "text-tag"),
        ('publisher = { name = "South Asiaâ€™s Forum", place = "Brussels" }', "text-mojibake"),
        ('institution = { name = "South Asia Forum**", place = "Brussels" }', "text-markdown"),
        ('publisher = { name = "NULL", place = "Brussels" }', "text-program-word"),
        ('issn = "0000-0000"\ndoi = "{prefix}/C{number}"', "issn-placeholder"),
    ],
)
def test_the_series_of_the_configuration_is_looked_at_too(setting: str, code: str) -> None:
    assert code in codes({}, setting)


@pytest.mark.parametrize("name", ["SADF &amp; Co", "SADF <b>Forum</b>", "SADF ForumÃ©"])
def test_the_depositor_is_looked_at_too(name: str) -> None:
    assert {each.code for each in Evaluation(CONTEXT).check_depositor(name, "info@sadf.eu", "SADF")} == {
        "depositor-text"
    }


def together(*records: str) -> set[str]:
    run = [Record(commentary(loaded(fields))) for fields in records]
    return {finding.code for findings in Evaluation(CONTEXT).check_together(run).values() for finding in findings}


def test_serials_and_revisions_keep_their_title() -> None:
    first = "{number: 7, title: The year in review, published: 2022-12-30, url: 'https://www.sadf.eu/7/'}"
    second = first.replace("7", "8")
    assert together(first, second.replace("2022", "2023")) == set()
    assert together(first, second) == {"title-twice"}


def test_zeros_that_are_printed_are_right() -> None:
    first = "{number: '01', title: Rivers, url: 'https://www.sadf.eu/1/'}"
    assert together(first, first.replace("01", "02").replace("Rivers", "Tides").replace("/1/", "/2/")) == set()
    assert "number-leading-zeros" not in codes(first)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("The <italic>Arthashastra</italic> and <bold>power</bold>", "<i>Arthashastra</i>"),
        ("The <jats:italic>Arthashastra</jats:italic> today", "<i>Arthashastra</i>"),
        ('CO<sub class="x">2</sub> and <inf>3</inf>', "<sub>2</sub> and <sub>3</sub>"),
        ("Borders of <sc>nato</sc>", "<scp>nato</scp>"),
        ("<cite>The Hindu</cite> and <underline>others</underline>", "<i>The Hindu</i> and <u>others</u>"),
    ],
)
def test_markup_of_others_becomes_that_of_crossref(written: str, kept: str) -> None:
    from depositing import DEPOSITOR
    from doideposit.crossref.xml.batch import Built

    xml = Built.of(DEPOSITOR.head("a", 20230914000000000), [commentary({"title": written})]).xml.decode()
    assert kept in xml
    assert "&lt;" not in xml


def test_no_clean_record_gets_more_than_wishes() -> None:
    found = Evaluation(CONTEXT).check(
        Record(commentary({"number": "1979", "published": "1979-04", "title": "Rivers that cross borders"}))
    )
    assert {each.category for each in found} == {"completeness"}
    assert {each.severity.value for each in found} == {"info"}


@pytest.mark.parametrize(
    "suffix",
    [
        *(
            "nan",
            "undefined",
            "null",
            "None",
            "258.0",
            "series/nan",
            "test",
            "example",
            "suffix",
            "your-doi",
            "xxx",
            "TBD",
        ),
        *("10.48251/k7q2", "https://doi.org/10.48251/k7q2", "SADF.258.0"),
    ],
)
def test_a_word_of_a_program_is_no_suffix(suffix: str) -> None:
    setting = 'doi = "{prefix}/{any}"'
    assert "doi-suffix-placeholder" in codes({"number": "258", "doi": f"10.48251/{suffix}"}, setting)
    known = Context(CONTEXT.today, is_registered=lambda _doi, _number: True)
    registered = Record(commentary({"number": "258", "doi": f"10.48251/{suffix}"}, setting))
    assert "doi-suffix-placeholder" not in {one.code for one in Evaluation(known).check(registered)}


@pytest.mark.parametrize(
    "suffix",
    [
        "draft",
        "draft-1",
        "Draft_12",
        "test-1",
        "TEST2",
        "xxx-1",
        "xxxx",
        "temp",
        "sadf.test",
        "SADF.C258/draft",
        "C258_xxx",
    ],
)
def test_the_name_of_a_draft_is_no_suffix(suffix: str) -> None:
    fields = {"number": "258", "doi": f"10.48251/{suffix}"}
    assert "doi-suffix-placeholder" in codes(fields, 'doi = "{prefix}/{any}"')


@pytest.mark.parametrize(
    "suffix", ["north_korea_missile_test", "covid_testing", "stress.test", "vol.xxx", "eu_budget_draft"]
)
def test_a_title_in_a_suffix_is_no_draft(suffix: str) -> None:
    assert "doi-suffix-placeholder" not in codes(
        {"number": "258", "doi": f"10.48251/{suffix}"}, 'doi = "{prefix}/{any}"'
    )


@pytest.mark.parametrize("number", ["draft-1", "DRAFT", "test", "Test-3", "entwurf-2"])
def test_the_name_of_a_draft_is_no_number_of_a_doi(number: str) -> None:
    record = Record(commentary({"number": number}, 'doi = "{prefix}/SADF.C{number}"\nnumber_pattern = ".*"'))
    found = [one for one in Evaluation(CONTEXT).check(record) if one.code == "doi-suffix-placeholder"]
    assert [(one.where.field, one.severity.value) for one in found] == [("number", "error")]
    known = Context(CONTEXT.today, live=True, is_registered=lambda _doi, _number: True)
    assert "doi-suffix-placeholder" not in {one.code for one in Evaluation(known).check(record)}


@pytest.mark.parametrize(
    "number", ["258", "T1", "draft-123", "2023/7", "tests-of-time", "XXX", "LXXX", "A-test", "temps"]
)
def test_a_number_with_letters_is_right(number: str) -> None:
    setting = 'doi = "{prefix}/SADF.C{number}"\nnumber_pattern = ".*"'
    try:
        found = codes({"number": number}, setting)
    # A number that a record cannot have at all is no matter of this rule.
    except ValueError:
        found = set()
    assert "doi-suffix-placeholder" not in found


def test_a_series_may_be_called_test() -> None:
    assert "doi-suffix-placeholder" not in codes({}, 'doi = "{prefix}/test.{number}"')


@pytest.mark.parametrize(
    ("medium", "issn", "found"),
    [("print", "2406-5617", True), ("electronic", "2406-5617", True), ("print", "2406-5625", False)],
)
def test_an_issn_names_one_edition(medium: str, issn: str, found: bool) -> None:
    setting = f'other_issns = [{{issn = "{issn}", medium = "{medium}"}}]'
    assert ("issn-twice" in codes({}, setting)) is found


@pytest.mark.parametrize(
    "suffix",
    [
        "the-first-draft",
        "rapid-test",
        "rev.XXX",
        "test.12345",
        "latest",
        "draft.258",
        "temp-lates",
        "k7q2",
        "v2.0",
        "nanotech-7",
        "nullarbor3",
        "testament3",
        "7e3",
        "k3.2/7",
        "ABCD1234",
        "12.345",
        "2023_q3_77",
    ],
)
def test_an_opaque_suffix_is_right(suffix: str) -> None:
    assert "doi-suffix-placeholder" not in codes(
        {"number": "258", "doi": f"10.48251/{suffix}"}, 'doi = "{prefix}/{any}"'
    )


@pytest.mark.parametrize(
    ("first", "second", "found"),
    [
        ("", "", True),
        ("language: en", "language: de", False),
        ("version: 1", "version: 2", False),
        ("volume: 1", "volume: 2", False),
        ("number: 258", "number: 259", False),
        ("series: {record_type: journal}", "series: {record_type: journal}", False),
    ],
)
def test_one_number_has_two_dois_only_for_a_reason(first: str, second: str, found: bool) -> None:
    records = [
        loaded(f"doi: 10.48251/k7q{place}\ntitle: Rivers {place}\nurl: https://www.sadf.eu/{place}/") | loaded(own)
        for place, own in enumerate((first, second))
    ]
    for one in records:
        one["series"] = one.get("series", {}) | {"doi": "{prefix}/{any}"}
    run = [Record(commentary(one)) for one in records]
    codes_of_run = {one.code for findings in Evaluation(CONTEXT).check_together(run).values() for one in findings}
    assert ("number-twice" in codes_of_run) is found
