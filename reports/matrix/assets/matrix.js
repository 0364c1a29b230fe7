/* The tables of the matrix: only the rows that are asked for. What is chosen stands in the address. */
"use strict";

(() => {
  const form = document.getElementById("filter");
  const rows = [...document.querySelectorAll("table.filtered")].flatMap((table) =>
    [...table.tBodies[0].rows].map((row) => ({
      row,
      of: table.dataset.of,
      gaps: JSON.parse(row.dataset.gaps),
      requirements: row.dataset.lacking ? JSON.parse(row.dataset.lacking) : [row.dataset.requirement],
      verdict: row.dataset.verdict,
      text: row.textContent.toLowerCase(),
    })));

  const choose = () => {
    const { text, requirement, gap, verdict } = Object.fromEntries(new FormData(form));
    const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
    const counts = {};
    for (const one of rows) {
      const meant = (!requirement || one.requirements.includes(requirement))
        && (!gap || one.gaps.includes(gap))
        && (!verdict || one.verdict === undefined || one.verdict === verdict)
        && parts.every((part) => one.text.includes(part));
      one.row.hidden = !meant;
      counts[one.of] ??= [0, 0];
      counts[one.of][0] += meant ? 1 : 0;
      counts[one.of][1] += 1;
    }
    const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", said.size ? `#${said}` : location.pathname + location.search);
    const words = Object.entries(counts).map(([of, [shown, all]]) => `${shown} of ${all} ${of}`);
    document.getElementById("status").textContent = words.length ? `Shown: ${words.join(", ")}.` : "";
  };

  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.addEventListener("input", choose);
  form.addEventListener("reset", () => setTimeout(choose));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.hidden = false;
  choose();
})();
