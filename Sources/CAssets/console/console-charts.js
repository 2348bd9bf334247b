// Two small drawings: how much is left, and how that went during the last hour.

import { locale } from "/assets/console-zones.js";

const SVG = "http://www.w3.org/2000/svg";

/** An element of a drawing. */
function svg(name, attributes, ...children) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children.flat(Infinity).filter((child) => child !== false));
  return made;
}

/** Below this part of a budget it is time to care. */
const LOW = 0.2;

/** 100,000 */
export function count(number) {
  return number.toLocaleString(locale);
}

export function mood(remaining, limit) {
  if (remaining <= 0) return "empty";
  return remaining < limit * LOW ? "low" : "good";
}

/**
 * Half a dial for each allowance, the first one outside.
 * @param {{name: string, limit: number, remaining: number}[]} allowances
 */
export function gauge(allowances) {
  const [first] = allowances;
  const words = allowances.map(({ name, limit, remaining }) => `${count(remaining)} of ${count(limit)} ${name} left`).join(", ");
  return svg("svg", { class: "gauge", viewBox: "0 0 200 112", role: "img", "aria-label": words },
    allowances.map((allowance, index) => arc(allowance, 90 - index * 16)),
    svg("text", { x: 100, y: 84, "text-anchor": "middle", class: "gauge-number" }, count(first.remaining)),
    svg("text", { x: 100, y: 103, "text-anchor": "middle", class: "gauge-unit" }, `of ${count(first.limit)} left`));
}

function arc({ limit, remaining }, radius) {
  const path = `M ${100 - radius} 100 A ${radius} ${radius} 0 0 1 ${100 + radius} 100`;
  const part = limit > 0 ? Math.max(0, Math.min(1, remaining / limit)) : 0;
  return [
    svg("path", { d: path, class: "gauge-track" }),
    part > 0 && svg("path", {
      d: path, class: `gauge-value ${mood(remaining, limit)}`, pathLength: 100, "stroke-dasharray": `${part * 100} 200`,
    }),
  ];
}

const WIDTH = 360;
const HEIGHT = 72;
const STEPS = 360;

/**
 * The curves of what was left, as parts of each limit, the newest at the right; where nobody looked they are broken.
 * @param {{values: (number | null)[], limit: number}[]} series the first one is filled
 */
export function curves(series, words) {
  return svg("svg", { class: "curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words },
    svg("path", { class: "curve-limit", d: `M 0 ${height(1)} H ${WIDTH}` }),
    [0.25, 0.5, 0.75].map((part) => svg("path", { class: "curve-mark", d: `M ${WIDTH * part} 0 V ${HEIGHT}` })),
    series.map(({ values, limit }, index) => runsOf(values, limit).map((points) => {
      const line = points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join(" L ");
      const [[left], [right]] = [points[0], points.at(-1)];
      return svg("g", { class: index === 0 ? "first" : "second" },
        index === 0 && svg("path", { class: "curve-area", d: `M ${left} ${HEIGHT} L ${line} L ${right} ${HEIGHT} Z` }),
        svg("path", { class: "curve-line", d: `M ${line}${points.length === 1 ? " h 1" : ""}` }));
    })));
}

function height(part) {
  return HEIGHT - 2 - Math.max(0, Math.min(1, part)) * (HEIGHT - 8);
}

/** The points of each stretch without a gap. */
function runsOf(values, limit) {
  const runs = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index === 0 || values[index - 1] === null) runs.push([]);
    runs.at(-1).push([((STEPS - values.length + index + 0.5) / STEPS) * WIDTH, height(value / Math.max(1, limit))]);
  });
  return runs;
}
