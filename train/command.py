"""What every command of this package has in common."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from railseg_core.errors import RailSegError

Arguments = ParamSpec("Arguments")


def command(main: Callable[Arguments, None]) -> Callable[Arguments, None]:
    """Makes a command end with a one-line message instead of a traceback on errors that the user can fix."""

    @wraps(main)
    def ended_in_a_line(*args: Arguments.args, **kwargs: Arguments.kwargs) -> None:
        try:
            main(*args, **kwargs)
        except RailSegError as error:
            raise SystemExit(str(error)) from error
        except OSError as error:  # a missing or unwritable file, a full disk
            raise SystemExit(f"{error.filename}: {error.strerror}" if error.filename else str(error)) from error
        except KeyboardInterrupt:
            print("Interrupted.", file=sys.stderr)
            raise SystemExit(130) from None  # as shells count it

    return ended_in_a_line
