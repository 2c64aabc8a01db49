"""One module for each place in which the system runs; ``DJANGO_SETTINGS_MODULE`` names it."""
