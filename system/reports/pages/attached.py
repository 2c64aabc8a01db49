"""A file as an answer, read while it goes out."""

from typing import Any, BinaryIO, cast

from django.http import FileResponse, HttpResponse


def attached(content: BinaryIO | Any, name: str, content_type: str) -> HttpResponse:
    """Content to be kept under a name; the answer closes it."""
    answer = FileResponse(content, as_attachment=True, filename=name, content_type=content_type)
    return cast(HttpResponse, answer)
