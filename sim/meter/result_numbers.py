"""The number of each result of a token, where a number must do: the gateway's status, the unit's link.

Source: Conlog BEC62, public manual [1]; 17 and 18 are ours, as that register is older than the third edition
"""

#: Bare name -> number, as one maker's register has them.
RESULT_NUMBERS: dict[str, int] = {
    "Accept": 1,
    "1stKCT": 2,
    "2ndKCT": 3,
    "OverflowError": 4,
    "KeyTypeError": 5,
    "FormatError": 6,
    "RangeError": 7,
    "FunctionError": 8,
    "OldError": 9,
    "UsedError": 10,
    "KeyExpiredError": 11,
    "DDTKError": 12,
    "CRCError": 13,
    "MfrCodeError": 14,
    "LockOut": 15,
    "3rdKCT": 17,
    "4thKCT": 18,
}

#: Number -> bare name.
RESULT_NAMES: dict[int, str] = {number: name for name, number in RESULT_NUMBERS.items()}
