"use strict";
(() => {
  const root = document.documentElement;
  const all = (selector, from = document) => Array.from(from.querySelectorAll(selector));
  for (const button of all("[data-do]")) button.hidden = false;

  const remembered = (value) => {
    try {
      if (value) localStorage.setItem("whybuy-theme", value);
      return localStorage.getItem("whybuy-theme");
    } catch {
      return null;
    }
  };
  const saved = remembered();
  if (saved === "light" || saved === "dark") root.dataset.theme = saved;

  const theme = () => {
    const now = root.dataset.theme || (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
    root.dataset.theme = now === "dark" ? "light" : "dark";
    remembered(root.dataset.theme);
  };

  const kept = ["fill", "stroke", "stroke-width", "stroke-dasharray", "stroke-linejoin", "stroke-linecap", "opacity", "paint-order",
    "font-family", "font-size", "font-weight"];
  const dress = (from, to) => {
    const style = getComputedStyle(from);
    for (const name of kept) to.setAttribute(name, style.getPropertyValue(name));
    to.removeAttribute("class");
    Array.from(from.children).forEach((child, i) => dress(child, to.children[i]));
  };
  const save = (button) => {
    const chart = all("svg.chart", button.closest("figure")).find((svg) => svg.getClientRects().length);
    const copy = chart.cloneNode(true);
    const { width, height } = chart.viewBox.baseVal;
    dress(chart, copy);
    copy.setAttribute("width", width);
    copy.setAttribute("height", height);
    const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    ground.setAttribute("width", width);
    ground.setAttribute("height", height);
    ground.setAttribute("fill", getComputedStyle(document.body).backgroundColor);
    copy.querySelector("g").before(ground);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([new XMLSerializer().serializeToString(copy)], { type: "image/svg+xml" }));
    link.download = button.closest("figure").id + ".svg";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // What the model of section what_if predicts when mean ratings move; beyond the data there is a sentence and no number.
  const simulator = (place) => {
    const model = JSON.parse(place.dataset.simulator);
    const sliders = all("input", place);
    const places = all("output", place);
    const lines = all("[data-outcome]", place);
    const refused = place.querySelector(".refused");
    const dot = (one, other) => one.reduce((sum, value, i) => sum + value * other[i], 0);
    const square = (matrix, moves) => dot(matrix.map((row) => dot(row, moves)), moves);
    const bent = ({ line, bent: values }, at) => {
      if (!line.length) return at;
      const next = Math.min(Math.max(line.findIndex((value) => value >= at), 1), line.length - 1);
      const from = line[next - 1];
      return values[next - 1] + (values[next] - values[next - 1]) * Math.min(Math.max((at - from) / (line[next] - from), 0), 1);
    };
    const text = (value, digits, sign) => {
      const shown = new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }).format(Math.abs(value));
      const zero = !/[1-9]/.test(shown);
      return (zero || value > 0 ? (sign && !zero ? "+" : "") : "\u2212") + shown;
    };
    const predict = (one, moves) => {
      const change = dot(one.b, moves);
      const error = one.reach * Math.sqrt(Math.max(square(one.cov, moves), 0));
      return [change, change - error, change + error].map((value) => bent(one, value));
    };
    const within = (one, [change]) => (one.low === null || one.base + change >= one.low) && (one.high === null || one.base + change <= one.high);
    const write = (one, line, found) => {
      const [change, low, high] = found ? found.map((value) => text(one.share ? value * 100 : value, one.share ? 1 : 2, true)) : [];
      const now = found && text(one.share ? (one.base + found[0]) * 100 : one.base + found[0], one.share ? 1 : 2) + (one.share ? "%" : "");
      const interval = found && place.dataset.interval.replace("%1", low).replace("%2", high);
      const values = { then: now, change, interval };
      for (const cell of all("[data-shows]", line)) cell.textContent = values[cell.dataset.shows] || place.dataset.dash;
    };
    const show = () => {
      const moves = sliders.map((one) => +one.value);
      const found = model.outcomes.map((one) => predict(one, moves));
      const told = square(model.precision, moves) <= model.region + 1e-9 && model.outcomes.every((one, i) => within(one, found[i]));
      moves.forEach((value, i) => {
        places[i].textContent = text(value, 1, true);
      });
      lines.forEach((line, i) => write(model.outcomes[i], line, told && found[i]));
      refused.hidden = told;
    };
    place.hidden = false;
    place.addEventListener("input", show);
    show();
    return () => {
      for (const one of sliders) one.value = 0;
      show();
    };
  };
  const simulators = new Map(all("[data-simulator]").map((place) => [place, simulator(place)]));
  const reset = (button) => simulators.get(button.closest("[data-simulator]"))();

  const deeds = { theme, save, reset, print: () => window.print() };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) deeds[button.dataset.do](button);
  });

  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("details:not([open])");
    for (const one of opened) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of opened) one.open = false;
  });

  // A table wider than the page is scrolled by keyboard as well.
  const reach = () => {
    for (const one of all(".scroll")) {
      if (one.scrollWidth > one.clientWidth) one.tabIndex = 0;
      else one.removeAttribute("tabindex");
    }
  };
  addEventListener("resize", reach);
  document.addEventListener("toggle", reach, true);
  reach();

  const links = new Map(all(".contents a").map((link) => [link.hash.slice(1), link]));
  const sections = all("main > section");
  const mark = () => {
    const passed = sections.filter((section) => section.getBoundingClientRect().top < innerHeight * 0.3);
    const ended = innerHeight + scrollY >= root.scrollHeight - 2;
    const current = links.get((ended ? sections : passed).at(-1)?.id) || links.get(sections[0]?.id);
    if (!current || current.hasAttribute("aria-current")) return;
    for (const link of links.values()) link.removeAttribute("aria-current");
    current.setAttribute("aria-current", "true");
    const list = current.closest("ol");
    if (list.scrollWidth > list.clientWidth) list.scrollLeft = current.offsetLeft - list.offsetLeft - 24;
  };
  addEventListener("scroll", mark, { passive: true });
  mark();
})();
