"""Case: everything a question beyond the model may look at, and the rows it stands on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.model import Setting
from pipeline.model.resample import Kind, Panel, Resampled, resample
from pipeline.responses import Responses
from pipeline.sample import Sample
from pipeline.score import Scores
from pipeline.screen import Screening
from pipeline.study import Study
from pipeline.suppression import Levels, hidden_levels, levels_in
from pipeline.weight import Base, Design, base, weigh

Array = np.ndarray


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """r complete rows of a question. names: its k columns; values: (r, k). rows: (r,) positions in the Responses."""

    names: tuple[str, ...]
    values: Array
    rows: Array
    respondent: Array
    design: Design
    everyone: Base

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> Array:
        """(r,) values of one column."""
        return self.values[:, self.names.index(name)]

    def base(self, mask: Array) -> Base:
        """Base of the rows in the (r,) mask."""
        return base(self.design.weight[mask], self.respondent[mask])

    @property
    def once(self) -> bool:
        """Whether every respondent has one row only."""
        return len(np.unique(self.respondent)) == len(self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A study with its answers, scores, the sample of its model, and the moments that were resampled for it."""

    study: Study
    responses: Responses
    screening: Screening
    scores: Scores
    people: Sample
    resampled: dict[str, Resampled]
    setting: Setting
    kind: Kind

    def known(self, name: str) -> Array:
        """(all rows read,) score of a construct, or a number; NaN where there is none."""
        if name in self.scores.values:
            return self.scores.values[name]
        return self.responses.variables[name].to_numpy(float)

    def column(self, name: str) -> Array:
        """The same as (all rows read, k): a category has a column for each level but the first, as in the model."""
        if name in self.scores.values or self.responses.variables[name].dtype.kind == "f":
            return self.known(name)[:, None]
        found = self.levels(name)
        columns = (found.of_row[:, None] == np.arange(1, len(found.names))).astype(float)
        columns[found.of_row < 0] = np.nan
        return columns

    def levels(self, name: str, rows: Array | None = None) -> Levels:
        """Levels of a category, over all rows read or some of them."""
        every = np.arange(len(self.responses.respondent)) if rows is None else rows
        return levels_in(self.responses, name, every)

    def hidden(self, name: str, cut: Cut) -> frozenset[str]:
        """Levels of a category that stay hidden among the rows of a cut, with those hidden everywhere."""
        found = hidden_levels({name: self.levels(name, cut.rows)}, cut.respondent, self.setting.minimum_base)
        return frozenset(found[name]) | frozenset(self.people.hidden.get(name, ()))

    @property
    def focus(self) -> Array:
        """(all rows read,) bool: kept by the screening, and of the level that `focus` names."""
        keep = self.screening.keep
        focus = self.study.definition.focus
        if focus is None:
            return keep
        found = self.levels(focus.variable)
        at = found.names.index(focus.level) if focus.level in found.names else -2
        return keep & (found.of_row == at)

    def cut(self, names: Sequence[str], *, focus: bool = True, also: Array | None = None, once: bool = False) -> Cut:
        """Rows with every one of the names (constructs and numbers), kept by the screening and in focus.

        focus: False takes rows of every brand. also: (all rows read,) bool, a further condition. once: the first such
        row of each respondent and wave alone, for answers that were given once but stand in several (stacked) rows.
        """
        values = np.column_stack([np.empty((len(self.responses.respondent), 0)), *map(self.known, names)])
        keep = (self.focus if focus else self.screening.keep) & np.isfinite(values).all(1)
        rows = np.flatnonzero(keep if also is None else keep & also)
        if once:
            rows = rows[_first(self.responses.respondent[rows], self._wave(rows))]
        respondent = self.responses.respondent[rows]
        design = weigh(self.responses, rows, self.study)
        return Cut(
            names=tuple(names), values=values[rows], rows=rows, respondent=respondent, design=design,
            everyone=base(design.weight, respondent),
        )  # fmt: skip

    def _wave(self, rows: Array) -> Array:
        wave = self.study.wave_variable
        return np.zeros(len(rows), int) if wave is None else self.levels(wave, rows).of_row

    def replicated(self, design: Design, panels: Mapping[str, Panel], draws: int | None = None) -> dict[str, Resampled]:
        """Moments of panels in the sample and in every replicate (those of the model, if as many)."""
        many = draws or self.setting.draws
        return resample(design, panels, seed=self.setting.seed, draws=many, kind=self.kind)

    def resample(self, cut: Cut, draws: int | None = None) -> Resampled:
        """The same of the columns of a cut."""
        panel = Panel(names=cut.names, columns=cut.values, rows=np.arange(len(cut)))
        return self.replicated(cut.design, {"cut": panel}, draws)["cut"]

    def groups(self, names: Sequence[str], cut: Cut) -> Iterator[tuple[str, str, Array]]:
        """(variable, level, (r,) mask) of every level that is not hidden and has the minimum base in the cut."""
        for name in names:
            found, hidden = self.levels(name, cut.rows), self.hidden(name, cut)
            for at, level in enumerate(found.names):
                mask = found.of_row == at
                if level not in hidden and cut.base(mask).n >= self.setting.minimum_base:
                    yield name, level, mask


def _first(respondent: Array, wave: Array) -> Array:
    """Positions of the first row of each respondent and wave."""
    pairs = respondent.astype(np.int64) * (int(wave.max(initial=0)) + 2) + wave + 1
    return np.sort(np.unique(pairs, return_index=True)[1])
