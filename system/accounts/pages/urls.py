"""Addresses of the accounts' pages."""

from django.urls import path

from system.accounts.pages import approvals, audit_trail, users

app_name = "accounts"
urlpatterns = [
    path("mi-cuenta/", users.own_account, name="me"),
    path("aprobaciones/", approvals.approvals, name="approvals"),
    path("aprobaciones/<uuid:approval_id>/", approvals.approval, name="approval"),
    path("aprobaciones/<uuid:approval_id>/decidir/", approvals.decide, name="approval-decide"),
    path("usuarios/", users.users, name="users"),
    path("usuarios/nuevo/", users.create, name="user-new"),
    path("usuarios/<key:user_id>/", users.user, name="user"),
    path("usuarios/<key:user_id>/rol/", users.role, name="user-role"),
    path("usuarios/<key:user_id>/suspender/", users.suspend, name="user-suspend"),
    path("usuarios/<key:user_id>/restaurar/", users.restore, name="user-restore"),
    path("usuarios/<key:user_id>/clave/", users.reset_password, name="user-password"),
    path("usuarios/<key:user_id>/factor/", users.drop_second_factor, name="user-factor"),
    path("auditoria/", audit_trail.trail, name="audit"),
    path("auditoria/verificar/", audit_trail.check, name="audit-check"),
]
