"""What the random numbers of every stream of rendered scenes begin with: no stream shows what another has shown."""

from __future__ import annotations

from enum import IntEnum, unique

RUN_SEEDS = range(1000)
"""What `--seed` of `train.train` may be: a training's numbers begin with it, and every `Seed` lies beyond."""


@unique
class Seed(IntEnum):
    """One for each stream beside those of the trainings.

    A generator is made of the stream's seed and then of a number within the stream: streams with unequal seeds have
    nothing in common, whatever the number. So it is with the trainings', as none of these is one of `RUN_SEEDS`.
    """

    VALIDATION = 900_001  # crops that a training watches its averaged weights on
    TEST = 910_001  # crops for the track's threshold and the card's scores
    SCENES = 920_001  # scenes that the whole product is judged on
    CONFUSERS = 930_001  # scenes without tracks, likewise
    LEVELS = 940_001  # scenes for the thresholds of the lines
    YARDS = 950_001  # stations and yards, to judge switches on
    COMPARISON = 960_001  # scenes that the paper's networks are trained and judged on
    SWEEP = 970_001  # scenes for the sizes of opening and closing
    NEGATIVES = 980_001  # scenes without tracks in which a model looks for what it takes for some
