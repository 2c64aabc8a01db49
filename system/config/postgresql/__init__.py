"""Django's PostgreSQL, but that it can keep statements prepared (``ENGINE`` of the settings)."""
