"""Row of a background job, in the table that keeps its first name."""

from django.db import models


class JobRow(models.Model):
    """State of a background job: when it is due, and the worker that does it.

    Args:
        name: of `system.background_jobs.jobs`.
        due_at: on the wall.
        leased_by, leased_until: the worker that does it; one that is late has lost it.
        lease_number: counts up with every lease: the fence against a worker that comes late.
        failures: in a row.
        reason: of the last failure, a class name and no more: texts of errors may hold data.
    """

    name = models.CharField(max_length=40, primary_key=True)
    due_at = models.DateTimeField()
    leased_by = models.CharField(max_length=80, blank=True, default="")
    leased_until = models.DateTimeField(null=True)
    lease_number = models.BigIntegerField(default=0)
    failures = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=100, blank=True, default="")
    ended_at = models.DateTimeField(null=True)

    class Meta:
        """One for each job."""

        db_table = "chores_chore"
