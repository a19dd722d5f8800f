"""A reporter that remembers."""

from __future__ import annotations

from railseg_core.reporting import Level, Silent


class Listening(Silent):
    """Keeps what is said."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def log(self, level: Level, message: str) -> None:
        self.messages.append(message)
