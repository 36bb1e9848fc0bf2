// What a page does beside being read: it prints whole, and only what scrolls takes the focus.
"use strict";

const opened = [];
addEventListener("beforeprint", () => {
  for (const fold of document.querySelectorAll("details:not([open])")) {
    fold.open = true;
    opened.push(fold);
  }
});
addEventListener("afterprint", () => {
  for (const fold of opened.splice(0)) fold.open = false;
});

// Without this script, each box that may scroll is a stop of the Tab key.
const boxes = [...document.querySelectorAll("[tabindex='0']")];
function chooseStops() {
  for (const box of boxes) {
    const scrolls = box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight;
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
chooseStops();
addEventListener("resize", chooseStops);
addEventListener("load", chooseStops); // pictures have their width now
addEventListener("toggle", chooseStops, true);
