"""Sales of a day: sums on top, then each."""

from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from system.config.clock import business_day
from system.terminal.figures import position_of, summed
from system.terminal.pages.at import the_desk
from system.terminal.pages.guard import attended

LISTED_MAX = 200


@require_safe
@attended
def sales(request: HttpRequest) -> HttpResponse:
    """A business day; today unless ``dia`` says another."""
    desk = the_desk()
    today = business_day(desk.now())
    day = day_of(request.GET.get("dia", ""), today)
    rows = desk.book.sales_where(day=day.isoformat())
    shown = {
        "day": day,
        "before": day - timedelta(days=1),
        "after": None if day >= today else day + timedelta(days=1),
        "sums": summed(rows),
        "rows": rows[::-1][:LISTED_MAX],
        "position": position_of(desk),
    }
    return render(request, "terminal/sales.html", shown)


def day_of(text: str, today: date) -> date:
    """The day that a page names; today where it names none, or one that is to come."""
    try:
        return min(date.fromisoformat(text), today)
    except ValueError:
        return today
