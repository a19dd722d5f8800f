"""What is reported before the work starts."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from railseg_core.inference.block_plan import plan_blocks
from railseg_core.inference.planning import plan_work
from railseg_core.network.model_card import bundled_model_path
from railseg_core.raster import open_working_grid
from railseg_core.reporting import Timeline, WorkPlan
from railseg_core.segmentation import Segmenter
from railseg_core.tiling import tiles_of
from railseg_core.vectors.area import Area


@pytest.fixture(scope="module")
def segmenter() -> Segmenter:
    return Segmenter(bundled_model_path(), "cpu")


def plan_of(
    raster: Path, segmenter: Segmenter, area: Area | None = None, gsd_m: float | None = None
) -> tuple[WorkPlan, int]:
    """The plan, and how many tiles the picture has with or without an area."""
    with open_working_grid(str(raster), gsd_m=gsd_m or segmenter.card.gsd_m, area=area) as grid:
        blocks = plan_blocks(grid.window, grid.wants)
        tiles = [tile for tile in tiles_of(grid.window) if tile.window.intersects(grid.picture_window)]
        return plan_work(grid, segmenter, blocks, bands=2), len(tiles)


def test_it_tells_the_picture_s_ground_and_its_tiles(sample_raster: Path, segmenter: Segmenter) -> None:
    plan, tiles = plan_of(sample_raster, segmenter)
    assert plan.area_m2 == pytest.approx(300 * 300, rel=0.01)
    assert plan.tiles == tiles
    assert plan.source_gsd_m == pytest.approx(0.1)
    assert plan.model == segmenter.card.name
    assert plan.device.startswith("cpu")
    assert plan.seconds is None  # so few tiles are done before their pace is known
    assert 1e5 < plan.disk_bytes < 2e6


def test_it_tells_how_long_many_tiles_take(sample_raster: Path, segmenter: Segmenter) -> None:
    plan, tiles = plan_of(sample_raster, segmenter, gsd_m=0.1)
    assert tiles > 40
    assert plan.seconds is not None
    assert plan.seconds > 0


def test_an_area_makes_it_less(sample_raster: Path, segmenter: Segmenter) -> None:
    with open_working_grid(str(sample_raster), gsd_m=segmenter.card.gsd_m) as grid:
        left, bottom, right, top = grid.picture_window.bounds(grid.gsd_m)
        crs = grid.crs.to_wkt()
    corners = shapely.union(
        shapely.box(left, bottom, left + 20, bottom + 20), shapely.box(right, top, right + 9, top + 9)
    )
    plan, tiles = plan_of(sample_raster, segmenter, Area(corners, crs))
    assert plan.area_m2 == pytest.approx(20 * 20, rel=0.01)
    assert 0 < plan.tiles <= tiles


def test_the_time_left_is_told_by_the_pace_of_the_stages_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 0.0
    monkeypatch.setattr("railseg_core.reporting.time.monotonic", lambda: now)
    timeline = Timeline({"segment": 90.0, "lines": 10.0})
    assert timeline.remaining_s() is None
    now = 50.0  # loading and planning
    assert timeline.fraction("segment", 0, 9) == 0.0
    now = 58.0  # the first tile, for which the network makes itself ready
    assert timeline.fraction("segment", 1, 9) == pytest.approx(0.1)
    assert timeline.remaining_s() is None
    now = 66.0
    assert timeline.fraction("segment", 5, 9) == pytest.approx(0.5)
    assert timeline.remaining_s() == pytest.approx(10.0)
