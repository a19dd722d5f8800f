"""RailSeg: railway tracks from aerial and drone pictures, as map lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .plugin.plugin import RailSegPlugin


def classFactory(iface: Any) -> RailSegPlugin:  # noqa: N802
    """The entry point that QGIS calls to get the plugin; `iface` is None in `qgis_process`."""
    from .plugin.plugin import RailSegPlugin

    return RailSegPlugin(iface)
