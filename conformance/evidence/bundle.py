"""Bundle of a run: six artefacts rendered together and filed together, all or none.

The new files are complete before the first old one moves.

EvidenceError   the folder cannot take the artefacts
"""

import contextlib
import hashlib
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from conformance.evidence.formatting import instant
from conformance.evidence.junit import render_junit
from conformance.evidence.matrix import render_matrix
from conformance.evidence.model import Evidence, render_record
from conformance.evidence.pcap import render_pcap
from conformance.evidence.report_view import ReportView, present
from conformance.evidence.reports import render_html, render_pdf
from i18n import Message, Verbatim


class EvidenceError(Exception):
    """The artefacts could not be written; earlier ones, if any, are as they were.

    `sentence` holds the whole sentence with the mend; ``str()`` speaks English.
    """

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence.en)
        self.sentence = sentence

    def spoken(self, lang: str) -> str:
        """The sentence in `lang`."""
        return self.sentence.spoken(lang)


# ---------------------------------------------------------------- folder

_STAGING_PREFIX = ".amibench-"


def check_takes_files(folder: Path, names: tuple[str, ...]) -> None:
    """See that `folder` can be made and written, and that no `names` in it is something other than a file.

    Leaves nothing behind, not even the folder.

    Raises:
        EvidenceError: it cannot.
    """
    for name in names:
        if (folder / name).is_dir():
            raise _unwritable(folder, Message("{name} is a folder", name=name))
    existing = next((place for place in (folder, *folder.parents) if place.exists()), folder)
    if not existing.is_dir():
        raise _unwritable(folder, Message("{existing} is not a folder", existing=existing))
    try:
        with _staging(existing):
            pass
    except OSError as error:
        raise _unwritable(folder, _cause(error)) from error


def replace_files(folder: Path, files: Mapping[str, bytes]) -> list[Path]:
    """Write `files` (content by name) into `folder`, which is made if need be; other files there stay.

    Raises:
        EvidenceError: something could not be written; the folder is as it was.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with _staging(folder) as staging:
            for name, content in files.items():
                (staging / name).write_bytes(content)
            _swap(folder, staging, tuple(files))
    except BaseException as error:
        for place in made:  # the innermost first
            with contextlib.suppress(OSError):
                place.rmdir()
        if isinstance(error, OSError):
            raise _unwritable(folder, _cause(error)) from error
        raise
    return [folder / name for name in files]


@contextlib.contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """A folder inside `folder`, so on its file system: moving out of it is a rename. Gone afterwards."""
    staging = Path(tempfile.mkdtemp(prefix=_STAGING_PREFIX, dir=folder))
    try:
        yield staging
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _swap(folder: Path, staging: Path, names: tuple[str, ...]) -> None:
    """Move the staged files to their place, keeping the old ones until the last has moved."""
    kept = staging / "old"
    kept.mkdir()
    placed: list[str] = []
    try:
        for name in names:
            placed.append(name)
            if (folder / name).exists():
                (folder / name).replace(kept / name)
            (staging / name).replace(folder / name)
    except BaseException:
        for name in placed:
            _restore(folder / name, kept / name, staging / name)
        raise


def _restore(place: Path, old: Path, staged: Path) -> None:
    """Bring the old file back, or take the new one away where there was none before it."""
    with contextlib.suppress(OSError):
        if old.exists():
            old.replace(place)
        elif not staged.exists():
            place.unlink()


def _cause(error: OSError) -> Message:
    return Verbatim(error.strerror or str(error))


def _unwritable(folder: Path, cause: Message) -> EvidenceError:
    return EvidenceError(
        Message(
            "the evidence folder {folder} cannot be written ({cause}); choose another with --out",
            folder=folder,
            cause=cause,
        )
    )


# ---------------------------------------------------------------- artefacts


@dataclass(frozen=True, slots=True)
class _Material:
    """Material of the renderers."""

    evidence: Evidence
    record: bytes
    view: ReportView
    dated: datetime


#: File name -> what makes its bytes. The record comes first: the reports carry its digest.
RENDERERS: dict[str, Callable[[_Material], bytes]] = {
    "evidence.json": lambda material: material.record,
    "report.html": lambda material: render_html(material.view),
    "report.pdf": lambda material: render_pdf(material.view, material.dated),
    "junit.xml": lambda material: render_junit(material.evidence, material.view.lang),
    "matrix.xlsx": lambda material: render_matrix(material.view, material.dated),
    "frames.pcap": lambda material: render_pcap(material.evidence),
}


def write_all(evidence: Evidence, out_dir: Path, lang: str) -> list[Path]:
    """Write the six artefacts into `out_dir`, all or none, and say where they are.

    Args:
        evidence: the run.
        out_dir: made if need be; files of other names in it stay.
        lang: language of the reports, ``es`` or ``en`` (anything else reads as English).

    Raises:
        EvidenceError: the folder cannot be written; earlier artefacts are as they were.
    """
    record = render_record(evidence)
    spoken = "es" if lang == "es" else "en"
    view = present(evidence, spoken, hashlib.sha256(record).hexdigest())
    material = _Material(evidence, record, view, instant(evidence.run.started_at))
    return replace_files(out_dir, {name: render(material) for name, render in RENDERERS.items()})


def check_writable(out_dir: Path) -> None:
    """See, before a run, that `write_all` can put its artefacts into `out_dir`; changes nothing.

    Raises:
        EvidenceError: it could not.
    """
    check_takes_files(out_dir, tuple(RENDERERS))
