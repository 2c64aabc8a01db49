"""Addresses of the pages about terminals without a link."""

from django.urls import path

from system.vending.offline.pages import enrolment, files, terminals

app_name = "offline"
_ONE = "terminales/<uuid:terminal_id>/"
urlpatterns = [
    path("terminales/", terminals.terminals, name="terminals"),
    path("terminales/lote/", terminals.receive_batch_page, name="batch"),
    path("terminales/inscribir/", enrolment.begin, name="enrol"),
    path("terminales/inscribir/comparar/", enrolment.compare, name="compare"),
    path("terminales/inscribir/confirmar/", enrolment.confirm, name="confirm"),
    path("terminales/oficina/", files.office_keys, name="office"),
    path("terminales/oficina/llaves/", files.office_keys_file, name="office-file"),
    path(_ONE, terminals.terminal, name="terminal"),
    path(f"{_ONE}condiciones/", enrolment.terms, name="terms"),
    path(f"{_ONE}reemplazar/", enrolment.begin_in_place, name="replace"),
    path(f"{_ONE}suspender/", terminals.suspend_page, name="suspend"),
    path(f"{_ONE}reactivar/", terminals.restore_page, name="restore"),
    path(f"{_ONE}personas/", enrolment.add_operator, name="operator-add"),
    path(
        f"{_ONE}personas/<key:operator_id>/retirar/", enrolment.remove_operator_page, name="operator-remove"
    ),
    path(f"{_ONE}entrega/", terminals.settlement, name="settlement"),
    path(f"{_ONE}entrega/lote/", terminals.settle_batch_page, name="settlement-batch"),
    path(f"{_ONE}entrega/dinero/", terminals.receive_cash_page, name="settlement-cash"),
    path(f"{_ONE}entrega/paquete/", terminals.make_pack_page, name="settlement-pack"),
    path(f"{_ONE}paquetes/<key:number>/", files.pack_file, name="pack"),
    path(f"{_ONE}lotes/<uuid:batch_id>/", files.batch_file, name="batch-file"),
]
