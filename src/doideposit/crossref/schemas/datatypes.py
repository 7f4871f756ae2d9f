"""The built-in types of XSD 1.1 where libxml2 has another idea of them, written as an XSD 1.0 schema.

Found by the differential tests: libxml2 holds ``anyURI`` against RFC 3986 (by XSD 1.1 part 2, 3.3.17, any text is one),
does not collapse the whitespace of a ``date`` in an attribute, knows no year 0000, takes an empty list of ``IDREFS``
or ``NMTOKENS``, and has the name characters of an older edition of XML. Each is a token with a pattern here; what a
pattern cannot say of ID and IDREF is checked in `doideposit.crossref.validator.supplement`.
"""

__all__ = ["DATATYPES", "NAMESPACE", "REPLACED", "SCHEMA"]

NAMESPACE = "urn:doideposit:xsd-1.1"

# The characters that begin a name (XML 1.0, fifth edition, production 4): libxml2 knows those of the fourth.
_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
# Name characters but the colon: XML 1.0, fifth edition, productions 4 and 4a.
_CHARACTER = f"{_START}.0-9\u00b7\u0300-\u036f\u203f-\u2040\\-"

_NAME = f"[{_START}][{_CHARACTER}]*"
_TOKEN = f"[:{_CHARACTER}]+"
# XSD 1.1 allows the year 0000, which XSD 1.0 does not.
_YEAR = "-?([1-9][0-9]{3,}|0[0-9]{3})"
# Numbers of two digits that are divisible by four.
_FOURS = "(0[48]|[2468][048]|[13579][26])"
# Leap years: divisible by four, and those of full centuries by four hundred.
_LEAP = f"-?([0-9]*[0-9]{{2}}{_FOURS}|[0-9]*({_FOURS}|00)00)"
# Time zones reach from -14:00 to +14:00 (XSD 1.1, section 3.3.7).
_ZONE = "(Z|[+\\-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"
_DAYS = (
    "((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))"
)  # fmt: skip
_DATE = f"({_YEAR}-{_DAYS}|{_LEAP}-02-29){_ZONE}"

# The replaced types, each with its pattern; whitespace is collapsed in all of them.
DATATYPES = {
    "anyURI": "",
    "date": _DATE,
    "ID": _NAME,
    "IDREF": _NAME,
    "IDREFS": f"{_NAME}( {_NAME})*",
    "NCName": _NAME,
    "NMTOKEN": _TOKEN,
    "NMTOKENS": f"{_TOKEN}( {_TOKEN})*",
}

REPLACED = frozenset(DATATYPES)


def _type_definition(name: str, pattern: str) -> str:
    facet = f'<s:pattern value="{pattern}"/>' if pattern else ""
    return f'<s:simpleType name="{name}"><s:restriction base="s:token">{facet}</s:restriction></s:simpleType>'


# The schema document that defines the replaced types in `NAMESPACE`.
SCHEMA = (
    f'<s:schema xmlns:s="http://www.w3.org/2001/XMLSchema" targetNamespace="{NAMESPACE}">'
    f"{''.join(_type_definition(name, pattern) for name, pattern in DATATYPES.items())}</s:schema>"
)
