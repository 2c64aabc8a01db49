"""Server side of associations, sans-io: requests, views of a logical device, one module per xDLMS service."""
