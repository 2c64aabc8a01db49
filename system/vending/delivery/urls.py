"""Addresses of this room."""

from django.urls import path

from system.vending.delivery import pages

app_name = "delivery"
urlpatterns = [
    path("ventas/<uuid:sale_id>/entrega/", pages.piece, name="piece"),
    path("ventas/<uuid:sale_id>/entrega/enviar/", pages.send_to_meter, name="push"),
    path("puntos/entrega/", pages.choices, name="choices"),
]
