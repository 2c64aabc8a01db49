"""Addresses of the pages about networks."""

from django.urls import path

from system.networks.pages import networks, settlements, webhooks

app_name = "networks"
_ONE = "redes/<key:network_id>/"
_HOOK = f"{_ONE}avisos/<uuid:endpoint_id>/"
urlpatterns = [
    path("redes/", networks.networks, name="networks"),
    path("redes/nueva/", networks.connect, name="add"),
    path(_ONE, networks.network, name="network"),
    path(f"{_ONE}condiciones/", networks.terms, name="terms"),
    path(f"{_ONE}estado/", networks.switch, name="switch"),
    path(f"{_ONE}llaves/", networks.add_key, name="key-add"),
    path(f"{_ONE}llaves/<key:key_id>/retirar/", networks.revoke_key, name="key-revoke"),
    path(f"{_ONE}avisos/", webhooks.webhooks, name="webhooks"),
    path(f"{_ONE}avisos/nueva/", webhooks.add, name="webhook-add"),
    path(f"{_HOOK}estado/", webhooks.switch, name="webhook-switch"),
    path(f"{_HOOK}secreto/", webhooks.renew, name="webhook-secret"),
    path(f"{_ONE}avisos/mensajes/<uuid:message_id>/", webhooks.again, name="webhook-again"),
    path(f"{_ONE}liquidaciones/", settlements.settlements, name="settlements"),
    path(f"{_ONE}liquidaciones/<key:number>/", settlements.download, name="settlement"),
]
