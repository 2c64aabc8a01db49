"""Rows of the app `accounts`."""

from system.accounts.models.approval import Approval, ApprovalDecision
from system.accounts.models.audit import AuditRecord
from system.accounts.models.user import User

__all__ = ["Approval", "ApprovalDecision", "AuditRecord", "User"]
