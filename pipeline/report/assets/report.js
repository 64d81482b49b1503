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

  const deeds = { theme, save, print: () => window.print() };
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
