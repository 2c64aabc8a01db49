"""Scheduled reports, and the files that they made."""

import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.core.validators import validate_email
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from system.accounts import audit
from system.accounts.access import address_of, requires, user_of
from system.accounts.permissions import Operation
from system.reports.catalogue import REGISTRY
from system.reports.declaration import UnableToReport
from system.reports.delivery import CHANNELS
from system.reports.models import Frequency, MadeFile, ReportSchedule
from system.reports.pages.reports import attached
from system.reports.parameters import PERIODS
from system.reports.render.formats import FORMATS
from system.reports.run import report_form
from system.reports.schedules import file_path, schedule_report, stop_schedule

RECIPIENTS_MAX = 20
_HOURS = 24
_MORNING = 6


class ScheduleForm(forms.Form):
    """A schedule."""

    name = forms.CharField(label=gettext_lazy("Nombre"), max_length=80)
    period = forms.ChoiceField(
        label=gettext_lazy("Período"),
        choices=[(key, period.label) for key, period in PERIODS.items()],
        initial="ayer",
    )
    format = forms.ChoiceField(
        label=gettext_lazy("Formato"),
        choices=[(key, one.label) for key, one in FORMATS.items()],
        initial="xlsx",
    )
    every = forms.ChoiceField(label=gettext_lazy("Cuándo"), choices=Frequency.choices)
    hour = forms.TypedChoiceField(
        label=gettext_lazy("Hora"),
        coerce=int,
        choices=[(hour, f"{hour}:00") for hour in range(_HOURS)],
        initial=_MORNING,
    )
    recipients = forms.CharField(
        label=gettext_lazy("Enviar por correo a"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=2000,
        help_text=gettext_lazy(
            "Una por línea. El archivo puede tener datos personales: sólo a quien deba verlos."
        ),
    )
    to_folder = forms.BooleanField(
        label=gettext_lazy("Dejar una copia en la carpeta de salida"), required=False
    )

    def clean_recipients(self) -> str:
        """The addresses, each once, one a line.

        Raises:
            ValidationError: one is none, or there are too many.
        """
        lines = list(dict.fromkeys(self.cleaned_data["recipients"].replace(",", "\n").split()))
        if len(lines) > RECIPIENTS_MAX:
            raise ValidationError(f"Son demasiadas direcciones: {RECIPIENTS_MAX} a lo sumo.")
        for line in lines:
            try:
                validate_email(line)
            except ValidationError:
                raise ValidationError(f"«{line}» no es una dirección de correo.") from None
        if lines and not CHANNELS["correo"].ready():
            raise ValidationError(gettext("El correo no está configurado en este sistema."))
        return "\n".join(lines)

    def clean_to_folder(self) -> bool:
        """True where a copy is wanted.

        Raises:
            ValidationError: there is no such folder.
        """
        wanted: bool = self.cleaned_data["to_folder"]
        if wanted and not CHANNELS["carpeta"].ready():
            raise ValidationError(gettext("La carpeta de salida no está configurada en este sistema."))
        return wanted

    def terms(self) -> dict[str, Any]:
        """Its values, as a row has them."""
        return dict(self.cleaned_data)


PAGE_ROWS = 50


@requires(Operation.SCHEDULE_REPORTS)
@require_GET
def schedules(request: HttpRequest) -> HttpResponse:
    """Schedules, and when each is due next."""
    rows = ReportSchedule.objects.of(request.user).select_related("made_by")
    running = [(row, _title(row.report)) for row in rows.filter(next_due_at__isnull=False)]
    stopped = [(row, _title(row.report)) for row in rows.filter(next_due_at__isnull=True)]
    return render(request, "reports/schedules.html", {"running": running, "stopped": stopped})


@requires(Operation.SCHEDULE_REPORTS)
@require_http_methods(["GET", "POST"])
def schedule_new(request: HttpRequest, name: str) -> HttpResponse:
    """Schedule a report, with the parameters of the address."""
    report = REGISTRY.get(name)
    if report is None:
        raise Http404
    user = user_of(request)
    given = request.GET.dict()
    form = ScheduleForm(request.POST or None, initial={"name": report.title})
    if request.method == "POST" and form.is_valid():
        try:
            schedule_report(user, report, given, form.terms())
        except UnableToReport as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, gettext("«{title}» quedó programado.").format(title=report.title))
            return redirect("reports:schedules")
    asked = report_form(user, report, given)
    shown = {
        "report": report,
        "form": form,
        "query": urlencode(asked.texts()),
        "said": [
            (asked.fields[name].label, text)
            for name, text in asked.texts().items()
            if name not in ("since", "until")
        ],
    }
    return render(request, "reports/schedule_form.html", shown)


@requires(Operation.SCHEDULE_REPORTS)
@require_POST
def schedule_stop(request: HttpRequest, schedule_id: int) -> HttpResponse:
    """Stop a schedule."""
    user = user_of(request)
    found = ReportSchedule.objects.of(user).filter(pk=schedule_id).first()
    if found is None:
        raise Http404
    if stop_schedule(user, found):
        messages.success(
            request,
            gettext("«{name}» ya no se hará. Lo hecho queda en los archivos.").format(name=found.name),
        )
    return redirect("reports:schedules")


@requires(Operation.SEE_REPORTS)
@require_GET
def files(request: HttpRequest) -> HttpResponse:
    """The files that schedules made, newest first, and how they were delivered."""
    rows = MadeFile.objects.of(request.user).select_related("schedule").prefetch_related("deliveries")
    page = Paginator(rows, PAGE_ROWS).get_page(request.GET.get("page"))
    return render(request, "reports/files.html", {"page": page})


@requires(Operation.SEE_REPORTS)
@require_GET
def file(request: HttpRequest, file_id: uuid.UUID) -> HttpResponse:
    """A file."""
    found = MadeFile.objects.of(request.user).filter(pk=file_id).select_related("schedule").first()
    path = None if found is None else file_path(found)
    if found is None or path is None:
        raise Http404
    audit.record(
        "reports.download",
        user=request.user,
        subject=f"report-file:{found.pk}",
        detail={"file": found.name},
        address=address_of(request),
    )
    content_type = FORMATS[found.schedule.format].content_type
    return attached(path.open("rb"), found.name, content_type)


def _title(name: str) -> str:
    report = REGISTRY.get(name)
    return name if report is None else report.title
