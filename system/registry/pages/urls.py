"""Addresses of the registry's pages."""

from django.urls import path

from system.registry.pages import customers, devices, groups, imports, installations, places

app_name = "registry"
urlpatterns = [
    path("clientes/", customers.customers, name="customers"),
    path("clientes/nuevo/", customers.create, name="home-new"),
    path("clientes/<int:customer_id>/", customers.customer, name="customer"),
    path("clientes/<int:customer_id>/corregir/", customers.edit, name="customer-edit"),
    path("clientes/<int:customer_id>/autorizacion/", customers.consent, name="customer-consent"),
    path("clientes/<int:customer_id>/datos.zip", customers.export, name="customer-export"),
    path("clientes/<int:customer_id>/usuario/", customers.invite, name="customer-invite"),
    path("clientes/<int:customer_id>/suprimir/", customers.erase, name="customer-erase"),
    path("instalaciones/<int:installation_id>/", installations.installation, name="installation"),
    path("instalaciones/<int:installation_id>/corregir/", installations.edit, name="installation-edit"),
    path(
        "instalaciones/<int:installation_id>/contrato/",
        installations.new_agreement,
        name="installation-agree",
    ),
    path("instalaciones/<int:installation_id>/medidor/", installations.swap, name="installation-swap"),
    path("medidores/", devices.devices, name="devices"),
    path("medidores/nuevo/", devices.create, name="device-new"),
    path("medidores/<int:device_id>/", devices.device, name="device"),
    path("medidores/<int:device_id>/llaves/", devices.keys, name="device-keys"),
    path("medidores/<int:device_id>/identificacion/", devices.identify, name="device-identify"),
    path("lugares/", places.places, name="places"),
    path("lugares/comunidad/", places.new_community, name="community-new"),
    path("lugares/sitio/", places.new_site, name="site-new"),
    path("lugares/circuito/", places.new_feeder, name="feeder-new"),
    path("grupos/", groups.groups, name="groups"),
    path("grupos/nuevo/", groups.create, name="group-new"),
    path("grupos/<int:group_id>/", groups.group, name="group"),
    path("grupos/<int:group_id>/agregar/", groups.add, name="group-add"),
    path("grupos/<int:group_id>/regla/", groups.rule, name="group-rule"),
    path("grupos/miembros/<int:membership_id>/retirar/", groups.remove, name="group-remove"),
    path("importar/", imports.upload, name="import"),
    path("importar/plantilla.xlsx", imports.template_file, name="import-template"),
    path("importar/<uuid:draft_id>/", imports.preview, name="import-review"),
    path("importar/<uuid:draft_id>/errores.csv", imports.errors, name="import-errors"),
    path("importar/<uuid:draft_id>/importar/", imports.accept, name="import-accept"),
    path("importar/<uuid:draft_id>/descartar/", imports.discard, name="import-discard"),
]
