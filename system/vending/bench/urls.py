"""The bench's address."""

from django.urls import path

from system.vending.bench import views
from system.vending.bench.guard import see_that_it_may_be_here

see_that_it_may_be_here()  # whoever includes these addresses elsewhere gets no portal at all

app_name = "bench"
urlpatterns = [path("module/<str:operation>", views.module_call, name="module")]
