"""Addresses of the reports."""

from django.urls import path

from system.reports.pages import reports, schedules

app_name = "reports"
urlpatterns = [
    path("reportes/", reports.index, name="index"),
    path("reportes/programados/", schedules.schedules, name="schedules"),
    path("reportes/programados/<key:schedule_id>/detener/", schedules.schedule_stop, name="schedule-stop"),
    path("reportes/archivos/", schedules.files, name="files"),
    path("reportes/archivos/<uuid:file_id>/", schedules.file, name="file"),
    path("reportes/<str:name>/", reports.report, name="report"),
    path("reportes/<str:name>/programar/", schedules.schedule_new, name="schedule-new"),
]
