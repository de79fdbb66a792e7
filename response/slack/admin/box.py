"""What both boxes have in common: how a row is shown, run again and given up."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.utils import quote
from django.contrib.contenttypes.models import ContentType
from django.db.models import Case, F, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import Combinable
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html

from response import logs
from response.core.admin import ReadOnlyAdmin
from response.core.admin.columns import EMPTY, pretty_json
from response.core.admin.history import neutral_name
from response.core.permissions import may_see_private_incidents
from response.masking import masked, masked_text
from response.slack import desk, errors

logger = logs.get_logger("response.slack.admin")

FIRST_WORDS = 100
UNFINISHED = ("pending", "parked")
NOT_SHOWN = (
    "Content that belongs to no incident is shown to those who may see private incidents: it may "
    "be about one."
)


class BoxAdmin(ReadOnlyAdmin):
    """One of the two boxes. Newest first, by the primary key: no list needs to be sorted."""

    actions: Any = ("run_again", "give_up")
    ordering = ("-id",)
    sortable_by = ("id",)
    list_select_related: ClassVar[Any] = ()
    # What a list does not show is not read for each of its rows: payloads may be large.
    not_in_lists: tuple[str, ...] = ()
    operate_permission = ""
    change_form_template = "admin/response/box_change_form.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows that exist for who looks, without their content; one page reads its own.

        An error may quote the content, and is hidden with it; those of Slack do not.
        """
        rows: QuerySet[Any] = super().get_queryset(request).defer(*self.not_in_lists)
        if "error" in self.search_fields:
            rows = rows.annotate(shown_error=self._shown_error(request))
        return rows

    def _shown_error(self, request: HttpRequest) -> Combinable:
        if may_see_private_incidents(request.user):
            return F("error")
        may_be_shown = Q((f"{self.incident_path}__isnull", False))
        for kind in errors.kinds():
            may_be_shown |= Q(error__startswith=f"{kind}:")
        shown = When(may_be_shown, then=F("error"))
        return Case(shown, default=Value(""), output_field=TextField())

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Nothing is found by what is not shown."""
        fields = super().get_search_fields(request)
        return ["shown_error" if name == "error" else name for name in fields]

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """The row of one page; it remembers whether its content may be shown there."""
        row = super().get_object(request, *args, **kwargs)
        if row is not None:
            of_an_incident = self.incident_id_of(row) is not None
            row.content_may_be_shown = of_an_incident or may_see_private_incidents(request.user)
        return row

    def incident_id_of(self, row: Any) -> int | None:
        """Which incident it is about: one that exists for who looks, else the row would not."""
        number: int | None = row.incident_id
        return number

    def shown(self, row: Any, content: str) -> str:
        """JSON text without secrets; or why it is not shown."""
        if not content:
            return EMPTY
        return pretty_json(masked(json.loads(content))) if row.content_may_be_shown else NOT_SHOWN

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The page of a row that is not over offers what the list does."""
        row: Any = kwargs.get("obj")
        if getattr(row, "state", "") in UNFINISHED:
            context["row_actions"] = [
                _name_and_label(action) for action in self.get_actions(request).values()
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    def has_operate_permission(self, request: HttpRequest) -> bool:
        """Who may run again and give up; seeing is another matter."""
        return bool(request.user.has_perm(self.operate_permission))

    @admin.action(description="Run again", permissions=["operate"])
    def run_again(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """Give what is parked a new start; what waits for its next try has it now."""
        chosen = queryset.count()
        done = desk.run_again(queryset, timezone.now())
        self._tell(request, done, chosen, "will be tried again now", "done, or being worked at")
        return self._where_it_was_asked_for(request)

    @admin.action(description="Give up", permissions=["operate"])
    def give_up(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """What is parked or waits is not tried any more, and its content goes."""
        chosen = queryset.count()
        done = desk.give_up(queryset, timezone.now(), str(request.user))
        self._tell(request, done, chosen, "given up", "over already, or being worked at")
        return self._where_it_was_asked_for(request)

    def _where_it_was_asked_for(self, request: HttpRequest) -> HttpResponse | None:
        """Back to the row's own page; None for the list, which Django leads back to."""
        if "back_to_row" not in request.POST:
            return None
        key = quote(request.POST[helpers.ACTION_CHECKBOX_NAME])
        name = f"{self.admin_site.name}:response_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[key]))

    def _tell(
        self, request: HttpRequest, keys: list[int], chosen: int, outcome: str, why_not: str
    ) -> None:
        user: Any = request.user
        logger.info("%s: %s %s by %s", self.opts.model_name, len(keys), outcome, user)
        content_type = ContentType.objects.get_for_model(self.model)
        LogEntry.objects.bulk_create(
            LogEntry(
                user_id=user.pk,
                content_type=content_type,
                object_id=str(key),
                object_repr=neutral_name(self.model, key),
                action_flag=CHANGE,
                change_message=outcome.capitalize(),
            )
            for key in keys
        )
        if keys:
            self.message_user(request, f"{len(keys)} {outcome}.", messages.SUCCESS)
        if left := chosen - len(keys):
            self.message_user(request, f"{left} left alone: {why_not}.", messages.WARNING)

    @admin.display(description="incident")
    def incident_number(self, row: Any) -> str:
        """A link to the incident by its number: titles would push the errors off the screen."""
        number = self.incident_id_of(row)
        if number is None:
            return EMPTY
        url = reverse(f"{self.admin_site.name}:response_incident_change", args=[number])
        return format_html('<a href="{}">#{}</a>', url, number)

    @admin.display(description="error")
    def short_error(self, row: Any) -> str:
        """The error's first words."""
        error = self._error(row)
        return error if len(error) <= FIRST_WORDS else f"{error[:FIRST_WORDS]}…"

    @admin.display(description="error")
    def whole_error(self, row: Any) -> str:
        """The error, without tokens."""
        return self._error(row) or EMPTY

    def _error(self, row: Any) -> str:
        """Of one that is not shown there is its kind."""
        if row.error == row.shown_error:
            return masked_text(row.error)
        return f"{row.error.partition(':')[0]}: {NOT_SHOWN}"

    @admin.display(description="lane")
    def in_lane(self, row: Any) -> str:
        """What it is done in order with, without a click's ``trigger_id``."""
        return masked_text(row.lane)


def _name_and_label(action: Any) -> tuple[str, str]:
    """Of an action of a list: a tuple before Django 6.1, and an object since."""
    if isinstance(action, tuple):
        return action[1], action[2]
    return action.name, action.description
