"""Show in the admin where each DOI stands, filter by it, and register DOIs; list all DOIs of the site."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.contrib.admin.views.main import ChangeList
from django.contrib.contenttypes.models import ContentType
from django.db import models, router, transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

import doideposit
from doideposit.django.deposits import RegisteredObjects, register
from doideposit.django.models import DoiModel, DoiStanding, DoiState
from doideposit.django.opening import current_target

__all__ = ["DoiAdminMixin", "DoiStateFilter"]

if TYPE_CHECKING:
    _Admin = admin.ModelAdmin[Any]
else:
    _Admin = admin.ModelAdmin  # Django's own class takes no type in brackets while it runs

# A page that lists a hundred sentences is not read; the rest is said as a number.
MOST_SENTENCES = 10


class DoiStateFilter(admin.SimpleListFilter):
    """Filter a list by where the DOIs are: put it into `list_filter`."""

    title = "DOI"
    parameter_name = "doi_state"

    def lookups(self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]") -> Sequence[tuple[str, str]]:
        """Return the choices."""
        return [("none", str(_("no DOI yet"))), *((standing.value, str(standing.label)) for standing in DoiStanding)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the objects whose DOI is in the chosen state."""
        wanted = self.value()
        if wanted is None:
            return queryset
        model = queryset.model
        states = DoiState.objects.filter(target=current_target(), content_type=ContentType.objects.get_for_model(model))
        if wanted != "none":
            states = states.filter(standing=wanted)
        keys = [model._meta.pk.to_python(key) for key in states.values_list("object_id", flat=True)]
        return queryset.exclude(pk__in=keys) if wanted == "none" else queryset.filter(pk__in=keys)


class _ChangeListWithStates(ChangeList):
    def get_results(self, request: HttpRequest) -> None:
        """Read the states of one page of the list with one query."""
        super().get_results(request)
        DoiModel.read_states(self.result_list)


class DoiAdminMixin(_Admin):
    """Add a column `doi_standing`, the action "Register DOI", and a word when something with a DOI is deleted.

    The page of one object shows where its DOI stands, and has a button "Save and register DOI".
    """

    actions: Sequence[Any] = ("register_doi",)
    change_form_template = "admin/doideposit/change_form.html"

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Return the read-only fields, with the state of the DOI."""
        fields = tuple(super().get_readonly_fields(request, obj))
        return fields if obj is None or "doi_standing" in fields else (*fields, "doi_standing")

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """Register the DOI of an object where that button was pressed, and stay on its page."""
        if "_register_doi" not in request.POST:
            return super().response_change(request, obj)
        # Only what was really saved may get a DOI: the page and all its inlines are saved in one transaction.
        chosen = self.get_queryset(request).filter(pk=obj.pk)
        transaction.on_commit(partial(self.register_doi, request, chosen), using=router.db_for_write(self.model))
        return HttpResponseRedirect(request.path)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Return a list that reads all states at once."""
        return _ChangeListWithStates

    @admin.display(description="DOI")
    def doi_standing(self, instance: DoiModel) -> str:
        """Return the state of the DOI, as a link once readers can follow it."""
        state = instance.doi_state
        if state is None:
            return "—"
        if state.standing == DoiStanding.ATTENTION:
            return format_html("<strong>{}</strong>: {}", state.message or state.words, state.next_action)
        if state.standing == DoiStanding.UNDER_WAY:
            return state.words
        changed = f" ({_('changed since')})" if state.standing == DoiStanding.CHANGED else ""
        if state.address:
            return format_html('<a href="{0}">{0}</a>{1}', state.address, changed)
        return f"{state.doi} ({_('rehearsal')}){changed}"

    @admin.action(description=_("Register DOI"), permissions=["change"])
    def register_doi(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Register the DOIs of the selected objects, and show the results in a few sentences."""
        try:
            done = register(queryset)
        except doideposit.DoiDepositError as error:
            self.message_user(request, f"{error.message}: {error.hint}", messages.ERROR)
            return
        self._show_counts(request, done)
        self._show_each(request, done.refused, messages.ERROR)
        self._show_each(request, done.remarks, messages.WARNING)
        hidden = [
            (instance, str(_("readers cannot see it yet: register its DOI when it is published")))
            for instance in done.hidden
        ]
        self._show_each(request, hidden, messages.WARNING)
        if done.error is not None:
            text = _("%s. Nothing is lost: it is sent later automatically.") % done.error.message
            self.message_user(request, text, messages.WARNING)
        if done.unkept:
            why = _("The database of this site could not be written (%s), so this list does not show them.")
            after = _("Nothing is lost: have the database checked, and register the same objects again later.")
            self.message_user(request, f"{why % done.unkept} {after}", messages.ERROR)

    def _show_counts(self, request: HttpRequest, done: RegisteredObjects) -> None:
        number = len(done.accepted)
        where = "" if done.target == "production" else f" ({done.target})"
        if number:
            text = ngettext("%d DOI is on its way%s.", "%d DOIs are on their way%s.", number) % (number, where)
            self.message_user(request, text, messages.SUCCESS)
        same = len(done.unchanged)
        if same:
            text = ngettext(
                "%d DOI needs nothing: nothing has changed.", "%d DOIs need nothing: nothing has changed.", same
            )
            self.message_user(request, text % same, messages.SUCCESS)

    def _show_each(self, request: HttpRequest, said: Sequence[tuple[models.Model, str]], level: int) -> None:
        for instance, sentence in said[:MOST_SENTENCES]:
            self.message_user(request, f"{instance}: {sentence}", level)
        more = len(said) - MOST_SENTENCES
        if more > 0:
            text = ngettext("… and %d more of this kind.", "… and %d more of this kind.", more) % more
            self.message_user(request, text, level)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete the object, and say what its DOI needs now."""
        self._warn_of_lasting_dois(request, [obj])
        super().delete_model(request, obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """Delete the objects, and say what their DOIs need now."""
        self._warn_of_lasting_dois(request, list(queryset))
        super().delete_queryset(request, queryset)

    def _warn_of_lasting_dois(self, request: HttpRequest, objects: Sequence[DoiModel]) -> None:
        DoiModel.read_states(objects)
        text = "%s stays registered and leads to %s: keep a page there that says what happened"
        said = [
            (instance, str(_(text) % (state.doi, state.url or "its page")))
            for instance in objects
            if (state := instance.doi_state) is not None
        ]
        self._show_each(request, said, messages.WARNING)


@admin.register(DoiState)
class _DoiStateAdmin(_Admin):
    """List all DOIs, with those whose object was deleted: nothing can be changed here."""

    list_display = ("doi", "target", "standing", "name", "message", "next_action")
    list_filter = ("standing", "target")
    search_fields = ("doi", "name")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Return False: a DOI comes from an object."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: DoiState | None = None) -> bool:
        """Return False: the ledger decides."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: DoiState | None = None) -> bool:
        """Return False: a DOI cannot be deleted."""
        return False
