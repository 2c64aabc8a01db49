"""Addresses of the reports."""

from django.urls import path

from system.reports.pages import listing, report

app_name = "reports"
urlpatterns = [
    path("reportes/", listing.index, name="index"),
    path("reportes/<str:name>/", report.report, name="report"),
]
