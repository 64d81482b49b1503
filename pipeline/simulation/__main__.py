"""python -m pipeline.simulation FOLDER [people [seed]]: the answers of the simulated market, one CSV a wave."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from pipeline.simulation import PEOPLE, SEED, Market, sample, write


def main(arguments: Sequence[str]) -> int:
    if not 1 <= len(arguments) <= 3 or not all(number.isdigit() for number in arguments[1:]):
        print("python -m pipeline.simulation FOLDER [people [seed]]", file=sys.stderr)
        return 2
    people, seed = (*map(int, arguments[1:]), *(PEOPLE, SEED)[len(arguments) - 1 :])
    for path in write(Path(arguments[0]), sample(Market(), people, seed)):
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
