"""Addresses of this room."""

from django.urls import path

from system.vending.delivery import pages, remote_pages

app_name = "delivery"
urlpatterns = [
    path("ventas/<uuid:sale_id>/entrega/", pages.status_fragment, name="piece"),
    path("ventas/<uuid:sale_id>/entrega/enviar/", pages.send_tokens, name="push"),
    path("puntos/entrega/", pages.preferences, name="choices"),
    path("cabeceras/", remote_pages.remotes, name="remotes"),
    path("cabeceras/<key:remote_id>/probar/", remote_pages.try_one, name="remote-try"),
    path("cabeceras/<key:remote_id>/estado/", remote_pages.switch, name="remote-switch"),
    path("cabeceras/<key:remote_id>/llave/", remote_pages.renew, name="remote-key"),
]
