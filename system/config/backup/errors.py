"""Why a backup was not made, or not restored. Messages are one sentence with the mend."""


class UnableToBackUp(Exception):
    """Nothing was written."""


class UnableToRestore(Exception):
    """The database is as it was before."""
