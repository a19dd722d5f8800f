"""Seeds for the streams of rendered scenes, so that no stream shows what another has shown."""

from __future__ import annotations

from enum import IntEnum, unique

RUN_SEEDS = range(1000)
"""Allowed values of `--seed` in `train.train`, which seeds a training run's crops; every `Seed` lies beyond them."""


@unique
class Seed(IntEnum):
    """Seeds of all streams other than those of training runs.

    A generator is seeded with the stream's seed and then a number within the stream, so streams with different seeds
    have nothing in common, whatever the number. That holds for training runs too, as no `Seed` is in `RUN_SEEDS`.
    """

    VALIDATION = 900_001  # crops on which a training run watches its averaged weights
    TEST = 910_001  # crops for the track's threshold and the card's scores
    SCENES = 920_001  # scenes that the whole product is judged on
    CONFUSERS = 930_001  # scenes without tracks, likewise
    LEVELS = 940_001  # scenes for the thresholds of the lines
    YARDS = 950_001  # stations and yards, to judge switches on
    COMPARISON = 960_001  # scenes that the paper's networks are trained and judged on
    SWEEP = 970_001  # scenes for the sizes of opening and closing
    NEGATIVES = 980_001  # scenes without tracks, searched for what a model takes for tracks
    FIRST_LOOK = 990_001  # crops that a model's first look is fitted to
