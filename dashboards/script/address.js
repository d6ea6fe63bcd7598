// The part of the address after #: an anchor, filters, and what else a page keeps there. Links carry the filters on.
//
//   #anchor&objective=LO-04&period=2021-11-01..2022-01-30
//
// Belongs here: reading and writing it. Not here: what a filter does to a page (filters.js, narrow.js).
"use strict";
(function () {
  const FACETS = ["objective", "hq", "template", "period"];
  const LONGEST = 200; // characters of a value; a longer one is nonsense
  const terms = JSON.parse(document.getElementById("filter-terms").textContent);

  // Of a hash: its anchor, the filters in it by name, and other name-value pairs in their order.
  function parsed(hash) {
    const parts = hash.replace(/^#/, "").split("&");
    const anchor = parts[0].includes("=") ? "" : parts.shift();
    const filters = {}, others = [];
    for (const [name, value] of new URLSearchParams(parts.join("&"))) {
      if (FACETS.includes(name) && !(name in filters) && value && value.length <= LONGEST) filters[name] = value;
      else others.push([name, value]);
    }
    return { anchor, filters, others };
  }
  function written({ anchor, filters, others }) {
    const pairs = new URLSearchParams([...FACETS.filter((f) => filters[f]).map((f) => [f, filters[f]]), ...others]);
    const text = [anchor, pairs.toString()].filter(Boolean).join("&");
    return text ? "#" + text : "";
  }

  // A link to a page that is about one choice of a filter carries that choice; an entry of the navigation leads to the
  // page of the present choice instead.
  function carried(href, filters, isEntry) {
    const [path, ...rest] = href.split("#");
    const file = path.split("/").pop();
    // #now=PAGE and #page=PAGE ask the list of publications; the page's own part follows.
    const asked = rest.length && /^(now|page)=/.test(rest[0]) ? "#" + rest.shift() : "";
    const there = parsed(rest.join("#"));
    const own = path === file && terms.pages[file];
    if (!own || !filters[own[0]]) return path + asked + written({ ...there, filters: { ...filters, ...there.filters } });
    const mine = isEntry && pageAbout(own[0], filters[own[0]]);
    if (mine) return mine + written({ ...there, filters });
    return path + written({ ...there, filters: { ...filters, [own[0]]: own[1] } });
  }
  const pageAbout = (facet, key) => Object.keys(terms.pages).find((f) => terms.pages[f][0] === facet && terms.pages[f][1] === key);
  const first = new WeakMap();
  function carry(filters) {
    for (const link of document.querySelectorAll("a[href]:not([download])")) {
      if (!first.has(link)) first.set(link, link.getAttribute("href"));
      const href = first.get(link);
      if (/\.html(#|$)/.test(href)) link.setAttribute("href", carried(href, filters, "entry" in link.dataset));
    }
  }

  // A jump within the page must not lose the filters: an anchor that is there keeps them.
  let now = parsed(location.hash);
  function follow() {
    const next = parsed(location.hash);
    const jumped = next.anchor && !next.others.length && !Object.keys(next.filters).length && document.getElementById(next.anchor);
    if (jumped && Object.keys(now.filters).length) {
      next.filters = now.filters;
      history.replaceState(null, "", written(next));
    }
    now = next;
    document.dispatchEvent(new CustomEvent("address"));
  }
  function choose(filters) {
    location.hash = written({ ...now, anchor: "", filters }) || "#";
  }
  // Another hash that a page keeps for itself; filters stay as they are.
  function keep(others) {
    now = { ...now, others };
    history.replaceState(null, "", written(now) || location.pathname + location.search);
  }
  window.addEventListener("hashchange", follow);
  // The browser does not know an anchor that stands beside filters.
  const target = now.anchor && Object.keys(now.filters).length && document.getElementById(now.anchor);
  if (target) {
    target.classList.add("jumped-to");
    target.scrollIntoView();
  }
  window.reportmetrics = { ...window.reportmetrics, address: { terms, pageAbout, carry, choose, keep, parsed, written, now: () => now } };
})();
