"""Mount the JSON API in a web framework: the name that `doideposit.web` had before, kept for one version."""

from doideposit.web.application import application
from doideposit.web.serving import Application
from doideposit.web.tokens import Tokens

__all__ = ["Application", "Tokens", "application"]
