"""What goes wrong with a target before a case runs.

```
TargetError      the target cannot be used: one sentence with the mend
```
"""


class TargetError(Exception):
    """A target URL or file cannot be used; the message is the whole sentence that the user sees."""
