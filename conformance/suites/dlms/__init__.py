"""DLMS/COSEM: association, objects, errors and the data link (DLMS UA Blue, Green and Yellow Books)."""
