"""Addresses of the vending pages."""

from django.urls import path

from system.vending.pages import (
    approval_requests,
    billing,
    counter,
    customer_account,
    points_of_sale,
    sales,
    shifts,
    tariffs,
    tokens,
)

app_name = "vending"
urlpatterns = [
    path("mi-servicio/", customer_account.account, name="own-account"),
    path("mi-servicio/datos.zip", customer_account.own_data, name="own-data"),
    path("venta/", counter.counter, name="counter"),
    path("venta/oferta/", counter.make_offer, name="offer"),
    path("venta/cobrar/", counter.confirm, name="confirm"),
    path("venta/<uuid:sale_id>/consultar/", counter.resolve, name="resolve"),
    path("ventas/", sales.sales, name="sales"),
    path("ventas/<uuid:sale_id>/", sales.sale, name="sale"),
    path("ventas/<uuid:sale_id>/tiquete/", sales.ticket, name="ticket"),
    path("ventas/<uuid:sale_id>/tiquete.png", sales.picture, name="ticket-picture"),
    path("ventas/<uuid:sale_id>/tiquete.bin", sales.printer, name="ticket-printer"),
    path("ventas/<uuid:sale_id>/recibo.pdf", sales.receipt, name="receipt"),
    path("turno/", shifts.shift, name="shift"),
    path("turno/abrir/", shifts.begin, name="shift-open"),
    path("turno/cerrar/", shifts.end, name="shift-close"),
    path("turno/<uuid:shift_id>/", shifts.report, name="shift-report"),
    path("consignaciones/", shifts.deposits, name="deposits"),
    path("ventas/<uuid:sale_id>/reversar/", approval_requests.reversal, name="reversal"),
    path(
        "ventas/<uuid:sale_id>/reversar/preguntar/",
        approval_requests.read_last_token_page,
        name="reversal-look",
    ),
    path("gestion/", tokens.management, name="management"),
    path("gestion/entrega/", approval_requests.free_issue, name="free-issue"),
    path("gestion/cambio/", approval_requests.key_change, name="change-key"),
    path("gestion/llaves/", tokens.key_changes, name="key-changes"),
    path("gestion/llaves/<key:plan_id>/quitar/", tokens.drop_planned, name="key-change-drop"),
    path("gestion/solicitudes/", approval_requests.request_list, name="requests"),
    path("gestion/solicitudes/<uuid:request_id>/", approval_requests.request_detail, name="request"),
    path(
        "gestion/solicitudes/<uuid:request_id>/ejecutar/", approval_requests.execute, name="request-execute"
    ),
    path("puntos/", points_of_sale.points_of_sale, name="points-of-sale"),
    path("puntos/comercio/", points_of_sale.add_merchant, name="merchant-add"),
    path("puntos/punto/", points_of_sale.add_point, name="point-add"),
    path("puntos/cupo/", points_of_sale.limit, name="limit"),
    path("puntos/comercio/<key:merchant_id>/", points_of_sale.switch_merchant, name="merchant-switch"),
    path("puntos/punto/<key:point_id>/", points_of_sale.switch_point, name="point-switch"),
    path("tarifas/", tariffs.tariffs, name="tariffs"),
    path("tarifas/publicar/", tariffs.publish, name="tariff-publish"),
    path("tarifas/zni/", tariffs.publish_zni, name="tariff-zni"),
    path("obligaciones/", billing.obligations, name="obligations"),
    path("obligaciones/nueva/", billing.add_obligation, name="obligation-add"),
    path("obligaciones/<key:obligation_id>/terminar/", billing.end_obligation_page, name="obligation-end"),
    path("facturas/", billing.bills, name="bills"),
    path("facturas/nueva/", billing.issue_bill, name="bill-issue"),
    path("facturas/<uuid:bill_id>/", billing.pay_bill_page, name="bill"),
]
