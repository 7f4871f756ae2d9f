"""The admin: a "Register DOI" action, a column and a filter that say where each DOI stands."""

from django.contrib import admin

from commentaries.models import Author, Commentary
from doideposit.django.admin import DoiAdminMixin, DoiStateFilter


class AuthorInline(admin.TabularInline):
    model = Author
    extra = 1


@admin.register(Commentary)
class CommentaryAdmin(DoiAdminMixin):
    list_display = ("number", "title", "published", "doi_standing")
    list_filter = (DoiStateFilter,)
    inlines = (AuthorInline,)
