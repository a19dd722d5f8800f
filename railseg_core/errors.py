"""The error for problems that the user can fix."""

from __future__ import annotations


class RailSegError(Exception):
    """A problem that the user can understand and fix.

    Args:
        message: What is wrong, in one sentence, without the detail of a traceback.
        hint: What to do about it, in one sentence.
    """

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(message, hint)  # both, so that it can be pickled
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}"
