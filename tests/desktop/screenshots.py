"""Makes the README's pictures of QGIS again: `make screenshots`. Look at each one before committing it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image
from session import REPOSITORY, SAMPLE, drive_qgis

DOCS = REPOSITORY / "resources" / "docs"
_LIMIT_S = 900.0
_LARGEST_BYTES = 120_000
_COLOURS = (256, 192, 128, 96, 64)


def main() -> None:
    """Lets QGIS be driven, then makes its screenshots small."""
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        script = Path(__file__).with_name("picture_book.py")
        drive_qgis(script, Path(folder), raw, SAMPLE, limit_s=_LIMIT_S, screen="1160x720")
        DOCS.mkdir(exist_ok=True)
        for path in sorted(raw.glob("*.png")):
            save_small(Image.open(path), DOCS / path.name)


def save_small(picture: Image.Image, path: Path) -> None:
    """Saves it with as many colours as the largest size allows. Rare ones, those of thin lines, are kept."""
    for colours in _COLOURS:
        palette = picture.convert("RGB").quantize(
            colours, Image.Quantize.MAXCOVERAGE, kmeans=3, dither=Image.Dither.NONE
        )
        palette.save(path, optimize=True)
        if path.stat().st_size <= _LARGEST_BYTES:
            print(f"{path.name}: {colours} colours, {path.stat().st_size / 1000:.0f} kB")
            return
    raise SystemExit(f"{path.name} is too large, also with {_COLOURS[-1]} colours: show less.")


if __name__ == "__main__":
    main()
