// Draws each chart for the width that it has, on the present ground, and anew for paper.
"use strict";
(function () {
  const COMPACT_BELOW = 480; // CSS pixels; narrower places get the figure that was made for them
  const PAPER_HEIGHT = 0.6; // of the plot, with its 10 px labels
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const template = read("plotly-template");
  const config = read("plotly-config");
  const dark = read("dark-colours");
  const places = Array.from(document.querySelectorAll("[data-chart]"));

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
    const both = (place.figures ||= read(place.dataset.chart));
    const width = paper ? Number(place.dataset.printWidth) : place.clientWidth;
    if (!width) return;
    let figure = structuredClone(width < COMPACT_BELOW ? both.compact : both.wide);
    let sheet = structuredClone(template);
    if (paper) {
      figure = forPaper(figure);
      sheet = forPaper(sheet);
    } else if (document.documentElement.dataset.ground === "dark") {
      figure = onDark(figure);
      sheet = onDark(sheet);
    }
    const layout = { ...figure.layout, template: sheet, width };
    if (paper) {
      const rim = layout.margin.t + layout.margin.b;
      layout.height = Math.round(rim + (layout.height - rim) * PAPER_HEIGHT);
    }
    place.style.minHeight = layout.height + "px";
    Plotly.react(place, figure.data, layout, config);
  }

  const drawAll = (paper) => places.forEach((place) => draw(place, paper));
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
  drawAll(false);
  document.documentElement.dataset.drawn = "yes";
})();
