"""The vendor's cases CTSA01 to CTSA24 of STS 531-1, on any vending system."""
