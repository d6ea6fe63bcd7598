// Reckons the load of a year for a plan, as the library's `simulate` does. The plan lives in the address (#...).
"use strict";
(function () {
  const terms = JSON.parse(document.getElementById("terms").textContent);
  const plan = document.getElementById("plan");
  const personnel = document.getElementById("personnel");
  const slide = document.getElementById("personnel-slide");
  const choices = Array.from(plan.querySelectorAll("[data-form]"));
  const fields = [personnel, document.getElementById("tour"), document.getElementById("gap")];
  const YEAR_DAYS = 365.25;
  const LOW = 0, CENTRAL = 1, HIGH = 2;
  const kept = window.reportmetrics.address;
  const known = new Map(terms.forms.map((form) => [form.id, form]));

  // --- arithmetic ---
  function load(wanted) {
    const factor = wanted.personnel / terms.personnel;
    const forms = new Map();
    for (const form of terms.forms) {
      const choice = wanted.forms[form.id] || "1";
      if (choice === "drop" || choice.startsWith("into ")) continue;
      const minutes = [...form.minutes];
      for (const [id, other] of Object.entries(wanted.forms)) {
        if (other === "into " + form.id) form.adds[id].forEach((m, i) => { minutes[i] += m; });
      }
      const responses = form.responses / Number(choice) * (form.grows ? factor : 1);
      forms.set(form.id, { responses, hours: minutes.map((m) => m * responses / 60), normal: form.normal });
    }
    const sum = (of) => [LOW, CENTRAL, HIGH].map((i) => Array.from(forms.values()).reduce((t, f) => t + of(f, i), 0));
    const hours = sum((f, i) => f.hours[i]);
    const out = {
      personnel: wanted.personnel,
      advisors: terms.advisors * factor,
      responses: Array.from(forms.values()).reduce((t, f) => t + f.responses, 0),
      hours,
      net: sum((f, i) => f.hours[i] * (1 - f.normal)),
      week: hours[CENTRAL] / (terms.advisors * factor) / (YEAR_DAYS / 7),
      requests: factor,
    };
    if (terms.tariffs.length) {
      const mean = terms.tariffs.reduce((t, x) => t + x, 0) / terms.tariffs.length;
      out.cost = [hours[LOW] * Math.min(...terms.tariffs), hours[CENTRAL] * mean, hours[HIGH] * Math.max(...terms.tariffs)];
    }
    for (const form of terms.forms) out["form " + form.id] = forms.has(form.id) ? forms.get(form.id).hours : null;
    out.handovers = out.advisors * YEAR_DAYS / (wanted.tour + wanted.gap);
    out.empty = out.handovers * wanted.gap;
    out.tenure = wanted.tour / 2;
    return out;
  }

  // --- words ---
  const THIN = "\u202f", MINUS = "\u2212";
  function fixed(value, decimals) {
    // half away from zero, as the rest of the pages rounds
    const scale = 10 ** decimals;
    const rounded = Math.round((Math.abs(value) + Number.EPSILON * Math.abs(value)) * scale) / scale;
    const [whole, part] = rounded.toFixed(decimals).split(".");
    const text = whole.replace(/\B(?=(\d{3})+$)/g, THIN) + (part ? "." + part : "");
    return value < 0 && rounded > 0 ? MINUS + text : text;
  }
  const decimals = (name) => (name === "week" || name === "requests" ? 1 : 0);
  function words(name, value) {
    if (value === null) return "not asked";
    if (!Array.isArray(value)) return fixed(value, decimals(name));
    const [low, central, high] = value;
    return low === high ? fixed(central, 0) : `${fixed(central, 0)} (${fixed(low, 0)} to ${fixed(high, 0)})`;
  }
  const middle = (value) => (value === null ? 0 : Array.isArray(value) ? value[CENTRAL] : value);
  function difference(name, before, after) {
    const by = middle(after) - middle(before);
    const text = fixed(by, decimals(name));
    return by > 0 && Number(text.replaceAll(THIN, "")) !== 0 ? "+" + text : text;
  }

  // --- the plan in the controls, in the address, and as a command ---
  const today = { personnel: terms.personnel, forms: {}, tour: Number(fields[1].defaultValue), gap: Number(fields[2].defaultValue) };
  const number = (field, fallback) => {
    const value = field.valueAsNumber;
    return Number.isFinite(value) && value >= Number(field.min) ? Math.round(value) : fallback;
  };
  function wanted() {
    const forms = Object.fromEntries(choices.map((c) => [c.name, c.value]));
    return { personnel: number(fields[0], today.personnel), forms, tour: number(fields[1], today.tour), gap: number(fields[2], today.gap) };
  }
  // A form cannot take in another and be gone itself: such choices are barred.
  function bar() {
    const gone = new Set(choices.filter((c) => c.value === "drop" || c.value.startsWith("into ")).map((c) => c.name));
    const taking = new Set(choices.filter((c) => c.value.startsWith("into ")).map((c) => c.value.slice(5)));
    for (const choice of choices) {
      for (const option of choice.options) {
        const into = option.value.startsWith("into ") ? option.value.slice(5) : null;
        option.disabled = (into !== null && gone.has(into)) || ((into !== null || option.value === "drop") && taking.has(choice.name));
      }
    }
  }
  function address(now) {
    const parts = new URLSearchParams();
    if (now.personnel !== today.personnel) parts.set("personnel", now.personnel);
    for (const [id, choice] of Object.entries(now.forms)) if (choice !== "1") parts.set(id, choice);
    if (now.tour !== today.tour) parts.set("tour", now.tour);
    if (now.gap !== today.gap) parts.set("gap", now.gap);
    return parts;
  }
  function fromAddress() {
    const parts = new URLSearchParams(kept.parsed(location.hash).others);
    plan.reset();
    for (const field of [...fields, ...choices]) {
      const given = parts.get(field.name);
      if (given === null) continue;
      if (field.options ? Array.from(field.options).some((o) => o.value === given) : Number.isFinite(Number(given))) field.value = given;
    }
    slide.value = personnel.value;
  }
  const quoted = (text) => (/^[\w.=:-]+$/.test(text) ? text : "'" + text.replaceAll("'", "'\\''") + "'");
  function command(now) {
    const parts = ["reportmetrics simulate"];
    if (now.personnel !== today.personnel) parts.push("--personnel " + now.personnel);
    for (const [id, choice] of Object.entries(now.forms)) {
      if (choice === "drop") parts.push("--drop " + quoted(id));
      else if (choice.startsWith("into ")) parts.push("--merge " + quoted(id + ":" + choice.slice(5)));
      else if (choice !== "1") parts.push("--every " + quoted(id + "=" + choice));
    }
    if (now.tour !== today.tour) parts.push(`--tour-days ${now.tour} --tour-days-now ${today.tour}`);
    if (now.gap !== today.gap) parts.push("--gap-days " + now.gap);
    return parts.join(" ");
  }

  const before = load(today);
  function show() {
    bar();
    const now = wanted();
    const after = load(now);
    for (const cell of document.querySelectorAll("[data-today]")) cell.textContent = words(cell.dataset.today, before[cell.dataset.today]);
    for (const cell of document.querySelectorAll("[data-out]")) cell.textContent = words(cell.dataset.out, after[cell.dataset.out]);
    for (const cell of document.querySelectorAll("[data-difference]")) {
      const name = cell.dataset.difference;
      cell.textContent = difference(name, before[name], after[name]);
    }
    const changed = address(now);
    const by = after.hours[CENTRAL] - before.hours[CENTRAL];
    document.getElementById("outcome-title").textContent = !changed.size ? "Today"
      : Math.abs(by) < 0.5 ? "The plan takes as many hours as today"
      : `The plan takes ${fixed(Math.abs(by), 0)} hours a year ${by < 0 ? "less" : "more"} than today`;
    document.getElementById("command").textContent = command(now);
    if (new URLSearchParams(kept.now().others).toString() !== changed.toString()) kept.keep([...changed]);
  }

  plan.hidden = false;
  plan.addEventListener("submit", (event) => event.preventDefault());
  plan.addEventListener("reset", () => setTimeout(() => { slide.value = personnel.value; show(); }));
  slide.addEventListener("input", () => { personnel.value = slide.value; });
  personnel.addEventListener("input", () => { slide.value = personnel.value; });
  plan.addEventListener("input", show);
  for (const button of plan.querySelectorAll("[data-personnel]")) {
    button.addEventListener("click", () => { personnel.value = slide.value = button.dataset.personnel; show(); });
  }
  window.addEventListener("hashchange", () => { fromAddress(); show(); });
  fromAddress();
  show();
})();
