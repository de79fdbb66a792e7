"""The root of this package's own errors: what a person in Slack is told when something fails."""

from __future__ import annotations


class ResponseError(Exception):
    """Something went wrong in a way that a person can be told.

    Its text is for the person who acted in Slack: what happened and what to do next.
    ``field`` is the ``block_id`` of the modal's input that it is about; raised by a
    ``@modal_handler`` it is shown beside that.
    """

    field = ""

    def __init__(self, *args: object, field: str = "") -> None:
        super().__init__(*args)
        self.field = field


class InvalidValue(ResponseError, ValueError):
    """A value that a field may not have; the text names it and those that it may."""
