/* The numbers of a graph as the page carries them, turned into those to draw. */
"use strict";

/* Long rows of numbers are steps in whole units, `per` of which are 1: times as pairs of a step and how often it comes. */
function numbers(coded) {
  if (Array.isArray(coded)) return coded;
  const made = [];
  let at = 0;
  if (coded.runs) {
    for (let i = 0; i < coded.runs.length; i += 2) {
      for (let n = coded.runs[i + 1]; n > 0; n--) made.push((at += coded.runs[i]) / coded.per);
    }
  } else {
    for (const step of coded.steps) made.push(step === null ? null : (at += step) / coded.per);
  }
  return made;
}

/* The value of a line between its corners, held before the first and behind the last. */
function lineAt(line, x) {
  let low = 0;
  let high = line.x.length - 1;
  if (x <= line.x[0]) return line.y[0];
  if (x >= line.x[high]) return line.y[high];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (line.x[middle] <= x) low = middle; else high = middle;
  }
  const share = (x - line.x[low]) / (line.x[high] - line.x[low]);
  return line.y[low] + share * (line.y[high] - line.y[low]);
}

/* A graph's data. One that shows the lines of the graph before it less one of them has their numbers from there. */
function chartOf(figure) {
  const chart = JSON.parse(figure.querySelector("script").textContent);
  if (!chart.less) {
    for (const curve of chart.curves) [curve.x, curve.y] = [numbers(curve.x), numbers(curve.y)];
    return chart;
  }
  const before = chartOf(figure.previousElementSibling).curves;
  const less = before.find((curve) => curve.name === chart.less);
  for (const curve of chart.curves) {
    const { x, y } = before.find(({ name }) => name === curve.name);
    [curve.x, curve.y] = [x, y.map((value, i) => (value === null ? null : value - lineAt(less, x[i])))];
  }
  return chart;
}
