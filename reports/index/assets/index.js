/* The table of all runs: only the rows that are asked for, a hundred at a time. What is chosen stands in the address. */
"use strict";

(() => {
  const PER_PAGE = 100;
  const NO_VERDICT = "–";
  const holder = document.getElementById("data");
  const form = document.getElementById("filter");
  if (!form) return;
  const { rows, words, sets, signs, signed } = JSON.parse(holder.textContent);
  const [body] = document.getElementById("table").tBodies;
  const pages = document.getElementById("pages");
  const newer = document.getElementById("newer");
  const older = document.getElementById("older");
  const runs = rows.map(([run, begun, mocked, pump, bench, operator, outcome, ended, lasted, claimed, said, links, by]) => ({
    run, begun, mocked: mocked === 1, pump: words[pump], bench: words[bench], operator: words[operator],
    outcome: words[outcome], ended: words[ended], lasted, claims: sets[claimed], said: words[said], links, signed: signed[by],
    text: `${run} ${words[pump]} ${words[operator]}`.toLowerCase(),
  }));
  let shown = runs;
  let page = 0;

  const made = (name, kind, text) => {
    const one = document.createElement(name);
    if (kind) one.className = kind;
    if (text !== undefined) one.textContent = text;
    return one;
  };

  const TONES = { PASS: "v-pass", FAIL: "v-fail", ALTERED: "v-fail", INCONCLUSIVE: "v-inconclusive", INVALID: "v-invalid" };
  const badge = (outcome) => {
    const one = made("span", `badge ${TONES[outcome] ?? "v-none"}`);
    const sign = made("span", "", signs[outcome]);
    sign.setAttribute("aria-hidden", "true");
    one.append(sign, outcome === NO_VERDICT ? "no verdict yet" : outcome);
    return one;
  };

  const reports = (run) => {
    const cell = made("td");
    for (const [face, address] of run.links) {
      const link = made("a", "", face);
      link.href = address;
      link.setAttribute("aria-label", `${face} report of ${run.run}`);
      cell.append(link, " ");
    }
    if (!run.links.length) cell.append(made("span", "muted", "none"));
    return cell;
  };

  const signatures = (run) => {
    const [, said, bundles] = run.signed;
    if (!bundles.length) {
      const cell = made("td", "name");
      cell.append(made("span", "muted", said));
      return cell;
    }
    const cell = made("td", "name", `${said} `);
    for (const [name, address] of bundles) {
      const link = made("a", "", name);
      link.href = address;
      link.setAttribute("aria-label", `bundle ${name} of ${run.run}`);
      cell.append(link, " ");
    }
    return cell;
  };

  const isSigned = ([roles], as) => (as === "none" ? !roles.length : roles.includes(as));

  const drawn = (run) => {
    const row = made("tr");
    const verdict = made("td");
    verdict.append(badge(run.outcome));
    const head = made("th");
    head.scope = "row";
    head.append(made("code", "", run.run));
    const bench = made("td", "name", run.bench);
    if (run.mocked) bench.append(" ", made("span", "chip mocked", "mocked"));
    row.append(verdict, head, made("td", "nowrap", run.begun), made("td", "name", run.pump), bench,
      made("td", "name", run.operator), made("td", "", run.ended), made("td", "nowrap", run.lasted),
      made("td", "name", run.claims.join(", ")), made("td", "name", run.said), reports(run), signatures(run));
    return row;
  };

  const draw = () => {
    const from = page * PER_PAGE;
    const part = shown.slice(from, from + PER_PAGE);
    body.replaceChildren(...part.map(drawn));
    const last = Math.max(1, Math.ceil(shown.length / PER_PAGE));
    pages.hidden = last === 1;
    newer.disabled = page === 0;
    older.disabled = page >= last - 1;
    document.getElementById("page").textContent = `page ${page + 1} of ${last}`;
    const of = shown.length === runs.length ? `${runs.length} runs` : `${shown.length} runs that match, of ${runs.length}`;
    document.getElementById("status").textContent = part.length
      ? `${from + 1} to ${from + part.length} of ${of}.` : `No run matches, of ${runs.length}.`;
  };

  const choose = () => {
    const { text, outcome, requirement, bench, signed: as, kind, from, to } = Object.fromEntries(new FormData(form));
    const parts = text.toLowerCase().split(/\s+/).filter(Boolean);
    shown = runs.filter((run) => (!outcome || run.outcome === outcome)
      && (!requirement || run.claims.includes(requirement))
      && (!bench || run.bench === bench)
      && (!as || isSigned(run.signed, as))
      && (!kind || run.mocked === (kind === "mocked"))
      && (!from || run.begun.slice(0, 10) >= from)
      && (!to || run.begun.slice(0, 10) <= to)
      && parts.every((part) => run.text.includes(part)));
    page = 0;
    const said = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
    history.replaceState(null, "", said.size ? `#${said}` : location.pathname + location.search);
    draw();
  };

  const options = (name, values, called = (value) => value) => {
    const select = form.elements[name];
    for (const value of [...new Set(values)].sort((a, b) => a.localeCompare(b, "en", { numeric: true }))) {
      const one = made("option", "", called(value));
      one.value = value;
      select.append(one);
    }
  };

  options("outcome", runs.map((run) => run.outcome), (value) => (value === NO_VERDICT ? "no verdict yet" : value));
  options("requirement", sets.flat());
  options("bench", runs.map((run) => run.bench));
  for (const [name, value] of new URLSearchParams(location.hash.slice(1))) {
    if (form.elements[name]) form.elements[name].value = value;
  }
  form.addEventListener("input", choose);
  form.addEventListener("reset", () => setTimeout(choose));
  form.addEventListener("submit", (event) => event.preventDefault());
  const turn = (by) => {
    page += by;
    draw();
    document.getElementById("runs").scrollIntoView();
  };
  newer.addEventListener("click", () => turn(-1));
  older.addEventListener("click", () => turn(1));
  form.hidden = false;
  choose();
})();
