"""The home page."""

from django.urls import path

from system.portal import home

app_name = "portal"
urlpatterns = [path("", home.home, name="home")]
