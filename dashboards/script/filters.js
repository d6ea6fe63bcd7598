// Filters of a page: the form, the tables, and the words that say what is shown. Charts follow by `narrow`.
//
// A filter only hides or greys what is on the page; titles and text stay as published, and each block that follows
// says so. What cannot be followed stands in a note.
"use strict";
(function () {
  const { address, charts } = window.reportmetrics;
  const { terms } = address;
  const form = document.getElementById("filters");
  if (!form) return; // several pages joined for paper
  const stateLine = document.getElementById("filter-state");
  const noteLine = document.getElementById("filter-note");
  const clear = form.querySelector("[type=reset]");
  const selects = Array.from(form.querySelectorAll("select"));
  const from = document.getElementById("filter-from"), to = document.getElementById("filter-to");
  const DAY = 86_400_000;
  const iso = (time) => new Date(time).toISOString().slice(0, 10);
  const lastDay = Date.parse(terms.asOf) - DAY;
  const plan = document.getElementById("plan"); // the page that keeps more than filters in its address

  // --- from the address to what is understood ---
  function period(text) {
    const [, start, end] = text.match(/^(\d{4}-\d\d-\d\d)\.\.(\d{4}-\d\d-\d\d)$/) || [];
    const real = (day) => day && Number.isFinite(Date.parse(day)) && iso(Date.parse(day)) === day;
    return real(start) && real(end) && start <= end ? { from: start, to: end } : null;
  }
  const ago = (weeks) => ({ from: iso(lastDay + DAY - 7 * weeks * DAY), to: iso(lastDay) });
  const span = ({ from: a, to: b }) => `${a}..${b}`;
  const offers = (select, value) => Array.from(select.options).some((o) => o.value === value);

  function understood({ filters, others }) {
    const known = {}, kept = [], odd = plan ? [] : others.map(([name, value]) => (value ? `${name}=${value}` : name));
    for (const [facet, value] of Object.entries(filters)) {
      const select = selects.find((s) => s.name === facet);
      const good = facet === "period" ? period(value) : !select || offers(select, value) ? value : null;
      if (!good) odd.push(`${facet}=${value}`);
      else if (select) known[facet] = good;
      else kept.push(`${terms.labels[facet].toLowerCase()} ${facet === "period" ? days(good) : value}`);
    }
    return { known, kept, odd };
  }

  // --- words ---
  const long = (day) => new Date(Date.parse(day)).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  const days = ({ from: a, to: b }) => `${long(a)} to ${long(b)}`;
  const label = (facet, value) => Array.from(selects.find((s) => s.name === facet).options).find((o) => o.value === value).text;
  const told = (facet, value) => (facet === "period" ? days(value) : label(facet, value));
  const ALL = { objective: "all objectives", hq: "all headquarters", template: "all forms", period: "all days" };

  // --- tables ---
  const touches = (row, { from: a, to: b }) => row.from <= b && row.to >= a;
  function cellKeys(cell, head) {
    const key = cell.dataset.key ?? cell.dataset.sort ?? cell.textContent.trim();
    if (head.dataset.facet !== "period") return key.split("\n");
    const start = Date.parse(key);
    return Number.isFinite(start) ? { from: key, to: iso(start + (Number(head.dataset.days || 1) - 1) * DAY) } : null;
  }
  function fits(cell, head, value) {
    const keys = cellKeys(cell, head);
    if (head.dataset.facet === "period") return keys !== null && touches(keys, value);
    return keys.includes(value) || keys.includes("*");
  }
  // Which filters a table follows, and how many of its rows are left.
  function narrowTable(table, known) {
    const heads = Array.from(table.tHead.rows[0].cells);
    const active = heads.map((head, i) => [head, i]).filter(([head]) => known[head.dataset.facet]);
    const rows = Array.from(table.tBodies[0].rows);
    for (const row of rows) row.hidden = !active.every(([head, i]) => fits(row.cells[i], head, known[head.dataset.facet]));
    return { facets: active.map(([head]) => head.dataset.facet), left: rows.filter((r) => !r.hidden).length, all: rows.length };
  }

  // --- blocks ---
  function sayOf(block) {
    const subtitle = block.querySelector(".subtitle");
    let said = subtitle.querySelector(".followed");
    if (!said) {
      said = document.createElement("span");
      said.className = "followed";
      said.id = block.id + "-followed";
      subtitle.append(said);
      const plot = block.querySelector(".plot");
      if (plot) plot.setAttribute("aria-describedby", `${plot.getAttribute("aria-describedby")} ${said.id}`);
    }
    return said;
  }
  function words(block, known) {
    const place = block.querySelector("[data-chart]");
    const drawn = place ? charts.follows(place, known) : {};
    const tables = Array.from(block.querySelectorAll("table[data-sortable]"), (t) => narrowTable(t, known));
    const facets = Object.keys(known).filter((f) => f in drawn || tables.some((t) => t.facets.includes(f)));
    if (!facets.length) return null;
    const parts = [];
    if (Object.values(drawn).some((there) => !there)) parts.push("The chart has nothing of it and is drawn in full.");
    else if (place && facets.some((f) => !(f in drawn))) parts.push("The chart is drawn in full; its table follows.");
    for (const t of tables.filter((t) => t.facets.length)) parts.push(t.left ? `${t.left} of ${t.all} rows.` : "No row of the table is about it.");
    return [
      `Shown: ${facets.map((f) => told(f, known[f])).join("; ")}. `,
      parts.map((part) => part + " ").join(""),
      `Title, text and CSV: ${facets.map((f) => ALL[f]).join(", ")}.`,
    ];
  }

  // --- all of it ---
  const blocks = Array.from(document.querySelectorAll("section[id]")).filter((b) => b.querySelector(":scope > .subtitle"));
  function show(announced) {
    const now = address.now();
    const { known, kept, odd } = understood(now);
    const [own, value] = terms.own;
    if (own && known[own] && known[own] !== value) {
      return location.replace(address.pageAbout(own, known[own]) + address.written(now));
    }
    for (const select of selects) {
      const chosen = known[select.name];
      select.value = select.dataset.own || (select.name === "period" ? weeksOf(chosen) : chosen) || "";
      if (select.name === "period") showDays(chosen, select.value);
    }
    charts.filtered(known);
    for (const block of blocks) {
      const said = words(block, known);
      if (!said && !block.querySelector(".followed")) continue;
      sayOf(block).replaceChildren(...(said || []).map((text, i) => {
        const span = document.createElement("span");
        span.className = i === 1 ? "on-screen" : ""; // paper has no table of a chart
        span.textContent = text;
        return span;
      }));
    }
    const parts = Object.entries(known).map(([f, v]) => told(f, v));
    const state = [];
    if (parts.length) state.push(`Filtered: ${parts.join("; ")}.`, "Charts and tables that follow say “Shown”; all else, and every title, is about everything.");
    if (kept.length) state.push(`Kept for other pages, nothing here follows it: ${kept.join("; ")}.`);
    write(stateLine, state.join(" "));
    write(noteLine, odd.length ? `Not understood in the address and left aside: ${odd.map((o) => `“${o.slice(0, 80)}”`).join(", ")}.` : "");
    clear.hidden = !parts.length && !kept.length && !odd.length;
    form.hidden = !selects.length && clear.hidden;
    address.carry(Object.fromEntries(Object.entries(now.filters).filter(([f, v]) => !odd.includes(`${f}=${v}`))));
    if (announced) document.getElementById("announce").textContent = state.join(" ") || "No filter";
  }
  function write(line, text) {
    line.textContent = text;
    line.hidden = !text;
  }

  // --- the form ---
  const weeksOf = (chosen) => {
    if (!chosen) return "";
    const select = document.getElementById("filter-period");
    return Array.from(select.options, (o) => o.value).find((v) => Number(v) && span(ago(Number(v))) === span(chosen)) || "days";
  };
  function showDays(chosen, kind) {
    from.closest(".days").hidden = kind !== "days";
    const { from: a, to: b } = chosen || ago(13);
    [from.value, to.value] = [a, b];
  }
  function chosenPeriod(select) {
    if (!select.value) return "";
    if (select.value !== "days") return span(ago(Number(select.value)));
    return from.value && to.value && from.value <= to.value ? `${from.value}..${to.value}` : "";
  }
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    address.choose({});
  });
  form.addEventListener("change", (event) => {
    const facet = event.target.name || "period";
    const select = document.getElementById("filter-" + facet);
    const filters = { ...address.now().filters };
    if (facet === "period" && select.value === "days" && event.target === select) showDays(null, "days");
    filters[facet] = facet === "period" ? chosenPeriod(select) : select.value;
    if (!filters[facet]) delete filters[facet];
    address.choose(filters);
  });
  document.addEventListener("address", () => show(true));
  show(false);
})();
