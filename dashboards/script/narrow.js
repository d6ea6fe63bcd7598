// A figure as a filter leaves it: what is not chosen turns grey, an axis of time ends where the period does.
//
// Belongs here: figures, which are changed in place. Not here: tables and words (filters.js), drawing (charts.js).
// Each function tells whether the chart has anything of what is chosen.
"use strict";
(function () {
  const { terms } = window.reportmetrics.address;
  const { faint, note, ink } = terms.colours;
  const DAY = 86_400_000;
  const LABEL = 15, CHARACTER = 6.8; // pixels that a line of text and a bold character take
  const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
  const plain = (text) => text.replace(/<\/?b>/g, "");
  const bold = (text) => `<b>${plain(text)}</b>`;

  // --- one choice among several ---
  function pick(figure, { rows }, chosen) {
    const { layout } = figure;
    const keyAt = (y) => (Number.isInteger(y) ? rows[y] : undefined);
    const keyOf = (trace, i) => (rows.length ? keyAt(trace.y[i]) : trace.customdata ? trace.customdata[i] : trace.meta);
    let found = rows.includes(chosen);
    for (const trace of figure.data) {
      const keys = (trace.x || []).map((_, i) => keyOf(trace, i));
      found ||= keys.includes(chosen);
      if (keys.length) fade(trace, keys.map((key) => key === chosen));
    }
    for (const label of layout.annotations || []) {
      const key = rows.length ? (label.yref === "paper" ? undefined : keyAt(label.y)) : label.name;
      if (key === undefined) continue;
      label.text = key === chosen ? bold(label.text) : plain(label.text);
      label.font = { ...label.font, color: key === chosen ? ink : note };
    }
    const ticks = layout.yaxis.ticktext;
    if (rows.length && ticks) layout.yaxis.ticktext = ticks.map((text, i) => (rows[i] === chosen ? bold(text) : plain(text)));
    return found;
  }
  function fade(trace, isChosen) {
    const each = (value, i) => (Array.isArray(value) ? value[i] : value);
    const toned = (value) => isChosen.map((chosen, i) => (chosen || terms.papers.includes(each(value, i)) ? each(value, i) : faint));
    if (trace.line && !isChosen.some(Boolean)) trace.line.color = faint;
    if (!trace.marker) return;
    trace.marker.color = toned(trace.marker.color);
    if (trace.marker.line && trace.marker.line.color) trace.marker.line.color = toned(trace.marker.line.color);
  }

  // --- an axis of time ---
  const at = (day, { start, days }) => (Date.parse(day) - Date.parse(start)) / DAY / days;
  function dayAt(x, { start, days }) {
    const day = new Date(Date.parse(start) + x * days * DAY);
    return `${day.getUTCDate()}\u00a0${MONTHS[day.getUTCMonth()]}`;
  }
  function within(figure, time, { from, to }) {
    const { layout } = figure;
    const [low, high] = layout.xaxis.range;
    const first = Math.max(Math.floor(at(from, time)), Math.ceil(low + time.rim));
    const last = Math.min(Math.floor(at(to, time)), Math.floor(high - time.rim));
    if (last <= first) return false;
    const edges = [first - time.rim, last + time.rim];
    layout.xaxis.range = edges;
    // Readings run on to the edge; a week outside is not drawn at all.
    if (time.days > 1) figure.data.forEach((trace) => cut(trace, (x) => x >= first && x <= last));
    const kept = layout.xaxis.tickvals.map((x, i) => [x, layout.xaxis.ticktext[i]]).filter(([x]) => x >= edges[0] && x <= edges[1]);
    const ticks = kept.length > 1 ? kept : [first, last].map((x) => [x, dayAt(x, time)]);
    layout.xaxis.tickvals = ticks.map(([x]) => x);
    layout.xaxis.ticktext = ticks.map(([, text]) => text);
    const ends = lastPoints(figure, first, last);
    figure.data = figure.data.filter((trace) => !String(trace.meta).startsWith("end:") || moved(trace, ends[trace.meta.slice(4)]));
    layout.annotations = (layout.annotations || []).filter((label) => stays(label, layout, edges, ends));
    const named = layout.annotations.filter((label) => String(label.name).startsWith("end:"));
    apart(named, layout);
    const late = named.filter((label) => label.x > edges[1] - 0.22 * (edges[1] - edges[0]));
    layout.margin.r = Math.max(layout.margin.r, ...late.map((label) => 16 + CHARACTER * plain(label.text).length));
    return true;
  }
  function cut(trace, isIn) {
    const { x } = trace;
    if (String(trace.meta).startsWith("end:")) return;
    for (const name of ["x", "y", "hovertext"]) if (Array.isArray(trace[name])) trace[name] = trace[name].filter((_, i) => isIn(x[i]));
  }
  // By number of trace: its last point of the period.
  const lastPoints = (figure, first, last) => figure.data.map(({ x, y }) => {
    for (let i = (x || []).length - 1; i >= 0; i--) {
      if (x[i] >= first && x[i] <= last && y[i] !== null) return { x: x[i], y: y[i] };
    }
    return null;
  });
  function moved(trace, end) {
    if (end) [trace.x, trace.y] = [[end.x], [end.y]];
    return Boolean(end);
  }
  function stays(label, layout, edges, ends) {
    if (label.xref === "paper") return true;
    const name = String(label.name);
    if (name.startsWith("end:")) {
      const end = ends[name.slice(4)];
      if (end) [label.x, label.y] = [end.x, end.y];
      return Boolean(end);
    }
    if (name !== "edge") return label.x >= edges[0] && label.x <= edges[1];
    label.x = edges[1];
    const shapes = layout.shapes || [];
    return shapes.some((s) => s.x0 < edges[1] && s.x1 >= edges[1] && (s.y0 === label.y || s.y1 === label.y));
  }
  // Labels at the ends of lines, lowest first, each a line of text above the one before.
  function apart(labels, layout) {
    const [bottom, top] = layout.yaxis.range;
    const least = LABEL * (top - bottom) / (layout.height - layout.margin.t - layout.margin.b);
    let floor = -Infinity;
    for (const label of labels.sort((a, b) => a.y - b.y)) {
      label.y = Math.max(label.y, floor);
      floor = label.y + least;
    }
  }

  // `chart` says what it follows; `filters` are those that the page understood.
  function narrow(figure, chart, filters) {
    const parts = {};
    const { keys, time } = chart;
    if (keys && filters[keys.facet]) parts[keys.facet] = pick(figure, keys, filters[keys.facet]);
    if (time && filters.period) parts.period = within(figure, time, filters.period);
    return parts;
  }
  window.reportmetrics = { ...window.reportmetrics, narrow };
})();
