"""Addresses of the registry's pages."""

from django.urls import path

from system.registry.pages import customers, devices, groups, imports, installations, places

app_name = "registry"
urlpatterns = [
    path("clientes/", customers.customers, name="customers"),
    path("clientes/nuevo/", customers.create, name="home-new"),
    path("clientes/<key:customer_id>/", customers.customer, name="customer"),
    path("clientes/<key:customer_id>/corregir/", customers.edit, name="customer-edit"),
    path("clientes/<key:customer_id>/autorizacion/", customers.consent, name="customer-consent"),
    path("clientes/<key:customer_id>/datos.zip", customers.export, name="customer-export"),
    path("clientes/<key:customer_id>/usuario/", customers.invite, name="customer-invite"),
    path("clientes/<key:customer_id>/suprimir/", customers.erase, name="customer-erase"),
    path("instalaciones/<key:installation_id>/", installations.installation, name="installation"),
    path("instalaciones/<key:installation_id>/corregir/", installations.edit, name="installation-edit"),
    path(
        "instalaciones/<key:installation_id>/contrato/",
        installations.new_agreement,
        name="installation-agree",
    ),
    path("instalaciones/<key:installation_id>/medidor/", installations.swap, name="installation-swap"),
    path("medidores/", devices.devices, name="devices"),
    path("medidores/nuevo/", devices.create, name="device-new"),
    path("medidores/<key:device_id>/", devices.device, name="device"),
    path("medidores/<key:device_id>/llaves/", devices.keys, name="device-keys"),
    path("medidores/<key:device_id>/identificacion/", devices.identify, name="device-identify"),
    path("lugares/", places.places, name="places"),
    path("lugares/comunidad/", places.new_community, name="community-new"),
    path("lugares/sitio/", places.new_site, name="site-new"),
    path("lugares/circuito/", places.new_feeder, name="feeder-new"),
    path("grupos/", groups.groups, name="groups"),
    path("grupos/nuevo/", groups.create, name="group-new"),
    path("grupos/<key:group_id>/", groups.group, name="group"),
    path("grupos/<key:group_id>/agregar/", groups.add, name="group-add"),
    path("grupos/<key:group_id>/regla/", groups.rule, name="group-rule"),
    path("grupos/miembros/<key:membership_id>/retirar/", groups.remove, name="group-remove"),
    path("importar/", imports.upload, name="import"),
    path("importar/plantilla.xlsx", imports.template_file, name="import-template"),
    path("importar/<uuid:draft_id>/", imports.preview, name="import-review"),
    path("importar/<uuid:draft_id>/errores.csv", imports.errors, name="import-errors"),
    path("importar/<uuid:draft_id>/importar/", imports.accept, name="import-accept"),
    path("importar/<uuid:draft_id>/descartar/", imports.discard, name="import-discard"),
]
