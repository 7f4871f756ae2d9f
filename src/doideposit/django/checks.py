"""Say at `manage.py check`, and at every start, what is missing before a DOI can be registered."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004  (Django's own name)

import doideposit
from doideposit.django.models import DoiModel
from doideposit.wiring import load_settings


@register("doideposit")
def _check_configuration(**_kwargs: Any) -> list[CheckMessage]:
    """Report a missing or wrong configuration, and a public site whose target is only a rehearsal."""
    named = getattr(settings, "DOIDEPOSIT_CONFIG", None)
    if not named:
        hint = 'write DOIDEPOSIT_CONFIG = BASE_DIR / "doideposit.toml"; `doideposit init` makes that file'
        return [Error("the setting DOIDEPOSIT_CONFIG is missing", hint=hint, id="doideposit.E001")]
    try:
        target = load_settings(named, target=getattr(settings, "DOIDEPOSIT_TARGET", None)).target
    except doideposit.ConfigurationError as error:
        said = [f"{finding.where}: {finding.message}. {finding.hint}" for finding in error.findings] or [str(error)]
        return [Error(message, hint=error.hint, id="doideposit.E002") for message in said]
    if target == "sandbox" and not settings.DEBUG:
        hint = 'set `target = "production"` in doideposit.toml after the rehearsals'
        return [Warning("DOIs are rehearsed in the sandbox: they will not exist", hint=hint, id="doideposit.W001")]
    return []


@register("doideposit")
def _check_models(**_kwargs: Any) -> list[CheckMessage]:
    """Name the models that do not say how an object becomes a record, or whether readers see it."""
    return [
        Error(f"{model.__name__} has no method {name}", hint=hint, obj=model, id="doideposit.E003")
        for model in apps.get_models()
        if issubclass(model, DoiModel)
        for name, hint in (
            ("doi_record", "it must return the record of an object as a mapping: series, number, title, authors, …"),
            ("doi_is_public", "it must tell whether readers can open the page of an object"),
        )
        if getattr(model, name) is getattr(DoiModel, name)
    ]
