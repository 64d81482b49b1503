"""The firm's colours and logo: every colour of the report, derived from one accent and held to a readable contrast."""

from __future__ import annotations

import base64
import colorsys
import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import DefinitionError

if TYPE_CHECKING:
    from pipeline.study import Study

ACCENT = "#0b6e69"
READABLE = 4.5
LARGEST_LOGO = 200_000

_KINDS = {".svg": "image/svg+xml", ".png": "image/png"}
_LOGO = re.compile(r"data:image/(?:png|svg\+xml);base64,[A-Za-z0-9+/]+={0,2}")
_HEX = re.compile(r"#[0-9a-f]{6}")

LIGHT: Mapping[str, str] = {
    "bg": "#ffffff", "surface": "#f4f8f9", "ink": "#14252b", "soft": "#4f5f66", "line": "#d5dde0",
    "grid": "#e6ebed", "axis": "#7d8b91", "warm": "#9a4410", "warm-bg": "#fcf0ea", "warm-full": "#a4480f",
    "card": "#ffffff", "good": "#17594a", "mid": "#c9d0d4",
}  # fmt: skip
DARK: Mapping[str, str] = {
    "bg": "#10171a", "surface": "#182125", "ink": "#e9eff1", "soft": "#a3b1b7", "line": "#344147",
    "grid": "#263136", "axis": "#82929a", "warm": "#e2a077", "warm-bg": "#2c211c", "warm-full": "#d98a55",
    "card": "#182125", "good": "#7fcdb9", "mid": "#4b585f",
}  # fmt: skip


class ThemeError(ValueError):
    """A theme that would not be readable, or a logo that cannot be embedded; one sentence with the way out."""


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two '#rrggbb' colours, 1 to 21, as WCAG defines it."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in _parts(colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _parts(colour: str) -> tuple[float, float, float]:
    red, green, blue = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    return red, green, blue


def _hex(parts: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(min(max(part, 0.0), 1.0) * 255):02x}" for part in parts)


def mix(one: str, other: str, share: float) -> str:
    """Colour that holds `share` of the first and the rest of the other."""
    first, second = _parts(one), _parts(other)
    return _hex(
        (
            first[0] * share + second[0] * (1 - share),
            first[1] * share + second[1] * (1 - share),
            first[2] * share + second[2] * (1 - share),
        )
    )


def _moved(colour: str, against: str, required: float, step: float) -> str:
    """The nearest shade of a colour, darker or lighter by small steps, that reaches a contrast."""
    hue, light, strength = colorsys.rgb_to_hls(*_parts(colour))
    while contrast(colour, against) < required and 0 <= light <= 1:
        light += step
        colour = _hex(colorsys.hls_to_rgb(hue, min(max(light, 0.0), 1.0), strength))
    return colour


def accent(colour: str) -> str:
    """The accent, lower case, if it can be read on white and carry white text; else ThemeError names one that can."""
    colour = colour.lower()
    if not _HEX.fullmatch(colour):
        raise ThemeError(f"'{colour}' is not a colour; write the accent as '#rrggbb', for example '{ACCENT}'.")
    found = contrast(colour, LIGHT["bg"])
    if found < READABLE:
        shade = _moved(colour, LIGHT["bg"], READABLE, -0.002)
        raise ThemeError(
            f"accent {colour} has a contrast of {found:.1f} with white where {READABLE} is needed to be read; "
            f"the nearest shade that passes is {shade}."
        )
    return colour


def tokens(colour: str, *, dark: bool) -> dict[str, str]:
    """Every colour of the report by name, for the light or the dark page."""
    base = DARK if dark else LIGHT
    bright = _moved(mix(accent(colour), "#ffffff", 0.75), base["bg"], 7.5, 0.004) if dark else accent(colour)
    named = dict(base) | {
        "accent": bright,
        "accent-soft": mix(bright, base["bg"], 0.42),
        "accent-bg": mix(bright, base["bg"], 0.1 if dark else 0.07),
        "on-accent": ink_on(bright),
        "on-mid": ink_on(base["mid"]),
    }
    for side, end in (("pos", bright), ("neg", base["warm-full"])):
        for step, share in enumerate((0.3, 0.47, 0.64, 0.82, 1.0), start=1):
            shade = mix(end, base["bg"], share)
            named |= {f"{side}-{step}": shade, f"on-{side}-{step}": ink_on(shade)}
    return named


def ink_on(ground: str) -> str:
    """Text colour for a ground: white or near black, black itself where neither can be read."""
    best = max(("#ffffff", "#0d171a"), key=lambda ink: contrast(ink, ground))
    return best if contrast(best, ground) >= READABLE else "#000000"


def stylesheet(colour: str) -> str:
    """Rules that set every colour as a variable: light, dark by the reader's system or choice, light on paper."""
    light, dark = _rules(tokens(colour, dark=False)), _rules(tokens(colour, dark=True))
    return (
        f":root{{color-scheme:light;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{:root:not([data-theme=light]){{color-scheme:dark;{dark}}}}}\n"
        f":root[data-theme=dark]{{color-scheme:dark;{dark}}}\n"
        f"@media print{{:root,:root[data-theme],:root:not([data-theme=light]){{color-scheme:light;{light}}}}}\n"
    )


def _rules(named: Mapping[str, str]) -> str:
    return ";".join(f"--{name}:{value}" for name, value in named.items())


def accent_of(study: Study) -> str:
    """The study's accent, lower case; DefinitionError with its place if it could not be read."""
    try:
        return accent(study.definition.report.theme.accent)
    except ThemeError as error:
        raise DefinitionError(study.problem(str(error), "report", "theme", "accent")) from None


def logo_url(study: Study) -> str | None:
    """data: URI of the study's logo, None without one; DefinitionError with its place if it cannot be embedded."""
    name = study.definition.report.theme.logo
    try:
        return None if name is None else logo(study.folder, name)
    except ThemeError as error:
        raise DefinitionError(study.problem(str(error), "report", "theme", "logo")) from None


def logo(folder: Path, name: str) -> str:
    """data: URI of an SVG or PNG inside the study's folder; ThemeError says what to change."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise ThemeError(f"logo '{name}' lies outside the study's folder; copy it beside study.yaml.")
    if path.suffix.lower() not in _KINDS:
        raise ThemeError(f"logo '{name}' is neither .svg nor .png; save it as one of these.")
    if not path.is_file():
        raise ThemeError(f"there is no logo '{name}' in the study's folder.")
    raw = path.read_bytes()
    if len(raw) > LARGEST_LOGO:
        raise ThemeError(
            f"logo '{name}' has {len(raw):,} bytes; at most {LARGEST_LOGO:,} can be embedded, so save it smaller."
        )
    return f"data:{_KINDS[path.suffix.lower()]};base64,{base64.b64encode(raw).decode('ascii')}"


def safe_logo(uri: str | None) -> str | None:
    """The URI again if it is one that logo() makes, else None."""
    return uri if uri and _LOGO.fullmatch(uri) else None
