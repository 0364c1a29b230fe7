/* The table of verdicts: sorted by a press on a heading, and only the rows that are asked for. */
"use strict";

function verdictFilter(table, rows) {
  const off = new Set();
  const search = element("input");
  search.type = "search";
  const label = element("label", "", "Show only ");
  label.append(search);
  const bar = element("div", "filter");
  const said = element("span", "muted");
  said.setAttribute("role", "status");
  const show = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = off.has(row.dataset.verdict) || !words.every((word) => text.includes(word));
    }
    const left = rows.filter((row) => !row.hidden).length;
    said.textContent = left < rows.length ? `${left} of ${rows.length} shown` : "";
  };
  search.addEventListener("input", show);
  bar.append(label);
  const verdicts = [...new Set(rows.map((row) => row.dataset.verdict))];
  for (const verdict of verdicts.length > 1 ? verdicts : []) {
    const button = element("button", "", verdict);
    button.type = "button";
    button.setAttribute("aria-pressed", "true");
    button.addEventListener("click", () => {
      if (!off.delete(verdict)) off.add(verdict);
      button.setAttribute("aria-pressed", String(!off.has(verdict)));
      show();
    });
    bar.append(button);
  }
  bar.append(said);
  table.parentElement.before(bar);
}

/* What a row is sorted by in a column; what has no number stands behind all that have, whichever way. */
function sorted(rows, column, kind, way) {
  const key = ({ cells: { [column]: cell } }) => (kind === "number" ? Number(cell.dataset.key ?? NaN) : cell.textContent);
  return rows.map((row) => [key(row), row]).sort(([a], [b]) => {
    if (kind === "text") return way * a.localeCompare(b, "en", { numeric: true });
    return Number.isNaN(a) - Number.isNaN(b) || way * (a - b) || 0;
  }).map(([, row]) => row);
}

function verdictTable(table) {
  const rows = [...table.tBodies[0].rows];
  if (rows.length < 2) return;
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, column) => {
    if (!head.dataset.sort) return;
    const button = element("button", "sort", head.textContent);
    button.type = "button";
    button.addEventListener("click", () => {
      const way = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", way > 0 ? "ascending" : "descending");
      table.tBodies[0].append(...sorted(rows, column, head.dataset.sort, way));
    });
    head.replaceChildren(button);
  });
  verdictFilter(table, rows);
}

document.querySelectorAll("table.verdicts").forEach(verdictTable);
