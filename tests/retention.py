"""Every way in which Crossref may keep, add up or replace what a deposit says: stories of updates run under each."""

from doideposit.sandbox.retention import RetentionRules

EACH = (
    RetentionRules(),
    RetentionRules(omitted="drop"),
    RetentionRules(references="merge"),
    RetentionRules(relations="replace"),
    RetentionRules(crossmark="replace"),
    RetentionRules(rights="replace"),
    RetentionRules(places="together"),
    RetentionRules(versions="retain"),
    RetentionRules(resources_stamp=True),
    RetentionRules("drop", "merge", "replace", "replace", "replace", "together", "retain", resources_stamp=True),
)
"""What Crossref does where nobody knows: each question answered the other way by itself, and all of them at once."""
