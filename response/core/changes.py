"""Models that know which of their fields changed since they were loaded, and write only those."""

from __future__ import annotations

import copy
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from datetime import datetime
from types import MappingProxyType
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.db.models.signals import pre_save
from django.utils import timezone


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One changed field; people (``lead``, ``user``) are given by their primary key."""

    field: str
    old: Any
    new: Any


Changes = dict[str, FieldChange]


@dataclass(slots=True)
class _Write:
    """An update: which fields the caller named, what changed, and which columns are written."""

    named: list[str] | None
    changes: Changes = dataclass_field(default_factory=dict)
    columns: list[str] | None = None


class TrackedModel(models.Model):
    """Compares on ``save()`` with what was loaded, without asking the database.

    Only changed columns are written, so that two people who change different fields both keep
    their change; a save without a change writes nothing, and sends Django's signals. The hooks
    run in the transaction of the write. ``loaddata`` writes through ``save_base(raw=True)`` and
    runs none of them.
    """

    _loaded: Mapping[str, Any] = MappingProxyType({})
    # What is being saved at the moment.
    _write: _Write | None = None

    class Meta:
        abstract = True

    def save(
        self,
        force_insert: bool | tuple[models.base.ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> None:
        """Write what changed, and what follows from it, in one transaction.

        ``update_fields`` is honoured: exactly these columns are written, and what follows is
        what follows from the changed ones among them.
        """
        alias = using or router.db_for_write(type(self), instance=self)
        self._clean_values()
        if force_insert or not self._is_stored(alias):
            self._insert(alias, force_insert, force_update, update_fields)
        else:
            self._update(alias, force_update, update_fields)

    @property
    def is_changing(self) -> bool:
        """For receivers of ``post_save``: whether this save changed anything."""
        return self._write is not None and bool(self._write.changes)

    # -- hooks ------------------------------------------------------------------------

    def _check(self, changes: Changes | None) -> None:
        """Raise if the values may not be stored; ``None`` means a new row."""

    def _settle(self, changes: Changes, using: str) -> None:
        """Take out of ``changes`` what somebody else has decided in the meantime."""

    def _after_create(self, using: str) -> None:
        """What follows from the new row."""

    def _after_change(self, changes: Changes, using: str) -> None:
        """What follows from the changes, of which there is at least one."""

    # -- what was loaded --------------------------------------------------------------

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **kwargs: Any
    ) -> Self:
        """Django's constructor for a row, which then remembers the row."""
        instance = super().from_db(db, field_names, values, **kwargs)
        instance._remember()
        return instance

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: models.QuerySet[Any] | None = None,
    ) -> None:
        """Django's; the values read are what the next ``save()`` compares with."""
        names = None if fields is None else list(fields)
        super().refresh_from_db(using=using, fields=names, from_queryset=from_queryset)
        self._remember(names)

    def _remember(self, names: Iterable[str] | None = None) -> None:
        """Take the present values (of these fields) for what the database holds."""
        wanted = None if names is None else set(names)
        found = {
            field.attname: _frozen(self.__dict__[field.attname])
            for field in self._meta.concrete_fields
            if field.attname in self.__dict__
            and (wanted is None or field.name in wanted or field.attname in wanted)
        }
        # A new dict each time: copies of an instance share it.
        self._loaded = found if wanted is None else {**self._loaded, **found}

    def _changed(self, using: str, update_fields: Iterable[str] | None) -> Changes:
        """Which fields differ from what was loaded, of those that may be written."""
        allowed = None if update_fields is None else set(update_fields)
        fields = [
            field
            for field in self._meta.concrete_fields
            if field.attname in self.__dict__
            and not field.primary_key
            and (allowed is None or field.name in allowed or field.attname in allowed)
        ]
        self._read_unknown([field for field in fields if field.attname not in self._loaded], using)
        changes = {}
        for field in fields:
            old, new = self._loaded.get(field.attname), self.__dict__[field.attname]
            if _is_expression(new) or not _means_the_same(old, new):
                changes[field.name] = FieldChange(field.name, old, new)
        return changes

    def _read_unknown(self, fields: list[models.Field[Any, Any]], using: str) -> None:
        """Read what is stored in fields that were assigned without having been loaded."""
        if not fields:
            return
        rows = type(self)._base_manager.using(using).filter(pk=self.pk)
        row = rows.values(*(field.attname for field in fields)).first()
        self._loaded = {**self._loaded, **(row or {})}

    # -- saving -----------------------------------------------------------------------

    def _is_stored(self, using: str) -> bool:
        """Whether there is a row: known, except for new instances with a primary key."""
        if self.pk is None or not self._state.adding:
            return self.pk is not None
        return type(self)._base_manager.using(using).filter(pk=self.pk).exists()

    def _insert(
        self,
        using: str,
        force_insert: bool | tuple[models.base.ModelBase, ...],
        force_update: bool,
        update_fields: Iterable[str] | None,
    ) -> None:
        self._check(None)
        with self._transaction(using):
            self._save_with(
                None,
                force_insert=force_insert,
                force_update=force_update,
                using=using,
                update_fields=update_fields,
            )
            self._after_create(using)

    def _update(
        self, using: str, force_update: bool, update_fields: Iterable[str] | None
    ) -> Changes:
        """Write the changes; the answer is those that took effect."""
        write = _Write(None if update_fields is None else list(update_fields))
        changes = self._changed(using, write.named)
        self._check(changes)
        # Without a change nothing is to be undone, except where receivers may yet make one.
        may_write = changes or write.named or pre_save.has_listeners(type(self))
        with self._transaction(using) if may_write else nullcontext():
            self._save_with(
                write, force_update=force_update, using=using, update_fields=write.named
            )
            if write.changes:
                self._after_change(write.changes, using)
        return write.changes

    def _save_with(self, write: _Write | None, **options: Any) -> None:
        """Django's save and signals; ``write`` has its changes and columns, if it is an update."""
        outer, self._write = self._write, write
        try:
            super().save(**options)
        finally:
            self._write = outer

    def _save_table(
        self,
        raw: bool = False,
        cls: type[models.Model] | None = None,
        force_insert: bool | tuple[models.base.ModelBase, ...] = False,
        force_update: bool = False,
        using: str | None = None,
        update_fields: Iterable[str] | None = None,
    ) -> bool:
        """Django's write, between ``pre_save`` and ``post_save``.

        What receivers of the first set is written, too; those of the second may save again
        without telling the same change twice.
        """
        write, alias = self._write, str(using)
        if raw:
            return self._write_table(raw, cls, force_insert, force_update, using, update_fields)
        self._clean_values()
        if write is not None:
            update_fields = self._columns_of(write, alias)
        # Without a column Django would write all of them.
        stored = write is not None and not update_fields
        stored = stored or self._write_table(
            raw, cls, force_insert, force_update, using, update_fields
        )
        # A host's subclass has tables of its own, which come after this one.
        if cls is None or cls is self._meta.concrete_model:
            self._settle_values(write, alias)
        return stored

    def _write_table(self, *arguments: Any) -> bool:
        # Django's own, which its stubs lack.
        stored: bool = super()._save_table(*arguments)  # type: ignore[misc]
        return stored

    def _columns_of(self, write: _Write, using: str) -> list[str]:
        """What to write, decided once: what receivers and other people did is in it."""
        if write.columns is None:
            changes = self._changed(using, write.named)
            self._check(changes)
            wanted = set(changes)
            self._settle(changes, using)
            lost = wanted - set(changes)
            write.changes = changes
            # What somebody else has decided stays theirs, named or not.
            write.columns = (
                self._columns(changes)
                if write.named is None
                else [name for name in write.named if name not in lost]
            )
        return write.columns

    def _settle_values(self, write: _Write | None, using: str) -> None:
        """Remember what the database holds now."""
        self._resolve_expressions(using)
        if write is None:
            self._remember()
        else:
            write.changes = self._resolved(write.changes)
            self._remember(list(write.changes) if write.named is None else write.columns)

    @contextmanager
    def _transaction(self, using: str) -> Iterator[None]:
        """A transaction whose failure leaves the instance ready to be saved again."""
        before = self._loaded, self._state.adding, self.pk
        try:
            with transaction.atomic(using=using):
                yield
        except BaseException:
            self._loaded, self._state.adding, self.pk = before
            raise

    def _columns(self, changes: Changes) -> list[str]:
        """The columns to write: what changed, and what must follow every change."""
        if not changes:
            return []
        fields = self._meta.concrete_fields
        return [*changes, *(field.name for field in fields if getattr(field, "auto_now", False))]

    def _clean_values(self) -> None:
        """Give values the type of their field, so that "2" is not a change from 2."""
        for field in self._meta.concrete_fields:
            value = self.__dict__.get(field.attname)
            if value is not None and not _is_expression(value):
                self.__dict__[field.attname] = _cleaned(field, value)

    def _resolve_expressions(self, using: str) -> None:
        """Read back what the database made of ``F()`` and the like."""
        names = [
            field.name
            for field in self._meta.concrete_fields
            if _is_expression(self.__dict__.get(field.attname))
        ]
        if names:
            self.refresh_from_db(using=using, fields=names)

    def _resolved(self, changes: Changes) -> Changes:
        """The changes with the values that expressions came to."""
        attnames = {field.name: field.attname for field in self._meta.concrete_fields}
        return {
            name: FieldChange(name, change.old, self.__dict__[attnames[name]])
            for name, change in changes.items()
        }


def _is_expression(value: object) -> bool:
    return hasattr(value, "resolve_expression")


def _means_the_same(old: Any, new: Any) -> bool:
    """Equal, or both of them no text at all: forms of Django give "" back for ``None``."""
    return bool(old == new) or (old in (None, "") and new in (None, ""))


def _frozen(value: Any) -> Any:
    """``value``, or a copy of it if it could be changed in place."""
    return value if isinstance(value, Hashable) else copy.deepcopy(value)


def _cleaned(field: models.Field[Any, Any], value: Any) -> Any:
    """``value`` in the field's type; left alone when it has no such form."""
    try:
        cleaned = field.to_python(value)
    except (ValidationError, TypeError, ValueError):
        return value
    if isinstance(cleaned, datetime) and timezone.is_naive(cleaned):
        # As Django does when it writes such a value, but seen by the comparison, too.
        return timezone.make_aware(cleaned) if timezone.is_aware(timezone.now()) else cleaned
    return cleaned
