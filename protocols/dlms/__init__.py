"""DLMS/COSEM (IEC 62056), both roles, sans-io: framings, APDU codecs, associations, interface classes."""
