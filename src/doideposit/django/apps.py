"""Tell Django of this app."""

from django.apps import AppConfig

__all__ = ["DoiDepositAppConfig"]


class DoiDepositAppConfig(AppConfig):
    """Name the app, and register its system checks when Django has loaded all models."""

    name = "doideposit.django"
    label = "doideposit"
    verbose_name = "DOIs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the system checks."""
        from doideposit.django import checks  # noqa: F401  (importing it registers them)
