"""Mount the JSON API in a web framework: the name that `doideposit.web` had before, kept for one version."""

from doideposit.web import Application, Tokens, application

__all__ = ["Application", "Tokens", "application"]
