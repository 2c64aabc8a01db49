"""The home page."""

from django.urls import path

from system.portal import views

app_name = "portal"
urlpatterns = [path("", views.home, name="home")]
