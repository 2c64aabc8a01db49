"""Local page: state, nodes, tasks, events, parameters, for whoever has the password (R6.2-04)."""

from sim.concentrator.web.app import web_app

__all__ = ["web_app"]
