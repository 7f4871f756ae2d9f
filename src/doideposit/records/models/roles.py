"""What contributors did, in the words of Crossref and CRediT; a verdict on a file needs them without the models."""

from enum import StrEnum

__all__ = ["CREDIT_ROLES", "CROSSREF_ROLES", "Role"]


class Role(StrEnum):
    """What a contributor did: Crossref's eleven roles, then the fourteen of CRediT (crossref5.5.0.xsd: role)."""

    AUTHOR = "author"
    EDITOR = "editor"
    CHAIR = "chair"
    REVIEWER = "reviewer"
    REVIEW_ASSISTANT = "review-assistant"
    STATS_REVIEWER = "stats-reviewer"
    REVIEWER_EXTERNAL = "reviewer-external"
    READER = "reader"
    TRANSLATOR = "translator"
    CORRESPONDING_AUTHOR = "corresponding-author"
    OTHER = "other"
    CONCEPTUALIZATION = "conceptualization"
    DATA_CURATION = "data-curation"
    FORMAL_ANALYSIS = "formal-analysis"
    FUNDING_ACQUISITION = "funding-acquisition"
    INVESTIGATION = "investigation"
    METHODOLOGY = "methodology"
    PROJECT_ADMINISTRATION = "project-administration"
    RESOURCES = "resources"
    SOFTWARE = "software"
    SUPERVISION = "supervision"
    VALIDATION = "validation"
    VISUALIZATION = "visualization"
    WRITING_ORIGINAL_DRAFT = "writing-original-draft"
    WRITING_REVIEW_EDITING = "writing-review-editing"


# The first eleven are Crossref's own (crossref5.5.0.xsd: role), the fourteen after them are CRediT's (ANSI/NISO
# Z39.104).
CROSSREF_ROLES = frozenset(list(Role)[:11])
CREDIT_ROLES = frozenset(list(Role)[11:])
