"""Addresses of the API, below ``/api/v1/``."""

from django.urls import path

from system.portal import api_page
from system.portal.api import api

urlpatterns = [
    path("docs", api_page.routes, name="api-docs"),
    path("", api.urls),
]
