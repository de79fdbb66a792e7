"""What every page of the admin has in common: who sees what, who did it, nothing is deleted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.admin.utils import flatten
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db.models import CharField, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from response import text
from response.core.actor import acting_as
from response.core.admin.columns import NAMES, shown_plain
from response.core.admin.forms import PlainTextField, PlainTextForm
from response.core.admin.history import log
from response.core.admin.paging import CappedPaginator, PlainTextChangeList
from response.core.models import ExternalUser, Incident
from response.core.permissions import may_see_private_incidents, visible_incidents, visible_rows
from response.exceptions import InvalidValue

# Generic for the type checker only.
if TYPE_CHECKING:
    ModelAdmin = admin.ModelAdmin[Any]
else:
    ModelAdmin = admin.ModelAdmin

__all__ = ("NAMES", "ModelAdmin", "ReadOnlyAdmin", "ResponseAdmin", "acting_through")


@contextmanager
def acting_through(request: HttpRequest) -> Iterator[None]:
    """Changes made within are those of who is signed in, and of whom Slack knows them as."""
    user: Any = request.user
    person = ExternalUser.objects.filter(owner=user, superseded=False).order_by("pk").first()
    with acting_as(person, name=str(user)):
        yield


class ResponseAdmin(ModelAdmin):
    """A model of this package.

    ``incident_path`` leads from a row to its incident: rows of incidents that do not exist for
    who looks do not exist either, on whichever page. ``plain_text_fields`` hold Slack's wire
    form and are shown, searched and edited as plain text.
    """

    incident_path = ""
    plain_text_fields: tuple[str, ...] = ()
    form = PlainTextForm
    paginator = CappedPaginator
    # A count of the whole table on every page is what makes an admin slow.
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER

    class Media:
        css: ClassVar = {"all": ["response/admin.css"]}

    # -- who sees what ----------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that exist for who looks; all pages, searches and boxes begin with these."""
        rows = super().get_queryset(request)
        if not self.incident_path:
            return rows
        return visible_rows(_viewer(request), rows, self.incident_path)

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only what the page offers: any other filter would answer questions about hidden rows.

        Django's own rule lets ``?lead=7`` ask the list of people who leads incident 7.
        """
        offered = {"pk", "id", self.date_hierarchy, self.incident_path}
        offered |= {_field_of(each) for each in self.get_list_filter(request)}
        return any(
            lookup == name or lookup.startswith(f"{name}__") for name in offered if name
        ) and super().lookup_allowed(lookup, value, request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nothing that happened goes away by a click."""
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """A private incident cannot be chosen, not even by its number."""
        if db_field.remote_field.model is Incident:
            kwargs["queryset"] = visible_incidents(_viewer(request))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    # -- plain text -------------------------------------------------------------------

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Texts in wire form are edited as plain text."""
        if db_field.name in self.plain_text_fields:
            kwargs |= {"form_class": PlainTextField, "max_length": None}
            if isinstance(db_field, CharField):
                # A title is longer than what Django has room for.
                kwargs["widget"] = AdminTextInputWidget(attrs={"class": "vLargeTextField"})
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Where nothing may be changed, texts are shown as people read them."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return fieldsets
        return [
            (title, {**options, "fields": [self._shown(name) for name in _names(options)]})
            for title, options in fieldsets
        ]

    def _shown(self, name: Any) -> Any:
        return shown_plain(name) if name in self.plain_text_fields else name

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What was typed is found as it is stored: ``a & b`` as ``a &amp; b``."""
        term = text.from_plain(search_term) if self.plain_text_fields else search_term
        return super().get_search_results(request, queryset, term)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PlainTextChangeList]:
        """One that looks up once whom the texts of a page mention."""
        return PlainTextChangeList

    # -- who did it -------------------------------------------------------------------

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save as the signed-in user, with the consequences that it has from anywhere."""
        with acting_through(request):
            super().save_model(request, obj, form, change)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Django's; what the model refuses after all is told, and nothing is saved."""
        try:
            return super().changeform_view(request, *args, **kwargs)
        except InvalidValue as refused:
            self.message_user(request, f"Nothing was saved: {refused}", messages.ERROR)
            return HttpResponseRedirect(request.get_full_path())

    def log_addition(self, request: Any, obj: Any, message: Any) -> LogEntry:
        """In the admin's history, without a title: the incident may become private."""
        return log(request, obj, ADDITION, message)

    def log_change(self, request: Any, obj: Any, message: Any) -> LogEntry:
        """As ``log_addition``."""
        return log(request, obj, CHANGE, message)


class ReadOnlyAdmin(ResponseAdmin):
    """Rows that Slack or the program owns: to be looked at."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """They are not made here."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whoever owns them would not hear of a change."""
        return False


class PrivilegedAdmin(ReadOnlyAdmin):
    """Rows that cannot be told apart by incident: for those who may see every one."""

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """With Django's permission, and that to see every private incident."""
        allowed = super().has_view_permission(request, obj)
        return allowed and may_see_private_incidents(request.user)


def _viewer(request: HttpRequest) -> Any:
    return request.user


def _names(options: Any) -> Sequence[str | Callable[..., Any]]:
    return flatten(options["fields"])


def _field_of(list_filter: Any) -> str:
    """What a filter's parameters begin with."""
    if isinstance(list_filter, (tuple, list)):
        return str(list_filter[0])
    return str(getattr(list_filter, "parameter_name", list_filter))
