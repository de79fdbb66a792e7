"""Values as JSON has them, and as it may bring them: strictly typed, and refused in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rest_framework import serializers

from response import text
from response.core.filters.moments import HOW_TO_WRITE_A_MOMENT, parse_moment
from response.core.names import names_mentioned_in
from response.core.permissions import may_see_email_addresses
from response.core.presentable import presentable, storable
from response.core.refusals import choices_in_words, not_allowed

TITLE_LENGTH = 200
STORED_TITLE_LENGTH = 1200
TRUE_WORDS = frozenset({"true", "on", "yes", "1"})
FALSE_WORDS = frozenset({"false", "off", "no", "0"})


class WireTextField(serializers.CharField):
    """Stored text, which is Slack's wire form, as it was typed: references are tokens."""

    def to_internal_value(self, data: Any) -> str:
        """In wire form; well-formed tokens count as references, all else is literal."""
        if not isinstance(data, str):
            raise serializers.ValidationError(not_allowed(data, "text"), code="invalid")
        wire = text.from_editable(data.strip())
        if not wire and not self.allow_blank:
            self.fail("blank")
        return wire

    def to_representation(self, value: str) -> str:
        """With entities decoded; references stay tokens."""
        return text.to_editable(value)


class TitleField(WireTextField):
    """A title, of at most 200 characters as a person counts them."""

    def to_internal_value(self, data: Any) -> str:
        """In wire form, for which the column has room."""
        wire = super().to_internal_value(data)
        length = text.visible_length(wire)
        if length > TITLE_LENGTH or len(wire) > STORED_TITLE_LENGTH:
            raise serializers.ValidationError(
                f"{not_allowed(data, f'at most {TITLE_LENGTH} characters')} It has {length}.",
                code="max_length",
            )
        return wire


class HumanTextField(serializers.CharField):
    """Stored text as plain text for reading: names instead of ids, emoji instead of codes."""

    def to_representation(self, value: str) -> str:
        """From the names in the context; without them this text's own are looked up."""
        names = self.context.get("names")
        if names is None:
            names = names_mentioned_in([value])
        return text.emojize(text.to_plain(value, names))


class OneOfField(serializers.ChoiceField):
    """One of a few values, or null; what it is not is refused with the list of them."""

    def to_internal_value(self, data: Any) -> Any:
        """The value itself."""
        if isinstance(data, str) and data in self.choices:
            return data
        listed = choices_in_words(self.choices)
        raise serializers.ValidationError(
            not_allowed(data, listed + (", or null" if self.allow_null else "")), code="invalid"
        )


class FlagField(serializers.BooleanField):
    """True or false; a form may also write it in words."""

    def to_internal_value(self, data: Any) -> bool:
        """The value; numbers are none."""
        word = data.strip().lower() if isinstance(data, str) else data
        if word is True or (isinstance(word, str) and word in TRUE_WORDS):
            return True
        if word is False or (isinstance(word, str) and word in FALSE_WORDS):
            return False
        raise serializers.ValidationError(not_allowed(data, "true, false"), code="invalid")


class MomentField(serializers.DateTimeField):
    """A point in time; without an offset it is in the project's time zone."""

    def to_internal_value(self, value: Any) -> datetime:
        """Aware or naive, as the database wants it."""
        try:
            return parse_moment(value.strip())
        except (AttributeError, ValueError):
            raise serializers.ValidationError(
                not_allowed(value, HOW_TO_WRITE_A_MOMENT), code="invalid"
            ) from None


class EmailField(serializers.CharField):
    """A person's address, or null for those who may not see it."""

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        """The address, unless it is hidden from the request's user."""
        return value if shows_email_addresses(self.context) else None


class JSONValueField(serializers.JSONField):
    """Any JSON value, as far as it can be stored and given out again."""

    def to_internal_value(self, data: Any) -> Any:
        """Without characters that cannot be stored; nested no deeper than makes sense."""
        value = super().to_internal_value(data)
        try:
            return storable(value)
        except ValueError as error:
            raise serializers.ValidationError(str(error), code="invalid") from None

    def to_representation(self, value: Any) -> Any:
        """Without addresses that are not to be seen."""
        return presentable(value, with_addresses=shows_email_addresses(self.context))


def shows_email_addresses(context: Mapping[str, Any]) -> bool:
    """Whether the user of the context's request may see addresses; without one, code asks."""
    if "shows_email_addresses" in context:
        return bool(context["shows_email_addresses"])
    request = context.get("request")
    return request is None or may_see_email_addresses(request.user)
