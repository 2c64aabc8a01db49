"""Bench of one case, from the link to the token mint.

`case` declares a case and `case_selection` chooses the ones that apply; `rig` reaches the device and its
stations; `device` is what a case holds of them, `token_entry` enters tokens that `mint` makes, and `bench`
joins both into the fixture of every suite. `outcome` is how a case ends, `run` the record of a whole run.

Procedures that cases share: `dlms_session`, `raw_apdu`, `hdlc`, `object_list`, `profile_generic`, `security`,
`prepayment`, `sts_procedures`.
"""
