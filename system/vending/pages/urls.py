"""Addresses of the vending pages."""

from django.urls import path

from system.vending.pages import counter, sales, shifts, tickets

app_name = "vending"
urlpatterns = [
    path("venta/", counter.counter, name="counter"),
    path("venta/oferta/", counter.make_offer, name="offer"),
    path("venta/cobrar/", counter.confirm, name="confirm"),
    path("venta/<uuid:sale_id>/consultar/", counter.resolve, name="resolve"),
    path("ventas/", sales.sales, name="sales"),
    path("ventas/<uuid:sale_id>/", sales.sale, name="sale"),
    path("ventas/<uuid:sale_id>/tiquete/", tickets.ticket, name="ticket"),
    path("ventas/<uuid:sale_id>/tiquete.png", tickets.picture, name="ticket-picture"),
    path("ventas/<uuid:sale_id>/tiquete.bin", tickets.printer, name="ticket-printer"),
    path("ventas/<uuid:sale_id>/recibo.pdf", tickets.receipt, name="receipt"),
    path("turno/", shifts.shift, name="shift"),
    path("turno/abrir/", shifts.begin, name="shift-open"),
    path("turno/cerrar/", shifts.end, name="shift-close"),
    path("turno/<uuid:shift_id>/", shifts.report, name="shift-report"),
    path("consignaciones/", shifts.deposits, name="deposits"),
]
