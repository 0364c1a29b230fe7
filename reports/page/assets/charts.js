/* The graphs of a report: hover with values and units, zoom, lines on and off, keys, light and dark, print. */
"use strict";

class Graph {
  constructor(figure) {
    this.plot = figure.querySelector(".plot");
    this.legend = figure.querySelector(".legend");
    this.figure = figure;
    this.u = null;
    this.inView = false;
    this.plot.tabIndex = 0;
    this.plot.setAttribute("role", "application");
    this.plot.setAttribute("aria-roledescription", "graph");
    const [title, caption] = ["figcaption", ".caption"].map((part) => figure.querySelector(part).textContent);
    this.plot.setAttribute("aria-label", `${title}. ${caption} Arrow keys move from value to value.`);
    this.plot.addEventListener("keydown", (event) => this.key(event));
  }

  /* Numbers are read and lines made when a graph is first wanted: a page may hold a thousand. */
  read() {
    this.chart = chartOf(this.figure);
    this.entries = entriesOf(this.chart);
    this.hidden = new Set(this.chart.curves.flatMap((curve, i) => (curve.shown === false ? [i] : [])));
    this.makeLegend();
  }

  makeLegend() {
    for (const entry of this.chart.curves.length > 1 ? this.entries : []) {
      const button = element("button");
      button.type = "button";
      button.append(swatch(entry.role, entry.shape), element("span", "", entry.name));
      button.setAttribute("aria-pressed", String(!this.hidden.has(entry.places[0])));
      button.addEventListener("click", () => {
        const show = button.getAttribute("aria-pressed") === "false";
        button.setAttribute("aria-pressed", String(show));
        for (const place of entry.places) {
          if (show) this.hidden.delete(place); else this.hidden.add(place);
          this.u?.setSeries(place + 1, { show });
        }
      });
      this.legend.append(button);
    }
    this.reset = element("button", "reset", "show all again");
    this.reset.type = "button";
    this.reset.hidden = true;
    this.reset.addEventListener("click", () => this.zoomOut());
    this.legend.append(this.reset);
  }

  zoomOut() {
    this.u?.setData(this.u.data, true);
  }

  key(event) {
    if (!this.u) return;
    const moves = { ArrowLeft: -1, ArrowRight: 1, PageUp: -50, PageDown: 50 };
    if (event.key === "Escape") {
      this.zoomOut();
      this.u.setCursor({ left: -10, top: -10 });
    } else if (event.key in moves) {
      const last = this.u.data[0].length - 1;
      this.index = Math.min(last, Math.max(0, (this.u.cursor.idx ?? this.index ?? 0) + moves[event.key]));
      this.u.setCursor({ left: this.u.valToPos(this.u.data[0][this.index], "x"), top: 20 });
      event.preventDefault();
    }
  }

  build() {
    if (!this.chart) this.read();
    this.u?.destroy();
    this.u = new uPlot(this.options(), aligned(this.chart.curves), this.plot);
  }

  fit() {
    const [width, height] = [this.plot.clientWidth, this.plot.clientHeight];
    if (!width) return;
    if (!this.u && (this.inView || isPrinting())) this.build();
    else if (this.u && width !== this.u.width) this.u.setSize({ width, height });
  }

  options() {
    const { chart } = this;
    const ink = colour("muted");
    const font = `12px ${getComputedStyle(document.body).fontFamily}`;
    const axis = { stroke: ink, font, labelFont: font, labelGap: 0, ticks: { stroke: colour("line"), size: 5 }, grid: { stroke: colour("grid"), width: 1 }, values: tickLabels };
    const label = ({ label: text, unit }) => (unit ? `${text} (${unit})` : text);
    const every = Math.ceil(chart.x.ticks.length / MOST_TICKS);
    const ticks = chart.x.ticks.filter((_, i) => i % every === 0);
    return {
      width: this.plot.clientWidth,
      height: this.plot.clientHeight,
      legend: { show: false },
      focus: { alpha: 1 },
      cursor: {
        drag: { x: true, y: false, dist: 6 },
        sync: chart.group ? { key: chart.group, scales: ["x", null] } : undefined,
        dataIdx: (u, i, index, x) => (i === 0 ? index : nearest(u, i, index, x, chart.curves[i - 1].shape)),
        points: { size: (u, i) => (DRAWN.has(chart.curves[i - 1]?.role) ? 0 : 8) },
      },
      scales: {
        x: { time: false, distr: chart.x.log ? 3 : 1, range: chart.x.log ? (u, low, high) => [low / 1.2, high * 1.2] : undefined },
      },
      axes: [
        { ...axis, label: label(chart.x), labelSize: 20, size: 34, ...(ticks.length ? { splits: () => ticks, filter: (u, splits) => splits } : {}) },
        { ...axis, label: label(chart.y), labelSize: 20, size: (u, values) => 16 + 7.2 * Math.max(3, ...(values || []).map((value) => (value || "").length)) },
      ],
      series: [{}, ...chart.curves.map((curve, i) => this.series(curve, i))],
      bands: chart.bands.map(([, upper, lower]) => ({ series: [upper + 1, lower + 1], fill: `${colour(chart.curves[upper].role)}2e` })),
      hooks: {
        drawClear: [(u) => this.onCanvas(u, (ctx) => this.ground(u, ctx))],
        draw: [(u) => this.onCanvas(u, (ctx) => this.words(u, ctx))],
        setCursor: [(u) => this.tip(u)],
        setScale: [(u, key) => { if (key === "x") this.noteZoom(u); }],
      },
    };
  }

  series(curve, i) {
    const style = STYLES[curve.role] || STYLES.signal;
    const stroke = colour(curve.role in STYLES ? curve.role : "signal");
    const paths = { steps: uPlot.paths.stepped({ align: -1 }), points: () => null }[curve.shape];
    return {
      label: curve.name,
      show: !this.hidden.has(i),
      stroke,
      width: style.width,
      dash: style.dash,
      paths,
      points: { show: curve.shape === "points" || curve.shape === "marked", size: 7, fill: stroke, stroke },
    };
  }

  noteZoom(u) {
    const xs = u.data[0];
    const { min, max } = u.scales.x;
    this.reset.hidden = !(min > xs[0] || max < xs[xs.length - 1]);
  }

  onCanvas({ ctx, bbox }, draw) {
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    draw(ctx);
    ctx.restore();
  }

  /* Behind the lines: windows as shaded spans. */
  ground(u, ctx) {
    const { top, height } = u.bbox;
    for (const [, begin, end] of this.chart.regions) {
      const [left, right] = [u.valToPos(begin, "x", true), u.valToPos(end, "x", true)];
      ctx.fillStyle = colour("region");
      ctx.fillRect(left, top, right - left, height);
      ctx.fillStyle = colour("line");
      for (const edge of [left, right]) ctx.fillRect(Math.round(edge), top, devicePixelRatio, height);
    }
  }

  /* Over the lines: the names of the windows, and on a mocked bench the word for it. */
  words(u, ctx) {
    const { left, top, width, height } = u.bbox;
    const family = getComputedStyle(document.body).fontFamily;
    ctx.fillStyle = colour("muted");
    ctx.font = `${11 * devicePixelRatio}px ${family}`;
    ctx.textBaseline = "top";
    ctx.textAlign = "left";
    nameRegions(u, ctx, this.chart.regions);
    drawMoments(u, ctx, this.chart.marks);
    if (!MOCKED) return;
    ctx.fillStyle = colour("muted");
    ctx.globalAlpha = 0.6;
    ctx.textAlign = "right";
    ctx.textBaseline = "bottom";
    ctx.font = `600 ${10 * devicePixelRatio}px ${family}`;
    ctx.fillText(MOCKED, left + width - 6 * devicePixelRatio, top + height - 4 * devicePixelRatio);
  }

  tip(u) {
    const { left, top, idx } = u.cursor;
    if (!this.box || !this.box.isConnected) {
      this.box = element("div", "tip");
      u.over.append(this.box);
    }
    this.box.hidden = !(left >= 0) || idx == null;
    if (this.box.hidden) return;
    const { chart } = this;
    const x = u.posToVal(left, "x");
    const told = [];
    const rows = element("table");
    for (const { name, role, shape, places } of this.entries) {
      const values = places.flatMap((place) => {
        const at = u.cursor.idxs[place + 1];
        return this.hidden.has(place) || at == null || u.data[place + 1][at] == null ? [] : [u.data[place + 1][at]];
      });
      if (!values.length) continue;
      const row = rows.insertRow();
      row.insertCell().append(swatch(role, shape));
      row.insertCell().textContent = name;
      const text = values.sort((a, b) => a - b).map(short).join(" to ");
      row.insertCell().textContent = chart.y.unit ? `${text} ${chart.y.unit}` : text;
      told.push(`${name} ${row.cells[2].textContent}`);
    }
    const place = this.place(x, idx);
    this.box.replaceChildren(...place, rows);
    if (document.activeElement === this.plot || this.plot.matches(":hover")) announce([place[0].textContent, ...told].join(", "));
    const room = Math.min(innerWidth, this.figure.closest("section").getBoundingClientRect().right) - u.over.getBoundingClientRect().left - 12;
    const width = this.box.offsetWidth;
    this.box.style.left = `${left + 18 + width > room ? left - width - 18 : left + 18}px`;
    this.box.style.top = `${Math.max(0, Math.min(top - 20, u.over.clientHeight - this.box.offsetHeight))}px`;
  }

  /* Where the cursor is: at a value of x, and on the run's own clock. */
  place(x, idx) {
    const { chart } = this;
    const shown = chart.originMs === null ? this.u.data[0][idx] : x;
    const lines = [element("p", "", `${chart.x.label} ${short(shown)} ${chart.x.unit}`)];
    if (chart.originMs !== null) {
      const when = new Date(chart.originMs + x * 3.6e6).toISOString();
      lines.push(element("p", "", `${when.slice(0, 19).replace("T", " ")} UTC`));
    }
    return lines;
  }
}

/* What stands under the cursor, said aloud once it has rested for a moment: not every pixel on the way is news. */
const live = element("p", "unseen");
live.setAttribute("role", "status");
live.setAttribute("aria-live", "polite");
document.querySelector("main").append(live);
let waiting = 0;
function announce(text) {
  clearTimeout(waiting);
  waiting = setTimeout(() => { live.textContent = text; }, REST_MS);
}

const graphs = new Map();
for (const figure of document.querySelectorAll("figure.chart")) {
  const graph = new Graph(figure);
  graphs.set(graph.plot, graph);
}
const isPrinting = () => document.documentElement.classList.contains("printing");

// A graph is drawn when it comes near the window; one in a closed part of the page when that opens.
const sizes = new ResizeObserver((changed) => {
  for (const { target } of changed) graphs.get(target).fit();
});
const views = new IntersectionObserver((changed) => {
  for (const { target, isIntersecting } of changed) {
    if (!isIntersecting) continue;
    const graph = graphs.get(target);
    graph.inView = true;
    graph.fit();
    views.unobserve(target);
    sizes.observe(target);
  }
}, { rootMargin: "400px" });
for (const plot of graphs.keys()) views.observe(plot);

const redraw = () => graphs.forEach((graph) => graph.u && graph.build());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
addEventListener("beforeprint", () => {
  document.documentElement.classList.add("printing");
  redraw();
  graphs.forEach((graph) => graph.fit());
});
addEventListener("afterprint", () => {
  document.documentElement.classList.remove("printing");
  redraw();
});
