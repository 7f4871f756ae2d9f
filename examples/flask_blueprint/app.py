"""A site around the blueprint, with Crossref's notification callback mounted below /doi-api."""

import os
from functools import cache
from pathlib import Path

from doi_blueprint import doi_blueprint
from flask import Flask
from werkzeug.middleware.dispatcher import DispatcherMiddleware

import doideposit
from doideposit.web import application


def create_app(folder: Path | None = None, *, notify_endpoint: str = "example.1") -> Flask:
    """Make the site; `folder` holds doideposit.toml and the folder `records`."""
    home = folder or Path(__file__).parent
    site = Flask(__name__)
    site.secret_key = os.environ["SITE_SECRET_KEY"]

    @cache
    def depositor() -> doideposit.Depositor:
        return doideposit.open(home / "doideposit.toml")

    def find_record(number: str) -> Path | None:
        files = {each.stem: each for each in (home / "records").glob("*.yaml")}
        return files.get(number)

    site.register_blueprint(doi_blueprint(depositor, find_record, series="sadf-comment"))
    # No tokens: of the API only the callback, the health check and the description can be used.
    api = application(depositor, tokens={}, notify_endpoints=[notify_endpoint])
    site.wsgi_app = DispatcherMiddleware(site.wsgi_app, {"/doi-api": api})
    return site
