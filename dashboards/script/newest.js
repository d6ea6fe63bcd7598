// In the list of publications: an address that ends in #now=PAGE leads on to that page of the newest publication.
"use strict";
(function () {
  const { newest, pages } = document.documentElement.dataset;
  function lead() {
    const wanted = decodeURIComponent(location.hash).match(/^#now=([\w-]+\.html)(#[\w.-]+)?$/);
    if (!wanted) return;
    const page = pages.split(" ").includes(wanted[1]) ? wanted[1] + (wanted[2] || "") : "index.html";
    location.replace(newest + "/site/" + page);
  }
  window.addEventListener("hashchange", lead);
  lead();
})();
