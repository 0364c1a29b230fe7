/* What the lines of a graph look like, and their values at any x. */
"use strict";

// What a line stands for decides how it looks: never by colour alone.
const STYLES = {
  balance: { width: 2 },
  flow: { width: 1.5, dash: [9, 3] },
  pump: { width: 1.5, dash: [2, 3] },
  programmed: { width: 1.5, dash: [7, 5] },
  limit: { width: 1.5, dash: [3, 4] },
  envelope: { width: 0.75 },
  highest: { width: 2 },
  lowest: { width: 2, dash: [9, 3] },
  dose: { width: 2 },
  result: { width: 2, dash: [12, 3] },
  signal: { width: 1 },
};
// Lines that hold between their corners: there the value under the cursor is computed, elsewhere it is a sample.
const DRAWN = new Set(["programmed", "limit", "envelope", "result"]);
const ORDER = ["balance", "highest", "dose", "result", "flow", "lowest", "pump", "programmed", "limit", "envelope"];
const MOST_TICKS = 13;
const REST_MS = 400;
const MOCKED = document.body.dataset.mocked || "";

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
const minus = (text) => text.replace("-", "−");
const short = (value) => minus(String(Number(value.toPrecision(5))));

/* Legend entries: each band with its two edges, all limits together, every other line for itself. */
function entriesOf({ curves, bands }) {
  const made = bands.map(([name, upper, lower]) => ({ name, role: curves[upper].role, shape: "band", places: [upper, lower] }));
  const taken = new Set(made.flatMap((entry) => entry.places));
  const limits = curves.flatMap((curve, i) => (curve.role === "limit" && !taken.has(i) ? [i] : []));
  if (limits.length) made.push({ name: limits.length > 1 ? "limits" : curves[limits[0]].name, role: "limit", shape: "line", places: limits });
  limits.forEach((i) => taken.add(i));
  curves.forEach((curve, i) => {
    if (!taken.has(i)) made.push({ name: curve.name, role: curve.role, shape: curve.shape, places: [i] });
  });
  return made.sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
}

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function swatch(role, marked) {
  const style = STYLES[role] || STYLES.signal;
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("width", "22");
  svg.setAttribute("height", "10");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(ns, marked === "points" ? "circle" : marked === "band" ? "rect" : "path");
  if (marked === "points") {
    for (const [key, value] of [["cx", 11], ["cy", 5], ["r", 3.5]]) line.setAttribute(key, value);
    line.style.fill = `var(--${role})`;
  } else if (marked === "band") {
    for (const [key, value] of [["width", 22], ["height", 10]]) line.setAttribute(key, value);
    line.style.fill = `var(--${role})`;
    line.style.opacity = "0.3";
  } else {
    line.setAttribute("d", "M0 5h22");
    line.setAttribute("stroke-dasharray", (style.dash || []).join(" "));
    line.style.stroke = `var(--${role})`;
    line.style.strokeWidth = "2";
  }
  svg.append(line);
  return svg;
}

/* One x for all lines, as uPlot wants it; lines between corners get their values at every x. */
function aligned(curves) {
  const data = uPlot.join(curves.map((curve) => [curve.x, curve.y]));
  curves.forEach((curve, i) => {
    if (!DRAWN.has(curve.role)) return;
    let right = 0;
    data[i + 1] = data[0].map((x) => {
      while (right < curve.x.length && curve.x[right] < x) right++;
      if (right === curve.x.length || (right === 0 && curve.x[0] > x)) return undefined;
      if (curve.x[right] === x || right === 0) return curve.y[right];
      const share = (x - curve.x[right - 1]) / (curve.x[right] - curve.x[right - 1]);
      return curve.y[right - 1] + share * (curve.y[right] - curve.y[right - 1]);
    });
  });
  return data;
}

/* The sample of a line that a cursor at x speaks of: the nearest, and for steps the interval that x lies in. */
function nearest(u, i, index, x, shape) {
  const [xs, ys] = [u.data[0], u.data[i]];
  let [left, right] = [index, index];
  while (left >= 0 && ys[left] == null) left--;
  while (right < ys.length && ys[right] == null) right++;
  if (shape === "steps") {
    while (right < ys.length && (ys[right] == null || xs[right] < x)) right++;
    return right < ys.length ? right : null;
  }
  if (left < 0 || right >= ys.length) return left < 0 ? (right < ys.length ? right : null) : left;
  return x - xs[left] <= xs[right] - x ? left : right;
}

function tickLabels(u, splits) {
  const shown = splits.filter((split) => split != null);
  const step = Math.min(...shown.slice(1).map((split, i) => split - shown[i]).filter((gap) => gap > 0), Infinity);
  const decimals = Number.isFinite(step) ? Math.min(8, Math.max(0, -Math.floor(Math.log10(step * 1.0001)))) : 0;
  const wanted = [decimals, decimals + 1, decimals + 2].find((n) => shown.every((v) => Math.abs(v - Number(v.toFixed(n))) < step / 1e3));
  return splits.map((split) => (split == null ? null : minus(Number(split.toFixed(wanted ?? decimals)).toString())));
}
