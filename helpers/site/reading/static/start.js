// Puts the course's own wire view in the place of its picture, and plays it once.
"use strict";

if (!matchMedia("(prefers-reduced-motion: reduce)").matches) {
  const { view, traits } = window.courseWire;
  const model = {
    get: (name) => traits[name],
    set: (name, value) => {
      traits[name] = value;
    },
    on() {},
    off() {},
    send() {},
    save_changes() {},
  };
  const place = document.querySelector("#live");
  view.render({ model, el: place });
  place.querySelector(".wire-controls button").click(); // Play
}
