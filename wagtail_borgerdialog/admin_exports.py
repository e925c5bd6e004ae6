"""Exports from the admin's listings, safe to open: see ``exports``."""

from collections.abc import Callable, Iterable, Iterator
from typing import IO

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from wagtail.admin.views.mixins import SpreadsheetExportMixin
from wagtail.coreutils import multigetattr

from wagtail_borgerdialog.exports import stream_csv, write_xlsx


class SafeSpreadsheetExportMixin(SpreadsheetExportMixin):
    """Put before Wagtail's listing: ``class IdeaIndexView(SafeSpreadsheetExportMixin, IndexView)``.

    Keeps Wagtail's ``list_export``, ``export_headings`` and ``custom_field_preprocess``, and
    writes the files with our own writers: Wagtail's CSV lets formulas through, and a single
    control character stops its XLSX. A dotted path that meets None is an empty cell.
    """

    def to_row_dict(self, item: Model) -> dict[str, object]:
        return {field: self._value(item, field) for field in self.list_export}

    def _value(self, item: Model, path: str) -> object:
        try:
            return multigetattr(item, path)
        except (AttributeError, ObjectDoesNotExist):
            for end in range(1, path.count(".") + 1):
                if self._is_missing(item, ".".join(path.split(".")[:end])):
                    return None
            raise

    def _is_missing(self, item: Model, path: str) -> bool:
        try:
            return multigetattr(item, path) is None
        except ObjectDoesNotExist:
            return True

    def get_preprocess_function(
        self, field: str, value: object, export_format: str
    ) -> Callable[[object], object] | None:
        """The view's own function for ``field``, if any: our writers know what values are."""
        return self.custom_field_preprocess.get(field, {}).get(export_format)

    def _headings(self, queryset: Iterable[Model]) -> list[str]:
        # Search results do not say of which model they are.
        source = queryset if hasattr(queryset, "model") else self
        return [self.get_heading(source, field) for field in self.list_export]

    def _rows(self, queryset: Iterable[Model], export_format: str) -> Iterator[list[object]]:
        for item in queryset:
            yield [
                self.preprocess_field_value(field, value, export_format)
                for field, value in self.to_row_dict(item).items()
            ]

    def stream_csv(self, queryset: Iterable[Model]) -> Iterator[bytes]:
        return stream_csv(self._rows(queryset, self.FORMAT_CSV), headings=self._headings(queryset))

    def write_xlsx(self, queryset: Iterable[Model], output: IO[bytes]) -> None:
        write_xlsx(
            self._rows(queryset, self.FORMAT_XLSX), output, headings=self._headings(queryset)
        )
