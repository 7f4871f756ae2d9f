"""Depositing over HTTP: a small JSON API for a CMS not written in Python, and the receiver of Crossref's notifications.

`application` makes a WSGI callable that runs by itself (`doideposit serve`) or below a path of a Python web framework.
"""

from doideposit.web.application import application
from doideposit.web.serving import Application
from doideposit.web.tokens import Tokens

__all__ = ["Application", "Tokens", "application"]
