"""Addresses of the terminal's pages."""

from django.urls import path

from system.terminal.pages import office, sales, shift

urlpatterns = [
    path("", shift.home, name="home"),
    path("entrar/", shift.enter, name="enter"),
    path("salir/", shift.leave, name="leave"),
    path("vender/", sales.customer_page, name="whom"),
    path("vender/<str:installation>/", sales.amount_page, name="amount"),
    path("vender/<str:installation>/si/", sales.buy, name="buy"),
    path("ventas/", sales.day_sales, name="sales"),
    path("ventas/z/", sales.z_day, name="z-day"),
    path("ventas/<uuid:sale_id>/", sales.sold, name="sold"),
    path("ventas/<uuid:sale_id>/tiquete/", sales.ticket, name="ticket"),
    path("ventas/<uuid:sale_id>/codigo.svg", sales.code, name="code"),
    path("ventas/<uuid:sale_id>/imprimir/", sales.print_it, name="print"),
    path("turno/", shift.shift, name="shift"),
    path("turno/abrir/", shift.begin_shift, name="shift-begin"),
    path("turno/cerrar/", shift.end_shift, name="shift-end"),
    path("turno/<uuid:shift_id>/z/", sales.z_shift, name="z-shift"),
    path("turno/<uuid:shift_id>/z/imprimir/", sales.print_z, name="z-print"),
    path("oficina/", office.office, name="office"),
    path("oficina/inscripcion/", office.enrolment, name="enrolment"),
    path("oficina/ventas/", office.batch, name="batch"),
    path("oficina/cargar/", office.load, name="load"),
    path("oficina/conocer/", office.admit, name="admit"),
    path("oficina/enlace/", office.by_link, name="by-link"),
]
