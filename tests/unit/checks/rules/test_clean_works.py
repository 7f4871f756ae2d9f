"""Nothing is said against works, and names of groups, with which nothing is wrong."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from depositing import DEPOSITOR, validator
from doideposit.checks.checking import Checker
from doideposit.findings import Finding, Severity
from doideposit.records.models.series import Series

SERIES = {
    "es": "Documentos de Trabajo", "pt": "Textos para Discussão", "fr": "Notes de recherche",
    "de": "Diskussionspapiere", "pl": "Komentarze", "tr": "Görüş Yazıları", "ja": "ディスカッション・ペーパー",
    "en": "Working Paper Series", "single": "Policy Brief", "post": "Blog of the Centre",
    "jour": "Journal of Small Islands", "it": "Temi di discussione", "nl": "Beleidsnotities",
    "ru": "Аналитические записки", "cs": "Pracovní listy", "sv": "Rapporter", "ko": "정책연구", "zh": "工作论文",
    "ar": "أوراق سياسات", "hu": "Műhelytanulmányok", "fi": "Tutkimusraportteja", "el": "Κείμενα Εργασίας",
}  # fmt: skip
KINDS = {"single": "report-single", "post": "posted", "jour": "journal"}


def described(name: str, title: str) -> Series:
    kind = KINDS.get(name, "report-series")
    data: dict[str, Any] = {"name": name, "title": title, "record_type": kind, "prefix": "10.48251"}
    data |= {"doi": "{prefix}/{any}", "language": "en" if name in KINDS else name}
    data |= {"publisher": {"name": "Centre for Island Policy", "place": "London"}, "posted_type": "blog"}
    if kind not in {"report-single", "posted"}:
        data |= {"issn": "2406-5617", "issn_medium": "electronic"}
    return Series.model_validate(data)


CHECKER = Checker(
    series={name: described(name, title) for name, title in SERIES.items()},
    validator=validator,
    depositor=DEPOSITOR,
    clock=lambda: datetime(2026, 9, 1, tzinfo=UTC),
    live=True,
)
WORKS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("clean_works.yaml").read_text(encoding="utf-8"))
BASE = {"series": "en", "number": "1", "title": "The Effect of Minimum Wages on Jobs", "published": "2024-05-06"}


def said(work: dict[str, Any], place: int = 0) -> list[Finding]:
    own = {"doi": f"10.48251/ob{place}q.k", "url": f"https://www.example-institute.org/p{place}x"}
    [checked] = CHECKER.read([{"published": "2024-05-06"} | own | work])
    return [one for one in checked.findings if one.severity is not Severity.INFO]


def test_nothing_is_said_against_works_in_which_nothing_is_wrong() -> None:
    told = {work["title"]: said(work, place) for place, work in enumerate(WORKS)}
    assert {title: [(one.code, one.message) for one in found] for title, found in told.items() if found} == {}
    assert len(told) > 90


GROUPS = """
Arbeitskreis Demokratie und Verfassung e. V.
Arbeitskreis Demokratie und Verfassung e.V.
Bündnis Bürger und Staat
Haus der Kirche und Kultur
Frauen und Politik
Runder Tisch Meer und Küste
Brot für die Welt
Fridays for Future
Ärzte ohne Grenzen
Médecins Sans Frontières
Collectif Femmes et Climat
Pôle Mer et Littoral
Observatoire des élections et de la vie politique
Ligue des droits de l’homme
Direction générale du Trésor
Cour des comptes
Les Amis de la Terre
Grupo de Trabajo sobre Senado
Red de Mujeres y Paz
Mesa Ciudadana y Social
Observatorio Clima y Salud
Unión de Científicos y Técnicos
Colectivo Tierra y Libertad
Banco Central de Chile
Cámara Chilena de la Construcción
Rede Mar e Gente
Núcleo Paz e Desenvolvimento
Grupo Terra e Vida
Tribunal de Contas da União
Laboratório Cidade e Sociedade
Coletivo Negro e Popular
Save the Children
Human Rights Watch
Peace Now
War on Want
Smith & Wesson Policy Unit
Ernst & Young
Johnson and Johnson
Marks and Spencer
Price Waterhouse Coopers
Standard and Poor's
Food and Agriculture
Bread and Roses
Law and Order Lab
War and Peace Studies
Oxford Analytica
Climate Analytics
Chatham House
Adam Smith International
Friedrich Ebert Stiftung
Konrad-Adenauer-Stiftung
Rosa Luxemburg Stiftung
Clingendael
SIPRI
The Soufan Center
Norwegian Church Aid
Ministerie van Economische Zaken en Klimaat
Raad voor Cultuur en Wetenschap
Ośrodek Studiów Wschodnich
Fundacja Batorego
Instytut Spraw Publicznych
Stowarzyszenie Klon i Jawor
Rada Gospodarki i Pracy
Dışişleri Bakanlığı
Türkiye Bilimler Akademisi
Toplum ve Hukuk Derneği
Kadın ve Demokrasi Vakfı
海洋政策研究所
日本銀行
男女共同参画局
国家发展和改革委员会
外交部
한국은행
وزارة الخارجية
Росстат
Совет по внешней и оборонной политике
Центральный банк России
Ministero dell’Economia e delle Finanze
Banca d'Italia
Associazione Mare e Monti
Lega Ambiente e Salute
Acque e Terre
Konjunkturinstitutet
Hav och Vatten
Statistikmyndigheten SCB
Forum för Kvinnor och Fred
Saaristo ja Meri
Suomen Pankki
Ústav mezinárodních vztahů
Magyar Nemzeti Bank
Víz és Ember Egyesület
Τράπεζα της Ελλάδος
ETH Zürich, KOF
RAND Europe
Team Europe, Brussels
UN Women
UNDP, UNEP and WMO
G20 Secretariat
V-Dem
OECD/IEA
CEPS, Brussels
IPCC, Working Group II
UCL Energy Institute, London
Kiel Institut für Weltwirtschaft
350.org
Transparency International e.V.
Agora Energiewende
Brot & Rosen
Ifo Institut, München
The 1975 Group
Institut Montaigne
Terra Nova
Jean Monnet Network
Robert Schuman Centre
Carter Center
Ceylon Chamber of Commerce
Aga Khan Trust for Culture
Open Society
Amnesty
S. Rajaratnam School of International Studies
John F. Kennedy School
A. P. Møller Fonden
W. K. Kellogg Foundation
J. Paul Getty Trust
Robert W. Woodruff Library
La Vía Campesina
Kadir Has Üniversitesi
Bertelsmann Stiftung
Hans Böckler Stiftung
Getúlio Vargas
Fundação Getulio Vargas
Casa de Oswaldo Cruz
Friends of Ana Keller
Kommission Sicherheit und Recht
Ausschuss Bildung und Forschung
""".strip().split("\n")
PEOPLE = """
Ana Keller und Ben Roy
Ana Keller y Luis Pérez
Ana Silva e João Souza
Marie Dupont et Jean Martin
Anna Kowalska i Jan Nowak
Ayşe Demir ve Mehmet Kaya
Giulia Rossi e Marco Bianchi
Jan de Vries en Piet Jansen
Åsa Berg och Nils Holm
Ана Иванова и Петр Петров
Ana Keller, Ben Roy
Ana Keller; Ben Roy
Ana Keller / Ben Roy
Ana Keller & Ben Roy
Keller, A., Roy, B.
Ana Keller, Ben Roy and Cem Kaya
Ana Keller / Ben Roy / Cem Kaya
Ana Keller | Ben Roy
Ana Keller • Ben Roy
Ana Keller + Ben Roy
Ana Keller · Ben Roy
Ana Keller with Ben Roy
Kovács Anna és Nagy Péter
Petra Nováková a Jan Dvořák
山田太郎、佐藤花子
山田太郎・佐藤花子
김민준, 이서연
王伟，李芳
Maija Virtanen ja Matti Korhonen
Dr. Ana Keller and Dr. Ben Roy
""".strip().split("\n")
OF_PEOPLE = {"organisation-several", "organisation-is-person"}


def test_a_group_is_never_taken_for_people() -> None:
    told = {name: said(BASE | {"authors": [{"organisation": name}]}) for name in GROUPS}
    assert {name: [one.message for one in found] for name, found in told.items() if found} == {}


@pytest.mark.parametrize("name", PEOPLE)
def test_people_in_the_place_of_a_group_are_named(name: str) -> None:
    assert {one.code for one in said(BASE | {"authors": [{"organisation": name}]})} & OF_PEOPLE


@pytest.mark.parametrize(
    ("doi", "number", "pattern", "codes"),
    [
        ("{prefix}/wp.{number}", "2024/07", None, {"number-slash"}),
        ("{prefix}/wp.{number}", "2024/07", r"\d{4}/\d\d", set()),
        ("{prefix}/{any}", "2024/07", None, set()),
        ("{prefix}/wp.{number}", "No.7", None, {"number-label"}),
        ("{prefix}/wp.{number}", "No.7", r"No\.\d+", set()),
        ("{prefix}/{any}", "No. 3 (2)", None, set()),
    ],
)
def test_a_slash_and_a_label_count_where_they_come_into_the_doi(
    doi: str, number: str, pattern: str | None, codes: set[str]
) -> None:
    series = described("en", "Working Paper Series").model_copy(update={"doi": doi, "number_pattern": pattern})
    one = Checker(series={"en": series}, validator=validator, depositor=DEPOSITOR, live=True)
    work = BASE | {"number": number, "url": "https://www.example-institute.org/x", "authors": [{"family": "Mer"}]}
    [checked] = one.read([work | ({"doi": "10.48251/x7"} if "{any}" in doi else {})])
    assert {found.code for found in checked.findings if found.code in {"number-slash", "number-label"}} - {
        found.code for found in checked.findings if found.severity is Severity.INFO
    } == codes
