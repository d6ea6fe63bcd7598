// A chart as a picture on light ground, for a slide or a letter; `bare` leaves out title and marking, which a page has.
// Called from outside, once the page is drawn.
"use strict";
(function () {
  const { places, figureOf, template, config } = window.reportmetrics.charts;
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
    const figure = figureOf(place, width);
    const layout = { ...figure.layout, template: structuredClone(template), width, paper_bgcolor: "#FFFFFF" };
    if (!bare) titled(layout, place.closest(".figure"), width);
    return Plotly.toImage({ data: figure.data, layout, config }, { format, width, height: layout.height, scale });
  };
})();
