"""The one kind of error that is meant for a person."""

from __future__ import annotations


class RailSegError(Exception):
    """Something the user can understand and mend.

    Args:
        message: What is wrong, in one sentence, without a full traceback's detail.
        hint: The way out, in one sentence.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()
