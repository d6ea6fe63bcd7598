// Draws each chart for the width that it has, on the present ground, and anew for paper.
//
// Plotly is large, so a page shows its words first: Plotly is fetched while they are laid out (a link in the page's
// head says so) and run once they are painted, and only where there is a chart. Then the charts are drawn one at a
// time, those nearest to what is on the screen first, so that the page answers a reader in between.
"use strict";
(function () {
  const COMPACT_BELOW = 480; // CSS pixels; narrower places get the figure that was made for them
  // Height of a plot on paper against that on screen, with its 10 px labels; the overview must fit on one sheet, also
  // with the lines that say what it was filtered by.
  const onOneSheet = document.querySelector(".keys") !== null;
  const filtering = () => Object.keys(filters).length > 0;
  const paperHeight = (width) => onOneSheet ? (filtering() ? 0.52 : 0.58) : width < COMPACT_BELOW ? 0.66 : 0.8;
  const PLOTLY = new URL("plotly.min.js", document.currentScript.src).href;
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const template = read("plotly-template");
  const config = read("plotly-config");
  const dark = read("dark-colours");
  const places = Array.from(document.querySelectorAll("[data-chart]"));
  const kept = new WeakMap();
  const { narrow } = window.reportmetrics;
  let filters = {};

  // What a place draws: a wide and a compact figure, and what they follow of a filter.
  function chartOf(place) {
    if (!kept.has(place)) kept.set(place, read(place.dataset.chart));
    return kept.get(place);
  }
  const figureOf = (place, width) => structuredClone(chartOf(place)[width < COMPACT_BELOW ? "compact" : "wide"]);

  // Every colour of a figure is in the palette, so exchanging whole strings is enough.
  function onDark(value) {
    if (typeof value === "string") return Object.hasOwn(dark, value) ? dark[value] : value;
    if (Array.isArray(value)) return value.map(onDark);
    if (value && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, onDark(v)]));
    }
    return value;
  }

  function forPaper(figure) {
    // 10 px labels, 7 px dots
    const smaller = (value, key) => {
      if (Array.isArray(value)) return value.map((v) => smaller(v, key));
      if (value && typeof value === "object") {
        return Object.fromEntries(Object.entries(value).map(([k, v]) => [
          k,
          k === "font" || k === "tickfont" || k === "textfont" ? { ...v, size: Math.min(v.size || 12, 12) * 10 / 12 }
            : k === "marker" && typeof v.size === "number" ? { ...v, size: Math.min(v.size, 7) }
            : smaller(v, k),
        ]));
      }
      return value;
    };
    return smaller(figure, "");
  }

  function draw(place, paper) {
    const width = paper ? Number(place.dataset.printWidth) : place.clientWidth;
    if (!width) return;
    const made = paper && width < COMPACT_BELOW && chartOf(place).paper; // a figure that was made for half a sheet
    let figure = made ? structuredClone(made) : figureOf(place, width);
    narrow(figure, chartOf(place), filters);
    let sheet = structuredClone(template);
    if (paper) {
      if (!made) figure = forPaper(figure);
      sheet = forPaper(sheet);
    } else if (document.documentElement.dataset.ground === "dark") {
      figure = onDark(figure);
      sheet = onDark(sheet);
    }
    const layout = { ...figure.layout, template: sheet, width };
    if (paper && !made) {
      const rim = layout.margin.t + layout.margin.b;
      layout.height = Math.round(rim + (layout.height - rim) * paperHeight(width));
    }
    place.style.minHeight = layout.height + "px";
    Plotly.react(place, figure.data, layout, config);
    place.dataset.chartDrawn = "yes";
  }

  const drawAll = (paper) => { if (window.Plotly) places.forEach((place) => draw(place, paper)); };

  // --- the first time ---
  const painted = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  const pause = () => new Promise((done) => setTimeout(done));
  function loaded(address) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = done;
      script.onerror = () => failed(new Error(`${address} could not be loaded: copy the publication again`));
      document.head.append(script);
    });
  }
  function nearest(waiting) {
    const away = (place) => {
      const { top, bottom } = place.getBoundingClientRect();
      return Math.max(0, top - window.innerHeight, -bottom);
    };
    return waiting.reduce((best, place) => (away(place) < away(best) ? place : best));
  }
  async function start() {
    // The room that a chart will take is kept free, so that nothing moves when it is drawn.
    for (const place of places) {
      if (place.clientWidth) place.style.minHeight = figureOf(place, place.clientWidth).layout.height + "px";
    }
    if (places.length) {
      await painted();
      if (!window.Plotly) await loaded(PLOTLY);
    }
    const isIn = (place) => place.getBoundingClientRect().top < window.innerHeight;
    let inView = false;
    for (const waiting = [...places]; waiting.length; await pause()) {
      const place = nearest(waiting);
      waiting.splice(waiting.indexOf(place), 1);
      if (!inView && !isIn(place)) inView = Boolean(performance.mark("in view drawn"));
      draw(place, false);
    }
    if (!inView) performance.mark("in view drawn");
    performance.mark("all drawn"); // benchmarks read the two marks
    document.documentElement.dataset.drawn = "yes";
  }

  // --- anew ---
  let waiting = 0;
  let lastWidth = window.innerWidth;
  window.addEventListener("resize", function () {
    if (window.innerWidth === lastWidth) return; // a phone's address bar changes the height only
    lastWidth = window.innerWidth;
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => drawAll(false));
  });
  window.addEventListener("beforeprint", () => drawAll(true));
  window.addEventListener("afterprint", () => drawAll(false));
  document.addEventListener("ground", () => drawAll(false));

  // What a chart follows of the filters, and whether it has anything of what is chosen.
  const follows = (place, chosen) => narrow(figureOf(place, place.clientWidth), chartOf(place), chosen);
  function filtered(chosen) {
    const before = filters;
    filters = chosen;
    const changed = (place) => [before, chosen].some((some) => Object.keys(follows(place, some)).length);
    for (const place of places) if (place.dataset.chartDrawn && changed(place)) draw(place, false);
  }
  window.reportmetrics = { ...window.reportmetrics, charts: { places, figureOf, follows, filtered, template, config } };
  document.addEventListener("DOMContentLoaded", start);
})();
