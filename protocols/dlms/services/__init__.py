"""Server side of the xDLMS services: functions from an association and a request to the answer."""
