"""What a study says of its files and of who answered."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, model_validator

from pipeline.specs._parts import Code, Codes, Label, Names, Spec, text_keys

Format = Literal[
    "csv",
    "excel",
    "parquet",
    "qualtrics",
    "surveymonkey",
    "limesurvey",
    "google_forms",
    "typeform",
    "kobo",
    "wenjuanxing",
    "tencent",
    "spss",
    "stata",
    "sas",
    "triple_s",
    "sql",
]


def files(value: Any) -> Any:
    """A file name, an entry or a list of either; always a list of entries afterwards."""
    value = [value] if isinstance(value, (str, dict)) else value
    return (
        [{"file": entry} if isinstance(entry, str) else entry for entry in value] if isinstance(value, list) else value
    )


def by_reason(value: Any) -> Any:
    return {"skipped": value} if isinstance(value, list) else value


class DataFile(Spec):
    file: str = Field(
        "",
        description="Path inside the study folder, or package:NAME/path for a file of an installed package.",
    )
    labels: str | None = Field(
        None,
        description="File inside the study folder that says what the columns and codes mean: a .qsf, .lss, XLSForm, "
        ".sas7bcat or .sss, or the code export that belongs to a 问卷星 text export.",
    )
    database: str | None = Field(
        None,
        description="Where a query runs: env:NAME (an environment variable that holds a SQLAlchemy URL) or such a URL; "
        "DuckDB over the files of the study folder when absent. A .duckdb file is named under 'file'.",
    )
    query: str | None = Field(None, description="SELECT whose rows are the answers.")
    wave: Code | None = Field(None, description="Level of the variable 'wave' for all rows of this file.")
    format: Format | None = Field(None, description="Detected by content when absent.")
    encoding: str | None = Field(None, description="Detected when absent; always reported.")
    delimiter: str | None = Field(
        None, min_length=1, max_length=1, description="Detected when absent; always reported."
    )
    sheet: str | None = Field(None, description="Name of the Excel sheet; the first when absent.")
    rename: dict[str, str] = Field({}, description="Column of the file -> name used in this study.")

    @model_validator(mode="after")
    def _named(self) -> DataFile:
        if not self.file and not self.query:
            raise ValueError("an entry of data needs 'file', or 'query'")
        if not self.file:
            object.__setattr__(self, "file", "query")
        return self


class Complete(Spec):
    column: str
    equals: Codes = Field((), description="Cells that mark such a row; every cell that is not blank when absent.")


class Respondent(Spec):
    id: str | None = Field(
        None, description="Column that tells people apart; rows of one person are resampled together."
    )
    complete: Complete | None = Field(None, description="Which rows are finished interviews.")
    started: str | None = Field(
        None, description="Column with the time, or a rising number, at which each interview began."
    )
    seconds: str | None = Field(
        None, description="Column with the length of the interview: seconds, 1:23:45, or 2分5秒."
    )
    ip: str | None = Field(
        None, description="Column with the IP address, for finding duplicates only; it is hashed as it is read."
    )
    tests: Complete | None = Field(None, description="Which rows are previews and tests; they are no respondents.")


class Missing(Spec):
    """Codes, their labels or texts that are never answers, in any column, by the reason they stand for."""

    skipped: Codes = ()
    declined: Codes = ()
    not_asked: Codes = ()


class Stack(Spec):
    by: str = Field(description="Name of the new variable, as in 'brand'.")
    levels: Annotated[dict[str, Label] | tuple[Code, ...], BeforeValidator(text_keys)] = Field(
        description="Its levels, in the order of the columns."
    )
    columns: dict[str, tuple[str, ...]] = Field(description="New column -> the column of each level.")


class Correlations(Spec):
    """A published correlation table, in place of data."""

    file: str = Field(description="CSV inside the study folder: names, correlations; mean and sd if they are known.")
    n: int = Field(ge=4, le=10_000_000, description="Respondents behind the table.")


class Privacy(Spec):
    """What may be read that could say who answered. Absent: nothing but the respondent id, and that only hashed."""

    keep: Names = Field((), description="Columns with personal data that the study needs and may use.")
    salt: str | None = Field(
        None,
        description="env:NAME of an environment variable whose text salts the hashed ids of exports; "
        "when absent a random salt is kept in the study folder, in a file that git leaves out.",
    )
