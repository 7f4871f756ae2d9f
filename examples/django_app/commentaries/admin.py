"""The admin: a "Register DOI" action, and a column that says where each DOI stands."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

import doideposit
from commentaries import deposits
from commentaries.models import Author, Commentary


class AuthorInline(admin.TabularInline):
    model = Author
    extra = 1


@admin.register(Commentary)
class CommentaryAdmin(admin.ModelAdmin):
    list_display = ("number", "title", "published", "doi")
    inlines = (AuthorInline,)
    actions = ("register_doi",)

    @admin.display(description="DOI")
    def doi(self, commentary: Commentary) -> str:
        status = deposits.status(commentary)
        if status.registered and not status.last_update_failed:
            return format_html('<a href="{0}">{0}</a>', status.doi.url)
        if status.needs_person:
            return format_html("<strong>{}</strong>: {}", status.message or "failed", status.next_action)
        return "under way" if status.is_open else "—"

    @admin.action(description="Register DOI", permissions=["change"])
    def register_doi(self, request: HttpRequest, queryset: QuerySet[Commentary]) -> None:
        commentaries = self._public(request, queryset)
        try:
            report = deposits.register(commentaries)
        except doideposit.DoiDepositError as error:
            self.message_user(request, f"{error.message}. {error.hint}", messages.ERROR)
            return
        for commentary, entry in zip(commentaries, report.entries, strict=True):
            if entry.ok:
                self.message_user(request, f"{entry.doi}: {entry.reason}, on {report.target}", messages.SUCCESS)
            for finding in entry.findings:
                if finding.stops:
                    text = f"{commentary.number}: {finding.message} ({finding.where.field}). {finding.hint}"
                    self.message_user(request, text, messages.ERROR)
        if report.trouble:
            text = f"{report.trouble.message}. Nothing is lost: it is sent later by itself."
            self.message_user(request, text, messages.WARNING)

    def _public(self, request: HttpRequest, queryset: QuerySet[Commentary]) -> list[Commentary]:
        """Those that readers can see: a DOI cannot be deleted, so the others do not get one yet."""
        for each in queryset:
            if not each.is_public:
                text = f"{each.number} is not published before {each.published}: register its DOI then"
                self.message_user(request, text, messages.WARNING)
        return [each for each in queryset if each.is_public]
