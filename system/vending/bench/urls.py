"""The bench's address."""

from django.urls import path

from system.vending.bench import views
from system.vending.bench.apps import require_test_installation

require_test_installation()  # whoever includes these addresses elsewhere gets no portal at all

app_name = "bench"
urlpatterns = [path("module/<str:operation>", views.module_call, name="module")]
