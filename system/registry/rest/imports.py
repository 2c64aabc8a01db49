"""Import of a file: check it row by row, then apply all of it, or nothing."""

import uuid

from django.http import HttpRequest
from ninja import File, Router
from ninja.files import UploadedFile
from pydantic import Field

from system.accounts.access import user_of
from system.accounts.permissions import Operation
from system.accounts.rest.auth import guarded
from system.accounts.rest.fields import Instant, Out, row_or_404
from system.registry.errors import UnableToReadFile
from system.registry.importing.loading import Review, import_file, keep_draft, review_file
from system.registry.importing.spreadsheets import MAX_BYTES
from system.registry.models import ImportDraft

router = Router(tags=["Importar"])
ERRORS_SHOWN_MAX = 200
#: Of the file, and of what a form writes around it.
_BODY_MAX_BYTES = MAX_BYTES + 64 * 1024
_ONE = "/imports/{uuid:import_id}"


class CellErrorOut(Out):
    """An error of a row."""

    row: int = Field(description="como la cuenta el programa de oficina; los títulos son la fila 1")
    column: str
    detail: str


class ImportOut(Out):
    """Review of a file."""

    id: uuid.UUID
    name: str
    made_at: Instant
    rows: int
    clean: bool = Field(description="si se puede aplicar")
    error_count: int
    errors: list[CellErrorOut] = Field(description=f"los primeros {ERRORS_SHOWN_MAX}")


class AppliedOut(Out):
    """Result of an import."""

    installations: int


def _draft(request: HttpRequest, import_id: uuid.UUID) -> ImportDraft:
    user = user_of(request)
    # of the user who uploaded it alone: a file of personal data is shown to no other before it is imported
    found: ImportDraft = row_or_404(ImportDraft.objects.of(user).filter(made_by=user), import_id)
    return found


def _out(draft: ImportDraft, seen: Review) -> ImportOut:
    errors = [
        CellErrorOut(row=error.row, column=error.column, detail=error.sentence)
        for error in seen.errors[:ERRORS_SHOWN_MAX]
    ]
    return ImportOut.of(
        draft,
        rows=seen.row_count,
        clean=seen.is_clean,
        error_count=len(seen.errors),
        errors=errors,
    )


@router.post(
    "/imports",
    **guarded(Operation.IMPORT_REGISTRY, ImportOut, status=201, body_max_bytes=_BODY_MAX_BYTES),
)
def check_file(request: HttpRequest, file: File[UploadedFile]) -> ImportOut:
    """Revisar un archivo XLSX o CSV; no se escribe nada todavía."""
    if (file.size or 0) > MAX_BYTES:
        raise UnableToReadFile(f"El archivo pesa más de {MAX_BYTES // 1024 // 1024} MB: pártalo.")
    content, user = file.read(), user_of(request)
    seen = review_file(user, content)
    return _out(keep_draft(user, file.name or "", content), seen)


@router.get(_ONE, **guarded(Operation.IMPORT_REGISTRY, ImportOut))
def one_import(request: HttpRequest, import_id: uuid.UUID) -> ImportOut:
    """Lo que haría un archivo que se revisó, visto de nuevo."""
    draft = _draft(request, import_id)
    return _out(draft, review_file(user_of(request), bytes(draft.content)))


@router.post(f"{_ONE}/apply", **guarded(Operation.IMPORT_REGISTRY, AppliedOut))
def apply_file(request: HttpRequest, import_id: uuid.UUID) -> AppliedOut:
    """Escribir todas sus filas, o ninguna."""
    return AppliedOut(installations=import_file(user_of(request), _draft(request, import_id)))


@router.delete(_ONE, **guarded(Operation.IMPORT_REGISTRY, None, status=204))
def discard_file(request: HttpRequest, import_id: uuid.UUID) -> None:
    """Olvidar el archivo."""
    _draft(request, import_id).delete()
