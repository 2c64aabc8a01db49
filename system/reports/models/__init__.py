"""Rows of the app `reports`: only schedules and what they made; reports themselves keep nothing."""

from system.reports.models.schedules import Delivery, DeliveryState, Every, MadeFile, ReportSchedule

__all__ = ["Delivery", "DeliveryState", "Every", "MadeFile", "ReportSchedule"]
