"""Addresses of the API of networks."""

from django.urls import path

from system.networks.rest.api import api

urlpatterns = [path("", api.urls)]
