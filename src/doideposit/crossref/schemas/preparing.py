"""From a verified bundle to a prepared schema: done once, and kept."""

from lxml import etree

from doideposit.crossref.schemas.bundle import Bundle
from doideposit.crossref.schemas.components import Components
from doideposit.crossref.schemas.lifting import is_long_enumeration, lifted_texts, undescribed
from doideposit.crossref.schemas.prepared import Form, Prepared
from doideposit.crossref.schemas.sources import XS, read_sources
from doideposit.crossref.validator.placing import lift_assertions
from doideposit.crossref.validator.values import Identity, Kind, Lookup
from doideposit.errors import SchemaDamaged

__all__ = ["identities", "lookups", "prepare"]

_KINDS: dict[str, Kind] = {"ID": "ID", "IDREF": "IDREF", "IDREFS": "IDREFS"}


def prepare(bundle: Bundle, form: Form) -> Prepared:
    """Work everything out from the schema; raises `SchemaDamaged`."""
    components = Components(read_sources(bundle))
    return Prepared(
        bundle.main,
        lifted_texts(components, form),
        bundle.addresses,
        lift_assertions(components),
        identities(components),
        lookups(components) if form.lean else (),
        tuple(sorted(f"{{{key[1]}}}{key[2]}" for key in undescribed(components))) if form.narrow else (),
    )


def lookups(components: Components) -> tuple[Lookup, ...]:
    """The long enumerations of the schema, and the places where each one holds."""
    places: dict[tuple[str, etree._Element], set[str]] = {}
    found: dict[tuple[str, etree._Element], Lookup] = {}
    declarations: dict[tuple[str, str], etree._Element] = {}
    for tag, element in components.elements():
        for name, attribute in components.attributes(element).items():
            restriction = attribute.node.find(f"{XS}simpleType/{XS}restriction")
            if restriction is None or not is_long_enumeration(restriction):
                continue
            if declarations.setdefault((tag, name), attribute.node) is not attribute.node:
                raise SchemaDamaged(f"the attribute {name} of {tag} has two enumerations", hint="upgrade doideposit")
            values = frozenset(node.get("value", "") for node in restriction.iterfind(f"{XS}enumeration"))
            collapsed = components.simple_type(attribute)[1]
            key = (name, attribute.node)
            places.setdefault(key, set()).add(tag)
            found[key] = Lookup(name, frozenset(), values, collapsed)
    return tuple(
        Lookup(lookup.attribute, frozenset(places[key]), lookup.values, lookup.collapsed)
        for key, lookup in found.items()
    )


def identities(components: Components) -> tuple[Identity, ...]:
    """The attributes of the schema that are of type ID, IDREF or IDREFS."""
    tags: dict[tuple[str, Kind], set[str]] = {}
    for tag, element in components.elements():
        for name, attribute in components.attributes(element).items():
            kind = _KINDS.get(components.simple_type(attribute)[0])
            if kind:
                tags.setdefault((name, kind), set()).add(tag)
    return tuple(Identity(name, kind, frozenset(where)) for (name, kind), where in tags.items())
