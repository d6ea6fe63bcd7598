// The ground: light or dark. Follows the system until a reader chooses. Runs before the page is drawn.
"use strict";
(function () {
  const root = document.documentElement;
  const system = window.matchMedia("(prefers-color-scheme: dark)");
  function remembered() {
    try { return localStorage.getItem("ground"); } catch { return null; } // storage may be barred for files
  }
  function ground() {
    const chosen = remembered() || root.dataset.chosen;
    return chosen === "dark" || chosen === "light" ? chosen : system.matches ? "dark" : "light";
  }
  function apply() {
    const now = ground();
    root.dataset.ground = now;
    for (const button of document.querySelectorAll("[data-theme-switch]")) {
      button.hidden = false;
      button.textContent = now === "dark" ? "Light ground" : "Dark ground";
    }
    document.dispatchEvent(new CustomEvent("ground"));
  }
  function change() {
    const next = ground() === "dark" ? "light" : "dark";
    root.dataset.chosen = next;
    try { localStorage.setItem("ground", next); } catch { /* the choice then lasts for this page */ }
    apply();
  }
  root.dataset.sheets = "CSSMarginRule" in window ? "margins" : "flow"; // who repeats the marking on paper: see print.css
  apply();
  system.addEventListener("change", apply);
  document.addEventListener("DOMContentLoaded", function () {
    for (const button of document.querySelectorAll("[data-theme-switch]")) button.addEventListener("click", change);
    apply();
  });
})();
