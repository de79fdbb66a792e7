"""Filters by values out of a few, several of which may be named with commas between them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import django_filters
from django import forms
from django.db.models import F, Q, QuerySet

from response.core.refusals import not_allowed, refused

NONE = "none"
MOST_WORDS = 50


class WordsField(forms.CharField):
    """Words with commas between them, each of which must be one of ``allowed``, if given."""

    def __init__(self, *, allowed: Sequence[str] = (), only_one: bool = False, **kwargs: Any):
        super().__init__(**kwargs)
        self.allowed = allowed
        self.only_one = only_one

    def clean(self, value: Any) -> list[str]:
        """The words, none of them twice."""
        cleaned = super().clean(value)
        words = [word.strip() for word in cleaned.split(",") if word.strip()]
        listed = f"one of {', '.join(self.allowed)}" if self.only_one else ", ".join(self.allowed)
        for word in words:
            if self.allowed and word not in self.allowed:
                raise refused(not_allowed(word, listed))
        most = 1 if self.only_one else MOST_WORDS
        if len(words) > most:
            raise refused(f"{len(words)} values are too many. Allowed: {most} at most.")
        return list(dict.fromkeys(words))


class WordsFilter(django_filters.Filter):
    """Narrows to the rows for which ``condition(word)`` holds for any of the words."""

    field_class = WordsField

    def __init__(
        self,
        condition: Callable[[str], Q],
        *,
        allowed: Iterable[str] = (),
        only_one: bool = False,
        **kwargs: Any,
    ):
        self.condition = condition
        self.allowed = tuple(allowed)
        self.only_one = only_one
        super().__init__(allowed=self.allowed, only_one=only_one, **kwargs)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """All rows where no word was given."""
        if not value:
            return qs
        matching = Q()
        for word in value:
            matching |= self.condition(word)
        return qs.filter(matching)


class OrderFilter(django_filters.Filter):
    """Orders by columns; rows that have no value come last, and ties have an order, too."""

    field_class = WordsField

    def __init__(self, columns: Iterable[str], **kwargs: Any):
        names = tuple(columns)
        self.allowed = tuple(f"{sign}{name}" for name in names for sign in ("", "-"))
        self.only_one = False
        super().__init__(allowed=self.allowed, **kwargs)

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        """In the order of the first column named, then of the next."""
        if not value:
            return qs
        return qs.order_by(*(_ordering(word) for word in value), "-pk")


def flag(field: str) -> WordsFilter:
    """A filter by a column that is true or false."""
    return WordsFilter(
        lambda word: Q((field, word == "true")), allowed=("true", "false"), only_one=True
    )


def choice(field: str, values: Iterable[str]) -> WordsFilter:
    """A filter by a column that holds one of ``values`` or nothing."""

    def condition(word: str) -> Q:
        return Q((f"{field}__isnull", True)) | Q((field, "")) if word == NONE else Q((field, word))

    return WordsFilter(condition, allowed=(*values, NONE))


def person(field: str) -> WordsFilter:
    """A filter by the people who stand in a column, by their ids in Slack, or nobody."""

    def condition(word: str) -> Q:
        if word == NONE:
            return Q((f"{field}__isnull", True))
        return Q((f"{field}__external_id", word))

    return WordsFilter(condition)


def _ordering(word: str) -> Any:
    column = F(word.removeprefix("-"))
    return column.desc(nulls_last=True) if word[0] == "-" else column.asc(nulls_last=True)
