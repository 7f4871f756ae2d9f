"""Every way in which Crossref may keep, add up or replace what a deposit says: stories of updates run under each."""

from doideposit.sandbox.retention import SandboxRules

EACH = (
    SandboxRules(),
    SandboxRules(omitted="drop"),
    SandboxRules(references="merge"),
    SandboxRules(relations="replace"),
    SandboxRules(crossmark="replace"),
    SandboxRules(rights="replace"),
    SandboxRules(places="together"),
    SandboxRules(versions="retain"),
    SandboxRules(resources_stamp=True),
    SandboxRules("drop", "merge", "replace", "replace", "replace", "together", "retain", resources_stamp=True),
)
"""What Crossref does where nobody knows: each question answered the other way by itself, and all of them at once."""
