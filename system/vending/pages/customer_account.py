"""A subscriber's own account: what he bought, what he owes, and his data to take along."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from system.accounts.access import requires
from system.accounts.permissions import Operation
from system.registry import personal_data
from system.vending.pages.forms import user_of
from system.vending.selectors import customer_account

_ROWS = 20


@requires(Operation.SEE_OWN_ACCOUNT)
@require_GET
def account(request: HttpRequest) -> HttpResponse:
    """Homes, last token, months, debts and purchases of whoever asks."""
    user = user_of(request)
    homes = customer_account.present_homes(user, user.customer)
    page = Paginator(customer_account.purchases_of(user.customer), _ROWS).get_page(request.GET.get("page"))
    shown: dict[str, Any] = {
        "homes": homes,
        "page": page,
        "last": page.object_list[0] if page.number == 1 and page.object_list else None,
        "months": customer_account.months_of(user.customer),
        "debts": customer_account.debts_of(user.customer, homes),
        "residue_c": customer_account.residue_c_of(homes),
    }
    return render(request, "vending/own_account.html", shown)


@requires(Operation.SEE_OWN_ACCOUNT)
@require_POST
def own_data(request: HttpRequest) -> HttpResponse:
    """Everything that is known of him, as a ZIP (Law 1581)."""
    user = user_of(request)
    answer = HttpResponse(
        personal_data.export_personal_data(user, user.customer), content_type="application/zip"
    )
    answer["Content-Disposition"] = 'attachment; filename="mis-datos.zip"'
    return answer
