"""form.<lang>.html: the questionnaire on A4, to be printed or read; no script, no network, everything escaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pipeline.instrument.layout import Form
from pipeline.instrument.words import words
from pipeline.report import theme
from pipeline.report.html import HTML_LANG, css_string, fonts

HERE = Path(__file__).parent
UI = ("how", "office", "number", "day", "end")
STYLE = """
*,*::before,*::after{box-sizing:border-box}
html{font:10.5pt/1.5 var(--sans);color:var(--ink);background:var(--surface);
  --sans:"Inter","Helvetica Neue",Arial,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif;
  --serif:"Source Serif 4",Georgia,"Times New Roman","PingFang SC","Microsoft YaHei","Noto Sans CJK SC",serif}
html:lang(zh){line-height:1.65;--serif:var(--sans)}
body{margin:0;overflow-wrap:anywhere}
main{max-width:182mm;margin:10mm auto;padding:14mm 16mm;background:var(--bg);border-top:1.6mm solid var(--accent)}
h1,h2,p,ol,ul,figure{margin:0;padding:0}
h1,h2{font-family:var(--serif);font-weight:600;line-height:1.2}
h1{font-size:21pt;margin:4mm 0 3mm}
h2{font-size:14.5pt;margin:11mm 0 2mm;padding-bottom:1.5mm;border-bottom:.35mm solid var(--accent);break-after:avoid}
.firm{display:flex;justify-content:space-between;gap:8mm;font-weight:600}
.office{font-weight:400;font-size:8.5pt;color:var(--soft);white-space:nowrap}
.office span{display:inline-block;border-bottom:.25mm solid var(--axis);min-width:26mm;margin:0 3mm 0 1.5mm}
.lead p{margin-top:2mm}
.how{font-size:9.5pt;color:var(--soft)}
.opening{break-inside:avoid;break-after:avoid}
.lede{margin-bottom:2mm}
.route{font-size:9pt;font-weight:600;color:var(--accent);margin:1mm 0;break-after:avoid}
.question{margin-top:5.5mm;break-inside:avoid}
.wording{display:flex;gap:2.5mm;font-weight:600;break-after:avoid}
.wording b{color:var(--accent);min-width:6mm;font-variant-numeric:tabular-nums}
.wording span{flex:1;white-space:pre-line;min-width:0}
.code{font:400 6.4pt/1.9 var(--sans);color:var(--axis);white-space:nowrap}
.note{font-size:9pt;color:var(--soft);margin-left:8.5mm}
.answers{list-style:none;margin:1.5mm 0 0 8.5mm;columns:2;column-gap:8mm}
.answers.long{columns:1}
.answers li{display:flex;gap:2.5mm;break-inside:avoid;padding:.6mm 0}
.box{flex:none;display:inline-block;width:3.6mm;height:3.6mm;border:.3mm solid var(--ink);border-radius:.5mm;
  margin-top:1mm;background:#fff}
.box.round{border-radius:50%}
table{border-collapse:collapse;width:100%;margin-top:1.5mm;font-size:9.5pt;line-height:1.35;table-layout:fixed}
th,td{padding:1.4mm .8mm;text-align:center;vertical-align:middle;border-bottom:.2mm solid var(--line)}
thead th{font-weight:400;font-size:7pt;padding-left:.2mm;padding-right:.2mm;
  color:var(--soft);vertical-align:bottom;border-bottom:.3mm solid var(--ink);
  hyphens:auto;overflow-wrap:break-word}
tbody th{text-align:left;font-weight:400;padding-left:8.5mm}
col.statement{width:36%}col.codes{width:9%}
td.code{overflow-wrap:anywhere;white-space:normal;text-align:right;line-height:1.2;padding-right:0}
td .box{margin:0;vertical-align:middle}
tr{break-inside:avoid}
.line{margin:2mm 0 0 8.5mm}
.line span{display:inline-block;border-bottom:.3mm solid var(--ink);min-width:45mm;margin-right:2mm}
.write{margin:2mm 0 0 8.5mm;height:24mm;border:.3mm solid var(--axis);border-radius:1mm}
.end{margin-top:12mm;padding-top:4mm;border-top:.35mm solid var(--accent);break-inside:avoid}
.flag{font-size:9pt;font-weight:600;color:var(--warm);margin-top:3mm}
@media screen and (max-width:640px){main{margin:0;padding:6mm 4mm}.answers{columns:1}
 .firm{flex-direction:column;gap:2mm}.office{white-space:normal}.office span{min-width:16mm}.code{display:none}
 .wording b{min-width:4mm}.note,.answers,.line,.write{margin-left:0}tbody th{padding-left:0}}
@media print{html{background:#fff}main{max-width:none;margin:0;padding:0;border-top:0}
 .first{border-top:1.6mm solid var(--accent);padding-top:4mm}}
"""


def html_of(form: Form) -> str:
    """The whole file; the same form gives the same bytes."""
    css = _stylesheet(form)
    return _template(form.language).render(
        form=form,
        html_lang=HTML_LANG[form.language],
        policy=_policy(css),
        ui={key: words(form.language)(f"form.{key}") for key in UI},
        css=Markup(css),  # noqa: S704 our own rules and escaped strings
    )


@cache
def _template(language: str) -> Template:
    del language
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.get_template("form.html.j2")


def _stylesheet(form: Form) -> str:
    foot = css_string(" · ".join(part for part in (form.firm, form.title, form.simulated) if part))
    paper = (
        "@page{size:A4;margin:16mm 16mm 18mm;"
        f'@bottom-left{{content:{foot};font:7.5pt "Inter",sans-serif;color:#4f5f66}}'
        '@bottom-right{content:counter(page) " / " counter(pages);font:7.5pt "Inter",sans-serif;color:#4f5f66}}'
    )
    light = theme.tokens(theme.accent(form.accent), dark=False)
    colours = ":root{" + ";".join(f"--{name}:{value}" for name, value in light.items()) + "}"
    return "\n".join([fonts(form.language), colours, STYLE, paper])


def _policy(css: str) -> str:
    digest = base64.b64encode(hashlib.sha256(css.encode("utf-8")).digest()).decode("ascii")
    return f"default-src 'none'; style-src 'sha256-{digest}'; font-src data:; base-uri 'none'; form-action 'none'"
