"""Which page lies where."""

from django.urls import path

from system.terminal.pages import day, enter, home, office, sale, shift, slips

urlpatterns = [
    path("", home.home, name="home"),
    path("entrar/", enter.enter, name="enter"),
    path("salir/", enter.leave, name="leave"),
    path("vender/", sale.whom, name="whom"),
    path("vender/<str:installation>/", sale.amount, name="amount"),
    path("vender/<str:installation>/si/", sale.buy, name="buy"),
    path("ventas/", day.sales, name="sales"),
    path("ventas/z/", slips.z_day, name="z-day"),
    path("ventas/<uuid:sale_id>/", sale.sold, name="sold"),
    path("ventas/<uuid:sale_id>/tiquete/", slips.ticket, name="ticket"),
    path("ventas/<uuid:sale_id>/codigo.svg", slips.code, name="code"),
    path("ventas/<uuid:sale_id>/imprimir/", slips.print_it, name="print"),
    path("turno/", shift.shift, name="shift"),
    path("turno/abrir/", shift.begin, name="shift-begin"),
    path("turno/cerrar/", shift.end, name="shift-end"),
    path("turno/<uuid:shift_id>/z/", slips.z_shift, name="z-shift"),
    path("turno/<uuid:shift_id>/z/imprimir/", slips.print_z, name="z-print"),
    path("oficina/", office.office, name="office"),
    path("oficina/inscripcion/", office.enrolment, name="enrolment"),
    path("oficina/ventas/", office.batch, name="batch"),
    path("oficina/cargar/", office.load, name="load"),
    path("oficina/conocer/", office.admit, name="admit"),
    path("oficina/enlace/", office.by_link, name="by-link"),
]
