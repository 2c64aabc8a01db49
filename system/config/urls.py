"""Which page lies where. Each app brings its own; the API is one tree under ``/api/v1/``."""

from django.urls import include, path
from django.views.i18n import set_language

urlpatterns = [
    path("api/v1/network/", include("system.networks.rest.api")),
    path("api/v1/terminal/", include("system.vending.offline.rest.exchange")),
    path("api/v1/", include("system.portal.api")),
    path("cuentas/idioma/", set_language, name="set_language"),
    path("cuentas/", include("system.accounts.allauth_overrides")),
    path("cuentas/", include("allauth.account.urls")),
    path("cuentas/2fa/", include("allauth.mfa.urls")),
    path("", include("system.vending.delivery.urls")),
    path("", include("system.vending.offline.pages.urls")),
    path("", include("system.reports.pages.urls")),
    path("", include("system.head_end.pages.urls")),
    path("", include("system.vending.pages.urls")),
    path("", include("system.registry.pages.urls")),
    path("", include("system.networks.pages.urls")),
    path("", include("system.accounts.pages.urls")),
    path("", include("system.portal.urls")),
]

handler400 = "system.portal.error_pages.bad_request"
handler500 = "system.portal.error_pages.server_error"
