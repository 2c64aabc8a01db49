"""Addresses of the pages of the field."""

from django.urls import path

from system.head_end.pages import concentrators, events, meters, orders, readings, settings

app_name = "head_end"
urlpatterns = [
    path("campo/", meters.home, name="home"),
    path("campo/medidores/", meters.meters, name="meters"),
    path("campo/medidores/<key:device_id>/", meters.meter, name="meter"),
    path("campo/medidores/<key:device_id>/orden/", meters.act, name="meter-act"),
    path("campo/medidores/<key:device_id>/apartar/", meters.put_apart, name="meter-apart"),
    path("campo/medidores/<key:device_id>/cambio/", meters.accept_meter_change, name="meter-accept"),
    path("campo/medidores/<key:device_id>/corregir/", meters.edit_meter, name="meter-edit"),
    path("campo/concentradores/", concentrators.concentrators, name="concentrators"),
    path("campo/concentradores/nuevo/", concentrators.edit, name="concentrator-new"),
    path("campo/concentradores/<key:channel_id>/", concentrators.concentrator, name="concentrator"),
    path("campo/concentradores/<key:channel_id>/corregir/", concentrators.edit, name="concentrator-edit"),
    path("campo/encontrados/<key:found_id>/", concentrators.decide, name="found-decide"),
    path("campo/lecturas/", readings.readings, name="readings"),
    path("campo/lecturas/<key:device_id>/", readings.of_meter, name="meter-readings"),
    path("campo/eventos/", events.events, name="events"),
    path("campo/planes/", settings.plans, name="plans"),
    path("campo/planes/nuevo/", settings.edit_plan, name="plan-new"),
    path("campo/planes/<key:plan_id>/", settings.edit_plan, name="plan-edit"),
    path("campo/reglas/", settings.edit_rules, name="rules"),
    path("campo/ordenes/", orders.orders, name="orders"),
    path("campo/ordenes/<uuid:order_id>/", orders.order, name="order"),
    path("campo/ordenes/<uuid:order_id>/anular/", orders.cancel, name="order-cancel"),
    path("campo/grupos/", orders.order_groups, name="groups"),
    path("campo/grupos/nuevo/", orders.create_group, name="group-new"),
    path("campo/grupos/<uuid:group_id>/", orders.order_group, name="group"),
    path("campo/grupos/<uuid:group_id>/anular/", orders.abort_group_orders, name="group-abort"),
    path("campo/cortes-aprobados/<uuid:approval_id>/", orders.execute_mass_cut, name="mass-cut"),
]
