// Two small drawings: how much is left, and how that went during the last hour.

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
  const words = allowances.map(({ name, limit, remaining }) => `${remaining} of ${limit} ${name} left`).join(", ");
  return svg("svg", { class: "gauge", viewBox: "0 0 200 112", role: "img", "aria-label": words },
    allowances.map((allowance, index) => arc(allowance, 90 - index * 16)),
    svg("text", { x: 100, y: 84, "text-anchor": "middle", class: "gauge-number" }, first.remaining),
    svg("text", { x: 100, y: 103, "text-anchor": "middle", class: "gauge-unit" }, `of ${first.limit} left`));
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

/** The curve of what was left, the newest at the right; where nobody looked it is broken. */
export function curve(values, limit, words) {
  const most = Math.max(limit, ...values.filter((value) => value !== null), 1);
  const x = (index) => ((STEPS - values.length + index + 0.5) / STEPS) * WIDTH;
  const y = (value) => HEIGHT - 2 - (value / most) * (HEIGHT - 8);
  const runs = [];
  values.forEach((value, index) => {
    if (value === null) return;
    if (index === 0 || values[index - 1] === null) runs.push([]);
    runs.at(-1).push([x(index), y(value)]);
  });
  const text = (points) => points.map(([a, b]) => `${a.toFixed(1)} ${b.toFixed(1)}`).join(" L ");
  return svg("svg", { class: "curve", viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", role: "img", "aria-label": words },
    svg("path", { class: "curve-limit", d: `M 0 ${y(limit)} H ${WIDTH}` }),
    [0.25, 0.5, 0.75].map((part) => svg("path", { class: "curve-mark", d: `M ${WIDTH * part} 0 V ${HEIGHT}` })),
    runs.map((points) => {
      const [left] = points[0];
      const [right] = points.at(-1);
      return svg("g", {},
        svg("path", { class: "curve-area", d: `M ${left} ${HEIGHT} L ${text(points)} L ${right} ${HEIGHT} Z` }),
        svg("path", { class: "curve-line", d: `M ${text(points)}${points.length === 1 ? " h 1" : ""}` }));
    }));
}
