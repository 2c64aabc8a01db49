"""Addresses of the exchange, below ``/api/v1/terminal/``: guarded by the terminal's signature alone."""

from django.urls import path

from system.vending.offline.rest import link

urlpatterns = [
    path("challenge", link.challenge, name="terminal-challenge"),
    path("exchange", link.exchange, name="terminal-exchange"),
]
