"""The blocks in which a grid is processed, and the tiles that each of them adds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from railseg_core.tiling import TILE_PX, PixelWindow, Tile, blocks_of, tiles_of


@dataclass(frozen=True, slots=True)
class PlannedBlock:
    """A block of the probability raster.

    Attributes:
        number: Position in the order in which blocks are written, from 0.
        window: Its pixels.
        tiles: The wanted tiles that contribute to those pixels.
        fresh: Those of `tiles` that no earlier block has: neighbouring blocks share tiles, which are predicted once.
    """

    number: int
    window: PixelWindow
    tiles: tuple[Tile, ...]
    fresh: tuple[Tile, ...]


def plan_blocks(window: PixelWindow, wants: Callable[[PixelWindow], bool]) -> list[PlannedBlock]:
    """The blocks of a window, row by row; those in which no tile is wanted are left out.

    Args:
        window: The pixels to process.
        wants: Whether a tile that sees these pixels is wanted, like `WorkingGrid.wants`; if true for a window, it is
            true for every window that contains it.
    """
    seen: set[Tile] = set()
    plan: list[PlannedBlock] = []
    for block in blocks_of(window):
        part = block.window.intersection(window)
        # Nearly all blocks of a country have no railway: each costs one check and no memory.
        tiles = tuple(tile for tile in tiles_of(part) if wants(tile.window)) if wants(part.expanded(TILE_PX)) else ()
        if tiles:
            plan.append(PlannedBlock(len(plan), part, tiles, tuple(tile for tile in tiles if tile not in seen)))
            seen.update(tiles)
    return plan


def shard_of(blocks: Sequence[PlannedBlock], number: int, count: int) -> Sequence[PlannedBlock]:
    """The `number`-th (from 1) of `count` consecutive runs of blocks, whose lengths differ by one at most."""
    return blocks[(number - 1) * len(blocks) // count : number * len(blocks) // count]
