"""Rows of this room."""

from system.networks.models.deliveries import NetworkDelivery
from system.networks.models.keys import ApiKey, KeyKind
from system.networks.models.network import CommissionKind, Network, NetworkKind
from system.networks.models.sales import NetworkSale, NetworkSaleState, SandboxRecord
from system.networks.models.settlements import LineKind, Settlement, SettlementLine
from system.networks.models.webhooks import MessageState, WebhookEndpoint, WebhookMessage

__all__ = [
    "ApiKey",
    "CommissionKind",
    "KeyKind",
    "LineKind",
    "MessageState",
    "Network",
    "NetworkDelivery",
    "NetworkKind",
    "NetworkSale",
    "NetworkSaleState",
    "SandboxRecord",
    "Settlement",
    "SettlementLine",
    "WebhookEndpoint",
    "WebhookMessage",
]
