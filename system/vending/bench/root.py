"""The portal's addresses, and the bench's."""

from django.urls import include, path

from system.config import urls

urlpatterns = [path("bench/", include("system.vending.bench.urls")), *urls.urlpatterns]
handler400, handler500 = urls.handler400, urls.handler500
