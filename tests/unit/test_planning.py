"""Plans: the n that theory gives is the n at which simulated surveys reach what was asked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from pipeline.__main__ import app
from pipeline.errors import AnalysisRefused, DataError, UsageError
from pipeline.planning import Plan, closer, plan, smallest
from pipeline.planning._pilot import shares
from pipeline.planning.words import lines, summary

TABLE = ",trust,price,brand,intent\ntrust,1,,,\nprice,.4,1,,\nbrand,.5,.3,1,\nintent,.55,.42,.40,1\n"
SAMPLES = 1500


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("plan") / "table.csv"
    path.write_text(TABLE, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def made(table: Path) -> Plan:
    return plan(table, outcome="", deff=None, change=0.1, halfwidth=0.08, n=300)


def simulated(matrix: np.ndarray, n: int, seed: int) -> np.ndarray:
    """(SAMPLES, p) shares in simulated surveys of n normal rows each."""
    random, root = np.random.default_rng(seed), np.linalg.cholesky(matrix).T
    surveys = (random.standard_normal((n, len(matrix))) @ root for _ in range(SAMPLES))
    return shares(np.array([np.corrcoef(survey, rowvar=False) for survey in surveys]))


def test_the_first_driver_comes_first_in_nine_of_ten_simulated_surveys(made: Plan) -> None:
    assert made.needs.first is not None
    drawn = simulated(made.pilot.correlations, made.needs.first, seed=1)
    first = (drawn.argmax(1) == shares(made.pilot.correlations).argmax()).mean()
    assert first == pytest.approx(0.9, abs=3 * np.sqrt(0.09 * (1 / SAMPLES + 1 / 4000)))


def test_a_change_is_found_in_four_of_five_pairs_of_simulated_waves(made: Plan) -> None:
    """Between two waves of the planned size, a difference moved by the change lies beyond 1.96 of its errors."""
    assert made.needs.change is not None
    one, other = (simulated(made.pilot.correlations, made.needs.change, seed)[:, 0] for seed in (2, 3))
    difference = one - other
    found = (np.abs(difference + made.change) > 1.96 * difference.std()).mean()
    assert found == pytest.approx(0.8, abs=3 * np.sqrt(0.16 / SAMPLES) + 0.02)


def test_intervals_are_as_narrow_as_asked(made: Plan) -> None:
    assert made.needs.precise is not None
    low, high = np.quantile(simulated(made.pilot.correlations, made.needs.precise, seed=4)[:, 0], [0.025, 0.975])
    assert (high - low) / 2 == pytest.approx(made.halfwidth, rel=0.07)


def test_half_the_lead_needs_more_for_the_order_and_about_the_same_otherwise(made: Plan) -> None:
    assert made.needs.first is not None and made.cautious.first is not None  # noqa: PT018
    assert 2.5 * made.needs.first < made.cautious.first < 6 * made.needs.first
    assert made.cautious.change == pytest.approx(made.needs.change, rel=0.1)


def test_a_lead_is_halved_with_the_same_drivers_and_r2(made: Plan) -> None:
    before, after = made.pilot.correlations, closer(made.pilot.correlations)
    leads = []
    for matrix in (before, after):
        found = np.sort(shares(matrix))
        leads.append(found[-1] - found[-2])
    assert leads[1] == pytest.approx(leads[0] / 2, abs=1e-9)
    np.testing.assert_array_equal(before[:-1, :-1], after[:-1, :-1])
    explained = [matrix[-1, :-1] @ np.linalg.solve(matrix[:-1, :-1], matrix[:-1, -1]) for matrix in (before, after)]
    assert explained[0] == pytest.approx(explained[1])


def test_a_design_effect_of_two_needs_twice_as_many(table: Path, made: Plan) -> None:
    doubled = plan(table, outcome="", deff=2.0, change=0.1, halfwidth=0.08)
    for name in ("first", "change", "precise"):
        assert getattr(doubled.needs, name) == pytest.approx(2 * getattr(made.needs, name), rel=0.012)
    assert doubled.needs.given is None


def test_what_a_given_number_reaches_stands_between(made: Plan) -> None:
    assert made.needs.given is not None
    assert (made.needs.given["first"] >= 0.9) == ((made.needs.first or 0) <= 300)
    assert (made.needs.given["halfwidth"] <= 0.08) == ((made.needs.precise or 0) <= 300)


def test_the_outcome_of_a_table_may_be_named(table: Path) -> None:
    found = plan(table, outcome="trust", deff=None, change=0.2, halfwidth=0.2)
    assert found.pilot.names == ("price", "brand", "intent", "trust")


def test_a_search_ends_at_the_smallest_or_says_that_there_is_none() -> None:
    assert smallest(lambda n: n >= 177, 5) == 177
    assert smallest(lambda n: n >= 3, 5) == 5
    assert 77_777 <= (smallest(lambda n: n >= 77_777, 5) or 0) < 1.005 * 77_777
    assert smallest(lambda n: n < 0, 5) is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"change": 0.0}, "--change: 0 is no difference of shares"),
        ({"halfwidth": 5.0}, "--halfwidth: 5 is no difference of shares"),
        ({"deff": 0.0}, "--deff: 0 cannot be a design effect"),
        ({"n": 0}, "--n: 0 respondents"),
        ({"outcome": "intend"}, "'intend' is not in"),
    ],
)
def test_options_that_cannot_be_are_refused(table: Path, options: dict[str, float], sentence: str) -> None:
    with pytest.raises(UsageError) as caught:
        plan(table, **({"outcome": "", "deff": None, "change": 0.1, "halfwidth": 0.1} | options))  # type: ignore[arg-type]
    assert sentence in str(caught.value)


def test_one_driver_needs_no_plan(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text(",a,y\na,1,\ny,.5,1\n", encoding="utf-8")
    with pytest.raises(AnalysisRefused, match="two drivers or more"):
        plan(tmp_path / "t.csv", outcome="", deff=None, change=0.1, halfwidth=0.1)


def test_too_many_drivers_are_refused(tmp_path: Path) -> None:
    names = [f"d{at}" for at in range(17)] + ["y"]
    rows = ["," + ",".join(names), *(",".join([name, *["0.1"] * at, "1"]) for at, name in enumerate(names))]
    (tmp_path / "t.csv").write_text("\n".join(rows), encoding="utf-8")
    with pytest.raises(AnalysisRefused, match="name 16 at most"):
        plan(tmp_path / "t.csv", outcome="", deff=None, change=0.1, halfwidth=0.1)


def test_words_and_json_say_the_same(made: Plan) -> None:
    spoken = "\n".join(lines(made))
    assert "as true, which they are not exactly" in spoken
    assert "trust comes first in 9 of 10 samples" in spoken
    assert "with 300 respondents" in spoken
    assert summary(made)["as_assumed"]["n_change"] == made.needs.change


def test_the_command_prints_words_or_one_object(table: Path) -> None:
    given = CliRunner().invoke(app, ["plan", str(table), "--change", ".2", "--halfwidth", ".2", "--json", "--n", "3"])
    found = json.loads(given.stdout)
    assert found["ok"]
    assert found["plan"]["as_assumed"]["reached"] is None
    few = CliRunner().invoke(app, ["plan", str(table), "--change", ".2", "--halfwidth", ".2", "--n", "3"])
    assert few.exit_code == 0
    assert "respondents needed" in few.stdout
    assert "3 respondents are too few" in few.stdout


def test_a_table_that_is_not_there_is_an_error_of_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        plan(tmp_path / "none.csv", outcome="", deff=None, change=0.1, halfwidth=0.1)


@pytest.fixture
def pilot(tmp_path: Path) -> Path:
    """300 answers whose weights are very unequal."""
    random = np.random.default_rng(8)
    common = random.normal(size=300)
    a, b = (np.clip(np.round(4 + common + random.normal(size=300)), 1, 7).astype(int) for _ in "ab")
    y = np.clip(np.round(0.5 * a + 0.3 * b + random.normal(size=300)), 1, 7).astype(int)
    weight = np.exp(random.normal(size=300))
    rows = (f"{at},{bt},{yt},{w:.4f}" for at, bt, yt, w in zip(a, b, y, weight, strict=True))
    (tmp_path / "data.csv").write_text("a,b,y,w\n" + "\n".join(rows) + "\n", encoding="utf-8")
    definition = (
        "study: {title: t}\ndata: data.csv\nscales: {seven: {points: 7}}\n"
        "constructs: {a: {items: a}, b: {items: b}, y: {items: y}}\nmodel: {outcome: y}\nweights: {column: w}\n"
    )
    (tmp_path / "study.yaml").write_text(definition, encoding="utf-8")
    return tmp_path


def test_a_pilot_brings_its_design_effect(pilot: Path) -> None:
    """Kish's effect of these weights is about 2.7; the largest share loses about as much."""
    found = plan(pilot, outcome="", deff=None, change=0.2, halfwidth=0.2)
    assert found.pilot.n == 300
    assert 1.5 < found.deff < 4.5
    simple = plan(pilot, outcome="", deff=1.0, change=0.2, halfwidth=0.2)
    assert found.needs.precise == pytest.approx(found.deff * (simple.needs.precise or 0), rel=0.03)
    assert "a pilot of 300 respondents" in next(lines(found))


def test_a_published_table_is_a_pilot_too(tmp_path: Path, table: Path) -> None:
    (tmp_path / "table.csv").write_text(table.read_text(encoding="utf-8"), encoding="utf-8")
    definition = (
        "study: {title: t}\ncorrelations: {file: table.csv, n: 285}\n"
        "constructs: {trust: {}, price: {}, intent: {}}\nmodel: {outcome: intent}\n"
    )
    (tmp_path / "study.yaml").write_text(definition, encoding="utf-8")
    found = plan(tmp_path, outcome="", deff=None, change=0.2, halfwidth=0.2)
    assert (found.pilot.names, found.pilot.n, found.deff) == (("trust", "price", "intent"), 285, 1.0)
    with pytest.raises(UsageError, match="a study names its outcome itself"):
        plan(tmp_path, outcome="intent", deff=None, change=0.2, halfwidth=0.2)


def test_a_pilot_whose_drivers_repeat_each_other_plans_nothing(pilot: Path) -> None:
    text = (pilot / "data.csv").read_text(encoding="utf-8").splitlines()
    doubled = [",".join([cells[0], cells[0], *cells[2:]]) for cells in (line.split(",") for line in text[1:])]
    (pilot / "data.csv").write_text("\n".join([text[0], *doubled]) + "\n", encoding="utf-8")
    with pytest.raises(AnalysisRefused, match="repeat each other"):
        plan(pilot, outcome="", deff=None, change=0.2, halfwidth=0.2)
