"""Addresses of the pages about terminals without a link."""

from django.urls import path

from system.vending.offline.pages import (
    enrolling,
    files,
    office,
    operators,
    settlement,
    terminal,
    terminals,
)

app_name = "offline"
_ONE = "terminales/<uuid:terminal_id>/"
urlpatterns = [
    path("terminales/", terminals.terminals, name="terminals"),
    path("terminales/lote/", terminals.batch, name="batch"),
    path("terminales/inscribir/", enrolling.begin, name="enrol"),
    path("terminales/inscribir/comparar/", enrolling.compare, name="compare"),
    path("terminales/inscribir/confirmar/", enrolling.confirm, name="confirm"),
    path("terminales/oficina/", office.keys, name="office"),
    path("terminales/oficina/llaves/", office.keys_file, name="office-file"),
    path(_ONE, terminal.terminal, name="terminal"),
    path(f"{_ONE}condiciones/", enrolling.terms, name="terms"),
    path(f"{_ONE}reemplazar/", enrolling.begin_in_place, name="replace"),
    path(f"{_ONE}suspender/", terminal.switch_off, name="suspend"),
    path(f"{_ONE}reactivar/", terminal.switch_on, name="restore"),
    path(f"{_ONE}personas/", operators.add, name="operator-add"),
    path(f"{_ONE}personas/<int:operator_id>/retirar/", operators.remove, name="operator-remove"),
    path(f"{_ONE}entrega/", settlement.settlement, name="settlement"),
    path(f"{_ONE}entrega/lote/", settlement.batch, name="settlement-batch"),
    path(f"{_ONE}entrega/dinero/", settlement.cash, name="settlement-cash"),
    path(f"{_ONE}entrega/paquete/", settlement.pack, name="settlement-pack"),
    path(f"{_ONE}paquetes/<int:number>/", files.pack, name="pack"),
    path(f"{_ONE}lotes/<uuid:batch_id>/", files.batch, name="batch-file"),
]
