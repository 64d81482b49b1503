"""Items instead of scales as drivers: every item becomes a construct of its own, and its construct their group."""

from __future__ import annotations

from dataclasses import replace

from pipeline.specs import Construct, Group
from pipeline.study import Place, Study


def itemised(study: Study) -> Study:
    """The study with one driver an item; groups of constructs become groups of their items.

    Constructs of one item, and drivers that are variables, stay as they are.
    """
    split = {name: tuple(study.construct(name).items) for name in study.scored if len(study.construct(name).items) > 1}
    model = study.definition.model
    constructs: dict[str, Construct] = {}
    places: dict[Place, tuple[int, int]] = dict(study.places)
    for name, construct in study.definition.constructs.items():
        if name not in split:
            constructs[name] = construct
            continue
        for position, item in enumerate(split[name]):
            constructs[item] = _alone(construct, item)
            below = ("constructs", name, "items")
            places[("constructs", item)] = next(
                (study.places[(*below, key)] for key in (item, position) if (*below, key) in study.places), (1, 1)
            )
    named = [driver for driver in study.drivers if "*" not in driver]
    drivers = tuple(part for driver in named for part in split.get(driver, (driver,)))
    changed = model.model_copy(update={"drivers": drivers, "groups": _groups(study, split)})
    definition = study.definition.model_copy(update={"constructs": constructs, "model": changed})
    return replace(study, definition=definition, places=places)


def _alone(construct: Construct, item: str) -> Construct:
    return Construct(
        items={item: construct.items[item]},
        label=construct.items[item],
        scale=construct.scale,
        reverse=(item,) if item in construct.reverse else (),
        source=construct.source,
    )


def _groups(study: Study, split: dict[str, tuple[str, ...]]) -> dict[str, Group]:
    declared = study.definition.model.groups
    if not declared:
        return {name: Group(drivers=items, label=study.construct(name).label) for name, items in split.items()}
    return {
        name: Group(
            drivers=tuple(part for driver in group.drivers for part in split.get(driver, (driver,))), label=group.label
        )
        for name, group in declared.items()
    }
