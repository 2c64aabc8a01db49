"""Import of a file: review row by row, then all of it, or nothing."""

import uuid

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts.access import requires, user_of
from system.accounts.permissions import Operation
from system.registry.errors import UnableToReadFile, UnableToRegister
from system.registry.importing.columns import COLUMNS, XLSX, blank_workbook, error_list
from system.registry.importing.loading import import_file, keep_draft, review_file
from system.registry.importing.spreadsheets import MAX_BYTES, MAX_ROWS
from system.registry.models import ImportDraft

SHOWN_ROWS, SHOWN_ERRORS = 20, 200


class FileForm(forms.Form):
    """A file."""

    file = forms.FileField(
        label=gettext_lazy("Archivo (.xlsx o .csv)"),
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.csv"}),
    )


@requires(Operation.IMPORT_REGISTRY)
@require_http_methods(["GET", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a file; its review is shown before anything is written."""
    user = user_of(request)
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            if file.size > MAX_BYTES:
                raise UnableToReadFile(f"El archivo pesa más de {MAX_BYTES // 1024 // 1024} MB: pártalo.")
            content = file.read()
            review_file(user, content)
        except UnableToReadFile as error:
            form.add_error("file", str(error))
        else:
            draft = keep_draft(user, file.name, content)
            return redirect("registry:import-review", draft_id=draft.pk)
    shown = {"form": form, "columns": COLUMNS, "max_rows": MAX_ROWS}
    return render(request, "registry/import.html", shown)


@requires(Operation.IMPORT_REGISTRY)
@require_GET
def preview(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Review of the file: its rows, or their errors."""
    draft = _draft(request, draft_id)
    seen = review_file(request.user, bytes(draft.content))  # type: ignore[arg-type]
    shown = {
        "draft": draft,
        "review": seen,
        "rows": seen.rows[:SHOWN_ROWS],
        "errors": seen.errors[:SHOWN_ERRORS],
        "more_errors": max(0, len(seen.errors) - SHOWN_ERRORS),
    }
    return render(request, "registry/import_review.html", shown)


@requires(Operation.IMPORT_REGISTRY)
@require_GET
def errors(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """The errors of a file as CSV."""
    seen = review_file(request.user, bytes(_draft(request, draft_id).content))  # type: ignore[arg-type]
    answer = HttpResponse(error_list(seen.errors), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="errores.csv"'
    return answer


@requires(Operation.IMPORT_REGISTRY)
@require_POST
def accept(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Import the file."""
    draft = _draft(request, draft_id)
    user = user_of(request)
    try:
        count = import_file(user, draft)
    except UnableToRegister as error:
        messages.error(request, error.sentence)
        return redirect("registry:import-review", draft_id=draft_id)
    messages.success(request, gettext("Se importaron {count} instalaciones.").format(count=count))
    return redirect("registry:customers")


@requires(Operation.IMPORT_REGISTRY)
@require_POST
def discard(request: HttpRequest, draft_id: uuid.UUID) -> HttpResponse:
    """Forget the file."""
    _draft(request, draft_id).delete()
    return redirect("registry:import")


@requires(Operation.IMPORT_REGISTRY)
@require_GET
def template_file(request: HttpRequest) -> HttpResponse:
    """The blank workbook."""
    answer = HttpResponse(blank_workbook(), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="plantilla-amibench.xlsx"'
    return answer


def _draft(request: HttpRequest, draft_id: uuid.UUID) -> ImportDraft:
    user = user_of(request)
    # of the user who uploaded it alone: a file of personal data is shown to no other before it is imported
    found: ImportDraft | None = ImportDraft.objects.of(user).filter(pk=draft_id, made_by=user).first()
    if found is None:
        raise Http404
    return found
