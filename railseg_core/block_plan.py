"""In which blocks a grid is worked, and which tiles each of them adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from railseg_core.tiling import PixelWindow, Tile, blocks_of, tiles_of


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """A block of the probability raster.

    Attributes:
        number: From 0, in the order in which blocks are written.
        window: Its pixels.
        tiles: The wanted tiles that have a say in them.
        fresh: Those of them that no block before has: neighbouring blocks share tiles, which are predicted once.
    """

    number: int
    window: PixelWindow
    tiles: tuple[Tile, ...]
    fresh: tuple[Tile, ...]


def plan_blocks(window: PixelWindow, wants: Callable[[PixelWindow], bool]) -> list[PlannedBlock]:
    """The blocks of a window, row by row; those in which no tile is wanted are left out.

    Args:
        window: What is to be worked on.
        wants: Whether a tile that sees these pixels is wanted, as `WorkingGrid.wants`.
    """
    wanted = {tile for tile in tiles_of(window) if wants(tile.window)}
    seen: set[Tile] = set()
    plan: list[PlannedBlock] = []
    for block in blocks_of(window):
        part = block.window.intersection(window)
        tiles = tuple(tile for tile in tiles_of(part) if tile in wanted)
        if tiles:
            plan.append(PlannedBlock(len(plan), part, tiles, tuple(tile for tile in tiles if tile not in seen)))
            seen.update(tiles)
    return plan
