// Below 1,100 px the navigation is folded away; above it is always open. A target inside a fold is unfolded.
"use strict";
(function () {
  const narrow = window.matchMedia("(max-width: 1099px)");
  const menus = document.querySelectorAll("details.menu");
  const fold = () => menus.forEach((menu) => { menu.open = !narrow.matches; });
  fold();
  narrow.addEventListener("change", fold);
  window.addEventListener("beforeprint", () => menus.forEach((menu) => { menu.open = false; }));
  window.addEventListener("afterprint", fold);
})();
