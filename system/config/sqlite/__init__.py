"""Django's SQLite, but that transactions of one process begin in turn (``ENGINE`` of the settings)."""
