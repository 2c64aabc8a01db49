"""Explains frames and APDUs field by field, in English or Spanish, as trees of plain data.

>>> explain([bytes.fromhex("c001c100010100000200ff0200")]).apdus[0]["name"]
'get-request-normal'
"""

from protocols.dlms.explain.captures import (
    ExplainedCapture,
    HexError,
    explain_capture,
    explain_captures,
    parse_hex,
)
from protocols.dlms.explain.deciphering import ReadingKeys
from protocols.dlms.explain.stream import Explanation, Layer, Problem, detect, explain
from protocols.dlms.explain.tree import Tree

__all__ = [
    "ExplainedCapture",
    "Explanation",
    "HexError",
    "Layer",
    "Problem",
    "ReadingKeys",
    "Tree",
    "detect",
    "explain",
    "explain_capture",
    "explain_captures",
    "parse_hex",
]
