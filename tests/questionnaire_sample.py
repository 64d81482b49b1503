"""A small questionnaire with every type of question, a loop and routing, and answers made up."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

from pipeline.instrument.asked import Asked, Part, answers, parts
from pipeline.instrument.codes import answer_codes, heading
from pipeline.instrument.reading import Instrument

QUESTIONNAIRE = """\
title: {en: A survey about coffee, zh: 咖啡消费调查}
study:
  title: {en: Why people come back, zh: 回头客研究}
  currency: CNY
report: {languages: [en, zh]}
intro: {en: Thank you. Answers are anonymous., zh: 感谢参与，本调查匿名。}
outro: {en: Thank you., zh: 谢谢。}
scales:
  agree: {points: 5, ends: {en: [Disagree, Agree], zh: [不同意, 同意]}}
  likely: {points: 3, start: 0, labels: {en: [No, Perhaps, "Yes"], zh: [不会, 说不准, 会]}}
constructs:
  trust: {label: {en: Trust, zh: 信任}, source: after Morgan & Hunt (1994)}
  taste: {label: {en: Taste, zh: 口味}}
  intent: {label: {en: Intent, zh: 意愿}}
loops:
  cafe:
    any: {en: this café, zh: 这家店}
    asked_if: knows
    levels:
      north: {label: {en: North, zh: 北店}, suffix: n}
      south: {label: {en: South, zh: 南店}, suffix: s}
columns:
  id: {role: id}
  w: {role: weight}
  language: {role: language, options: {en: English, zh: 中文}}
sections:
  - title: {en: First, zh: 首先}
    questions:
      - id: knows
        type: multiple
        analysed: false
        required: true
        wording: {en: Which do you know?, zh: 您知道哪些？}
        options: {north: {en: North, zh: 北店}, south: {en: South, zh: 南店}}
      - id: regular
        type: single
        label: {en: Regular, zh: 常客}
        wording: {en: Are you a regular?, zh: 您是常客吗？}
        options:
          often_yes: {en: "Yes", zh: 是}
          rarely_no: {en: "No", zh: 不是}
  - title: {en: "About {cafe}", zh: "关于{cafe}"}
    per: cafe
    questions:
      - id: views
        type: grid
        scale: agree
        construct: trust
        random: true
        wording: {en: "{cafe}: how far do you agree?", zh: "您在多大程度上同意关于{cafe}的说法？"}
        items:
          trust_1: {en: "I trust {cafe}.", zh: "我信任{cafe}。"}
          trust_2: {wording: {en: "{cafe} disappoints.", zh: "{cafe}让人失望。"}, reverse: true}
          taste_1: {construct: taste, wording: {en: "{cafe} tastes good.", zh: "{cafe}味道好。"}}
      - id: back
        type: rating
        scale: agree
        construct: intent
        wording: {en: I shall come back., zh: 我会再来。}
  - title: {en: More, zh: 其他}
    text: {en: A few facts., zh: 请填写以下信息。}
    questions:
      - id: check
        type: attention
        scale: agree
        answer: 3
        wording: {en: Please choose 3., zh: 请选择 3。}
      - id: extras
        type: multiple
        ask_if: {regular: [often_yes]}
        wording: {en: What else do you buy?, zh: 您还买什么？}
        options: {1: {en: Cake, zh: 蛋糕}, 2: {en: Books, zh: 书}}
      - id: again
        type: rating
        scale: likely
        wording: {en: Would you pay more?, zh: 您愿意多付钱吗？}
      - {id: age, type: number, range: [18, 90], unit: {en: years, zh: 岁}, wording: {en: Your age?, zh: 您的年龄？}}
      - {id: most, type: price, range: [0, 100], wording: {en: The most you would pay?, zh: 最多愿意付多少？}}
      - {id: since, type: date, wording: {en: Since when?, zh: 从何时起？}}
      - {id: why, type: text, wording: {en: Why?, zh: 为什么？}}
analysis:
  model: {outcome: intent, drivers: [trust, taste]}
  segments: [regular]
"""


def folder(root: Path, text: str = QUESTIONNAIRE, name: str = "coffee") -> Path:
    """A study folder that holds the questionnaire."""
    path = root / name
    path.mkdir(parents=True, exist_ok=True)
    (path / "questionnaire.yaml").write_text(text, encoding="utf-8")
    return path


def export(instrument: Instrument, respondents: int = 120) -> str:
    """A LimeSurvey export with question codes and answer codes; who knows one café is not asked about the other."""
    draw = random.Random(1)
    asked = [(part, asked, column) for part in parts(instrument) for asked in part.asked for column in asked.columns]
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    head = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
    writer.writerow([*head, *(heading(one, column) for _, one, column in asked), "interviewtime"])
    for number in range(respondents):
        known = {level for level in _levels(instrument) if draw.random() < 0.8} or set(_levels(instrument))
        mood = draw.gauss(0, 1)
        cells = [_cell(instrument, part, one, column.part, known, mood, draw) for part, one, column in asked]
        language = "zh-Hans" if number % 3 else "en"
        writer.writerow([number + 1, "2026-03-02 10:00:00", 3, language, draw.randrange(10**6), *cells, "300.5"])
    return stream.getvalue()


def _levels(instrument: Instrument) -> list[str]:
    return list(instrument.loop[1].levels) if instrument.loop else []


def _cell(
    instrument: Instrument,
    part: Part,
    asked: Asked,
    option: str | None,
    known: set[str],
    mood: float,
    draw: random.Random,
) -> str:
    question = asked.question
    if part.level and part.level not in known:
        return ""
    if question.type == "multiple":
        return "Y" if (option in known if question.id == "knows" else draw.random() < 0.5) else ""
    if question.answer:
        return question.answer[0]
    codes = answers(instrument, question)
    if question.options:
        return answer_codes(codes)[draw.choice(list(codes))]
    if codes:
        low, high = int(min(codes, key=int)), int(max(codes, key=int))
        return str(min(high, max(low, round((low + high) / 2 + mood + draw.gauss(0, 0.8)))))
    if question.type == "date":
        return "2024-05-01"
    return str(round(draw.uniform(*(question.range or (0, 9))))) if question.type != "text" else "for the smell of it"
