"""The form of every page that can be edited: plain text, and nobody's change undone unseen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.forms.boundfield import BoundField

from response import text
from response.core.models import Incident
from response.core.severity import require_kept
from response.exceptions import InvalidValue

if TYPE_CHECKING:
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelForm = forms.ModelForm

TITLE_LENGTH = 200


class PlainTextField(forms.CharField):
    """Plain text whose model field holds Slack's wire form; ``PlainTextForm`` converts it."""

    def to_python(self, value: Any) -> Any:
        """Browsers send lines with CR LF, which nobody typed."""
        plain = super().to_python(value)
        return plain.replace("\r\n", "\n") if isinstance(plain, str) else plain


class PlainTextForm(_ModelForm):
    """Fields that were left alone keep what is stored, to the letter.

    What the fields held is sent along with the page. So a field that somebody else changed
    meanwhile is not set back by who saves another one, and a text's references and a time's
    microseconds survive a form that cannot show them.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk is None:
            return
        for name, field in self.fields.items():
            if isinstance(field, PlainTextField):
                self.initial[name] = text.to_editable(getattr(self.instance, name) or "")
            # A program that posts the fields alone means them all.
            field.show_hidden_initial = not self.is_bound or self._was_sent_along(self[name])

    def _was_sent_along(self, bound: BoundField) -> bool:
        # Dates have two inputs, `…_0` and `…_1`.
        return any(f"{bound.html_initial_name}{part}" in self.data for part in ("", "_0"))

    def clean(self) -> dict[str, Any]:
        """Wire form of what was typed, and the stored value of what was left alone."""
        super().clean()
        for name, value in list(self.cleaned_data.items()):
            if self.instance.pk is not None and name not in self.changed_data:
                self.cleaned_data[name] = getattr(self.instance, name)
            elif isinstance(self.fields[name], PlainTextField):
                self.cleaned_data[name] = text.from_editable(value or "")
        return self.cleaned_data


class IncidentForm(PlainTextForm):
    """What the model would refuse is told beside its field."""

    class Meta:
        model = Incident
        fields = "__all__"

    def clean(self) -> dict[str, Any]:
        """Of a title its length as people count it, the severity, and the order of the times."""
        cleaned = super().clean()
        if visible_length_of(cleaned.get("report")) > TITLE_LENGTH:
            self.add_error(
                "report",
                f"The title has {visible_length_of(cleaned['report'])} characters, and "
                f"{TITLE_LENGTH} are the most. Please put the rest in the summary.",
            )
        if "severity" in cleaned and self.instance.pk is not None:
            self._check_severity(cleaned["severity"])
        start, end = cleaned.get("start_time"), cleaned.get("end_time")
        if start and end and end < start and {"start_time", "end_time"} & set(self.changed_data):
            where = "end_time" if "end_time" in self.changed_data else "start_time"
            self.add_error(where, "It cannot end before it began.")
        return self.cleaned_data

    def _check_severity(self, severity: str | None) -> None:
        try:
            if not severity:
                require_kept(self.instance.severity, severity)
        except InvalidValue as refused:
            self.add_error("severity", str(refused))


def visible_length_of(wire: str | None) -> int:
    """How many characters of it a person sees."""
    return text.visible_length(wire or "")
