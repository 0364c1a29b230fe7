/* What stands over the lines of a graph: the names of its windows, and moments with theirs. */
"use strict";

function nameRegions(u, ctx, regions) {
  const { left, top, width } = u.bbox;
  // A window may lie within another: its name then stands a line lower.
  const taken = [];
  for (const [name, begin, end] of regions) {
    const from = Math.max(u.valToPos(begin, "x", true), left) + 6 * devicePixelRatio;
    const to = Math.min(u.valToPos(end, "x", true), left + width);
    const wide = ctx.measureText(name).width;
    if (wide >= to - from) continue;
    const row = [0, 1, 2].find((one) => !taken.some(([at, first, last]) => at === one && from < last && from + wide > first));
    if (row === undefined) continue;
    taken.push([row, from, from + wide + 6 * devicePixelRatio]);
    ctx.fillText(name, from, top + (4 + 14 * row) * devicePixelRatio);
  }
}

/* Moments as dashed lines, the name of each on a line of its own, on whichever side there is room. */
function drawMoments(u, ctx, marks = []) {
  const { left, top, width, height } = u.bbox;
  const [ratio, ink, ground] = [devicePixelRatio, colour("ink"), colour("card")];
  marks.forEach(([name, at], i) => {
    const x = Math.round(u.valToPos(at, "x", true)) + 0.5;
    if (x < left || x > left + width) return;
    ctx.strokeStyle = ink;
    ctx.lineWidth = ratio;
    ctx.setLineDash([4 * ratio, 3 * ratio]);
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    ctx.setLineDash([]);
    const before = x + 8 * ratio + ctx.measureText(name).width > left + width;
    ctx.textAlign = before ? "right" : "left";
    // What stands behind the name does not make it hard to read.
    ctx.strokeStyle = ground;
    ctx.lineWidth = 4 * ratio;
    ctx.fillStyle = ink;
    const place = [name, x + (before ? -5 : 5) * ratio, top + (20 + 15 * i) * ratio];
    ctx.strokeText(...place);
    ctx.fillText(...place);
  });
}
