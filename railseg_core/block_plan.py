"""In which blocks a grid is worked, and which tiles each of them adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from railseg_core.tiling import TILE_PX, PixelWindow, Tile, blocks_of, tiles_of


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
        wants: Whether a tile that sees these pixels is wanted, as `WorkingGrid.wants`; true of a window, it is true of
            all larger ones.
    """
    seen: set[Tile] = set()
    plan: list[PlannedBlock] = []
    for block in blocks_of(window):
        part = block.window.intersection(window)
        # Nearly all blocks of a country have no railway: they cost one look and no memory.
        tiles = tuple(tile for tile in tiles_of(part) if wants(tile.window)) if wants(part.expanded(TILE_PX)) else ()
        if tiles:
            plan.append(PlannedBlock(len(plan), part, tiles, tuple(tile for tile in tiles if tile not in seen)))
            seen.update(tiles)
    return plan


def shard_of(blocks: Sequence[PlannedBlock], number: int, count: int) -> Sequence[PlannedBlock]:
    """The `number`-th, from 1, of `count` runs of blocks that follow one another and differ by one block at most."""
    return blocks[(number - 1) * len(blocks) // count : number * len(blocks) // count]
