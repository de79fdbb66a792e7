"""Changing rows, so that two editors do not overwrite each other."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, TypeVar

from django.db import connections
from django.db.models import F, Model, QuerySet
from django.utils.http import parse_etags
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from response import database
from response.core.access import acting
from response.core.views.base import ResponseViewSet

Row = TypeVar("Row", bound=Model)

CHANGED_MEANWHILE = (
    "It has changed since you read it. Take what is present into account, and send its ETag "
    "as If-Match."
)


class EditableViewSet(ResponseViewSet[Row]):
    """Rows that can be changed field by field.

    A detail's answer has an ETag. A change that sends it back as ``If-Match`` is refused with
    412 and the present state if somebody else's came first; without it, only what is sent is
    written, and changes of other fields are kept anyway.
    """

    #: For the description of the API.
    has_etags: ClassVar[bool] = True

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One row, with its ETag."""
        return self.answer(self.get_object())

    def partial_update(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the fields that are sent."""

        def change(row: Row) -> None:
            serializer = self.get_serializer(row, data=request.data, partial=True)
            serializer.is_valid(raise_exception=True)
            serializer.save()

        return self.edit(change)

    def edit(self, change: Callable[[Row], Response | None]) -> Response:
        """Run ``change`` on the locked row; the answer is its own, or the row as it then is."""
        with self._locked() as row:
            data = self.serialized(row)
            if not self._is_expected(data):
                return self.refusal(status.HTTP_412_PRECONDITION_FAILED, CHANGED_MEANWHILE, data)
            with acting(self.request):
                answer = change(row)
            return answer or self.answer(self.get_object())

    def serialized(self, row: Row) -> dict[str, Any]:
        """As a detail shows it."""
        return dict(self.get_serializer(row).data)

    def answer(self, row: Row, code: int = status.HTTP_200_OK) -> Response:
        """The row, with its ETag."""
        data = self.serialized(row)
        return Response(data, status=code, headers={"ETag": etag_of(data)})

    def refusal(self, code: int, why: str, present: dict[str, Any]) -> Response:
        """409 or 412: why, and the present state."""
        body = {"detail": why, "present": present}
        return Response(body, status=code, headers={"ETag": etag_of(present)})

    def _is_expected(self, data: dict[str, Any]) -> bool:
        header = self.request.headers.get("If-Match")
        return header is None or bool({"*", etag_of(data)} & set(parse_etags(header)))

    @contextmanager
    def _locked(self) -> Iterator[Row]:
        """The row of the path, which nobody else changes until the end of the transaction."""
        with database.atomic():
            _lock(self.get_queryset().model._base_manager.filter(pk=self.kwargs["pk"]))
            yield self.get_object()


def etag_of(data: dict[str, Any]) -> str:
    """A strong validator of a row as it is shown."""
    content = json.dumps(data, cls=JSONEncoder, sort_keys=True)
    return f'"{hashlib.sha256(content.encode()).hexdigest()[:32]}"'


def _lock(rows: QuerySet[Any]) -> None:
    """Take the lock first, so that what is then read is what will be overwritten.

    SQLite knows no locks on rows; there a write that changes nothing takes the database's.
    """
    alias = database.alias()
    if connections[alias].features.has_select_for_update:
        list(rows.using(alias).select_for_update().values_list("pk", flat=True))
    else:
        key = rows.model._meta.pk.name
        rows.using(alias).update(**{key: F(key)})
