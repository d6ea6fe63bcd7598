// Draws each chart for the width that it has, on the present ground, and anew for paper.
"use strict";
(function () {
  const COMPACT_BELOW = 480; // CSS pixels; narrower places get the figure that was made for them
  // Height of a plot on paper against that on screen, with its 10 px labels; the overview must fit on one sheet.
  const onOneSheet = document.querySelector(".keys") !== null;
  const paperHeight = (width) => onOneSheet ? 0.58 : width < COMPACT_BELOW ? 0.66 : 0.8;
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
    const narrow = width < COMPACT_BELOW;
    const made = paper && narrow && both.paper; // a figure that was made for half a sheet
    let figure = structuredClone(made || (narrow ? both.compact : both.wide));
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
  }

  // A chart as a picture on light ground, for a slide or a letter; `bare` leaves out title and marking, which a page has.
  const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  function folded(text, width) {
    const lines = [""];
    for (const word of text.trim().split(/ +/)) {
      const last = lines[lines.length - 1];
      if (last && last.length + word.length + 1 > width) lines.push(word);
      else lines[lines.length - 1] = last ? last + " " + word : word;
    }
    return lines.map(escaped).join("<br>");
  }
  function titled(layout, block, width) {
    const words = (selector) => block.querySelector(selector).textContent;
    const title = folded(words(".finding"), width / 9), subtitle = folded(words(".subtitle"), width / 6.5);
    const above = 24 * title.split("<br>").length + 16 * subtitle.split("<br>").length + 30;
    const marking = document.querySelector(".marking span").textContent;
    const state = document.querySelector(".printed").textContent;
    layout.margin = { ...layout.margin, t: layout.margin.t + above, b: layout.margin.b + 44 };
    layout.height += above + 44;
    layout.title = { text: `<b>${title}</b><br><span style="font-size:12px">${subtitle}</span>`, x: 0, xanchor: "left",
      y: 1, yanchor: "top", yref: "container", xref: "container", pad: { l: 12, t: 24 }, font: { size: 18 }, automargin: false };
    layout.annotations = [...(layout.annotations || []), {
      text: `<b>${escaped(marking)}</b><br>${escaped(state)}`, xref: "paper", yref: "paper", x: 0.5, y: 0, xanchor: "center", yanchor: "top",
      yshift: -(layout.margin.b - 36), showarrow: false, align: "center", font: { size: 10 },
    }];
  }
  window.reportmetricsPicture = function ({ chart, format, width, scale, bare }) {
    const place = places.find((p) => p.dataset.chart === chart);
    const both = (place.figures ||= read(chart));
    const figure = structuredClone(width < COMPACT_BELOW ? both.compact : both.wide);
    const layout = { ...figure.layout, template: structuredClone(template), width, paper_bgcolor: "#FFFFFF" };
    if (!bare) titled(layout, place.closest(".figure"), width);
    return Plotly.toImage({ data: figure.data, layout, config }, { format, width, height: layout.height, scale });
  };

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
