// Tables that sort by a click or by Enter on a head, and say so.
"use strict";
(function () {
  const announce = document.getElementById("announce");
  const key = (row, i) => {
    const cell = row.cells[i];
    return (cell.dataset.sort ?? cell.textContent).trim();
  };
  const number = (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : null);

  function compare(a, b) {
    const x = number(a), y = number(b);
    if (x !== null && y !== null) return x - y;
    return a.localeCompare(b, undefined, { numeric: true });
  }

  // Cells without a value stay last in either direction.
  function sort(table, head, i) {
    const falling = head.getAttribute("aria-sort") === "ascending";
    const body = table.tBodies[0];
    const missing = (row) => row.cells[i].classList.contains("quiet") || key(row, i) === "";
    const rows = Array.from(body.rows);
    const known = rows.filter((r) => !missing(r)).sort((a, b) => compare(key(a, i), key(b, i)));
    if (falling) known.reverse();
    body.append(...known, ...rows.filter(missing));
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", falling ? "descending" : "ascending");
    announce.textContent = `Sorted by ${head.textContent.trim()}, ${falling ? "descending" : "ascending"}`;
  }

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    Array.from(table.tHead.rows[0].cells).forEach((head, i) => {
      if (head.tagName !== "TH" || table.tBodies[0].rows.length < 2) return;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head, i));
    });
  }
})();
