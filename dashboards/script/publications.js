// The list of publications, asked for from one of their pages:
//   #now=PAGE   leads on to that page of the newest publication (as known now)
//   #page=PAGE  lets each date lead to that page as it was published then, where that publication has it
// What stands behind a second # is the page's own: its anchor and its filters.
"use strict";
(function () {
  const { newest, pages } = document.documentElement.dataset;
  const links = Array.from(document.querySelectorAll("[data-publication]"));
  const first = new Map(links.map((link) => [link, link.getAttribute("href")]));
  const told = document.getElementById("told");
  function lead() {
    const [, kind, file, rest = ""] = location.hash.match(/^#(now|page)=([\w-]+\.html)(#.*)?$/) || [];
    const known = pages.split(" ").includes(file);
    if (kind === "now") return location.replace(`${newest}/site/${known ? file + rest : "index.html"}`);
    for (const link of links) {
      const there = kind && known && !link.dataset.lacks.split(" ").includes(file);
      link.setAttribute("href", there ? `${link.dataset.publication}/site/${file}${rest}` : first.get(link));
    }
    told.hidden = !kind || !known;
    told.textContent = told.hidden ? "" : `Each date leads to the page you came from (${file}), as it was published then; where a publication has none, to its overview.`;
  }
  window.addEventListener("hashchange", lead);
  lead();
})();
