"""The errors that a person sees: what was found, what was expected, what to do; and exit codes.

Raised by the rooms, shown by the command line without a traceback. A message never holds a value
of a record: a filing id, a line and a rule code find it.
"""


class XueweiError(Exception):
    """Base of all errors that are shown to a person. ``exit_code`` is the command's own."""

    exit_code = 1

    def __init__(self, found: str, expected: str = "", remedy: str = "") -> None:
        super().__init__(found)
        self.found = found
        self.expected = expected
        self.remedy = remedy

    def __str__(self) -> str:
        parts = [self.found]
        if self.expected:
            parts.append(f"expected: {self.expected}")
        if self.remedy:
            parts.append(f"what to do: {self.remedy}")
        return "\n  ".join(parts)


class UsageError(XueweiError):
    """The call's words are off (a semester, a province, an option)."""

    exit_code = 64


class BadInputError(XueweiError):
    """A file or a manifest is not what it has to be."""

    exit_code = 65


class MissingInputError(XueweiError):
    """A file or a folder that must be there is not."""

    exit_code = 66


class RefusedError(XueweiError):
    """The package was understood and is refused; the reasons are findings."""

    exit_code = 67


class GateClosedError(XueweiError):
    """An expectation that blocks is not fulfilled: nothing was handed over or built."""

    exit_code = 68


class DisagreementError(XueweiError):
    """Amounts that must be equal are not: nothing was handed over or published."""

    exit_code = 70


class BusyError(XueweiError):
    """Another process holds the warehouse or the data home."""

    exit_code = 75


class NotAllowedError(XueweiError):
    """A key, a role or a file permission does not allow this."""

    exit_code = 77
