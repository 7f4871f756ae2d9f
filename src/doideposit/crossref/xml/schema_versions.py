"""What each version of the deposit schema can hold, as far as versions differ (compared in their XSD files)."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from doideposit.crossref.names import SCHEMA_VERSIONS
from doideposit.crossref.xml.markup import Maker
from doideposit.records.models.relations import Archive
from doideposit.records.models.roles import CROSSREF_ROLES, Role

__all__ = ["Dialect"]

# The two-letter codes of languages5.5.0.xsd; common5.3.1.xsd lacks the last three, and has no codes of three letters.
_TWO_LETTERS: Final = frozenset(
    "aa ab ae af ak am an ar as av ay az ba be bg bh bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv dz ee el en "
    "eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie ig ii ik io is it iu ja jw "
    "ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv mg mi mk ml mn mr ms mt mu my na nb nd ne "
    "ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st "
    "su sv sw ta te tg th ti tk tl tn to tr ts tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh jv mh zu".split()
)
# Codes that the enumeration of languages has since 5.4.0 only.
_LATER_CODES: Final = frozenset({"jv", "mh", "zu"})
# ISO 639-2 has two codes for these languages; the schema takes the terminology code only.
_BIBLIOGRAPHIC: Final = MappingProxyType(
    dict(
        pair.split(":")
        for pair in (
            "alb:sqi arm:hye baq:eus bur:mya chi:zho cze:ces dut:nld fre:fra geo:kat ger:deu gre:ell ice:isl mac:mkd "
            "mao:mri may:msa per:fas rum:ron slo:slk tib:bod wel:cym"
        ).split()
    )
)
# For schema 5.3.1: the two-letter code of the three-letter codes that are most in use.
_SHORTENED: Final = MappingProxyType(
    dict(
        pair.split(":")
        for pair in (
            "ara:ar ben:bn bul:bg cat:ca ces:cs cym:cy dan:da deu:de ell:el eng:en est:et eus:eu fas:fa fin:fi fra:fr "
            "gle:ga glg:gl guj:gu heb:he hin:hi hrv:hr hun:hu hye:hy ind:id isl:is ita:it jpn:ja kan:kn kat:ka kaz:kk "
            "kor:ko lat:la lav:lv lit:lt mal:ml mar:mr mkd:mk mon:mn msa:ms mya:my nep:ne nld:nl nor:no pan:pa pol:pl "
            "por:pt pus:ps ron:ro rus:ru sin:si slk:sk slv:sl snd:sd spa:es sqi:sq srp:sr swe:sv tam:ta tel:te tha:th "
            "tur:tr ukr:uk urd:ur uzb:uz vie:vi zho:zh".split()
        )
    )
)


def _namespace(version: str) -> str:
    """Return the namespace of the deposit schema in that version (crossref5.5.0.xsd: targetNamespace)."""
    return f"http://www.crossref.org/schema/{version}"


@dataclass(frozen=True, slots=True)
class Dialect:
    """Describe one version of the schema: its maker of elements, and what it can hold."""

    version: str
    make: Maker
    # Elements `role`, and so CRediT and several roles.
    roles: bool
    # Values of the attribute `contributor_role`.
    contributor_roles: frozenset[Role]
    alt_names: bool
    name_limit: int
    name_pattern: re.Pattern[str] | None
    # Licence, funding and Crossmark in a report of a series.
    series_rights: bool
    # Element `version_info`.
    versions: bool
    # Element `status` of posted content.
    statuses: bool
    citation_types: bool
    posted_types: frozenset[str]
    posted_archives: bool
    archives: frozenset[Archive]
    # Languages by their two-letter codes only.
    short_languages: bool

    @property
    def namespace(self) -> str:
        """Return Crossref's namespace in this version."""
        return _namespace(self.version)

    @property
    def location(self) -> str:
        """Return the value of ``xsi:schemaLocation``: the namespace, and where Crossref publishes its schema."""
        return f"{self.namespace} https://data.crossref.org/schemas/crossref{self.version}.xsd"

    @staticmethod
    def of_version(version: str) -> "Dialect":
        """Return what version `version` can hold; raises RuntimeError for one that records are not built for."""
        try:
            return _DIALECTS[version]
        # Versions come from the configuration, which was checked: another one is a mistake in the program.
        except KeyError:
            raise RuntimeError(
                f"records are built for schema {', '.join(SCHEMA_VERSIONS)}, not for {version}"
            ) from None

    def language_code(self, tag: str | None) -> str | None:
        """Return the value of a ``language`` attribute: without region or script, and by ISO 639's terminology code.

        None where there is no language, or where the schema has no code for it.
        """
        return None if tag is None else _language_code(tag, two_letters_only=self.short_languages)

    def leading_role(self, roles: Sequence[Role]) -> str:
        """Return the first role that ``contributor_role`` can hold, which readers of older versions rely on."""
        return next((role for role in roles if role in self.contributor_roles), Role.AUTHOR)

    @staticmethod
    def relation_language(tag: str) -> str | None:
        """Return the code for ``language`` in a relation's description: relations.xsd has two letters only."""
        code = tag.lower()
        return code if code in _TWO_LETTERS - _LATER_CODES else None


# A run asks for the same few languages again and again.
@lru_cache(maxsize=256)
def _language_code(tag: str, *, two_letters_only: bool) -> str | None:
    primary = tag.partition("-")[0].lower()
    code = _BIBLIOGRAPHIC.get(primary, primary)
    if two_letters_only:
        code = _SHORTENED.get(code, code)
        known = code in _TWO_LETTERS - _LATER_CODES
    else:
        known = code in _TWO_LETTERS or code in _three_letter_codes()
    return code if known else None


@cache
def _three_letter_codes() -> frozenset[str]:
    """Return the codes of ISO 639-3 that languages5.4.0.xsd and languages5.5.0.xsd list; they are the same."""
    return frozenset(Path(__file__).with_name("languages.txt").read_text(encoding="ascii").split())


_OLD_NAME: Final = re.compile(r"[^\d?]*[^?\s]+[^\d]*")  # crossref5.4.0.xsd: surname
# The schema has posters and blogs from 5.5.0 on.
_OLD_POSTED: Final = frozenset({"preprint", "letter", "review", "other"})
_OLD_ROLES: Final = CROSSREF_ROLES - {Role.CORRESPONDING_AUTHOR, Role.OTHER}
_FIRST_ARCHIVES: Final = frozenset(
    {Archive.CLOCKSS, Archive.LOCKSS, Archive.PORTICO, Archive.KB, Archive.INTERNET_ARCHIVE, Archive.DWT}
)


@cache
def _crossref_maker(version: str) -> Maker:
    """Return the maker of Crossref's own elements in that version of the schema."""
    return Maker(_namespace(version))


_DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType(
    {
        "5.5.0": Dialect(
            version="5.5.0",
            make=_crossref_maker("5.5.0"),
            roles=True,
            contributor_roles=CROSSREF_ROLES,
            alt_names=True,
            name_limit=200,
            name_pattern=None,
            series_rights=True,
            versions=True,
            statuses=True,
            citation_types=True,
            posted_types=frozenset({"preprint", "blog", "letter", "other", "poster", "review"}),
            posted_archives=True,
            archives=frozenset(Archive),
            short_languages=False,
        ),
        "5.4.0": Dialect(
            version="5.4.0",
            make=_crossref_maker("5.4.0"),
            roles=False,
            contributor_roles=_OLD_ROLES,
            alt_names=False,
            name_limit=60,
            name_pattern=_OLD_NAME,
            series_rights=False,
            versions=True,
            statuses=True,
            citation_types=True,
            posted_types=_OLD_POSTED,
            posted_archives=False,
            archives=frozenset(Archive) - {Archive.CINES},
            short_languages=False,
        ),
        "5.3.1": Dialect(
            version="5.3.1",
            make=_crossref_maker("5.3.1"),
            roles=False,
            contributor_roles=_OLD_ROLES,
            alt_names=True,
            name_limit=60,
            name_pattern=_OLD_NAME,
            series_rights=False,
            versions=False,
            statuses=False,
            citation_types=False,
            posted_types=_OLD_POSTED,
            posted_archives=False,
            archives=_FIRST_ARCHIVES,
            short_languages=True,
        ),
    }
)
