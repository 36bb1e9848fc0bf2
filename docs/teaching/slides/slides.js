// Slides: arrows go on and back, an answer first. Nothing is asked of any server.

const slides = [...document.querySelectorAll("section")];
const find = (id) => document.getElementById(id);
let now = 0;
let began = 0; // when the clock was started, in milliseconds; 0 before that

/** Show a slide. */
function show(number) {
  now = Math.max(0, Math.min(slides.length - 1, number));
  slides.forEach((slide, index) => slide.classList.toggle("now", index === now));
  find("place").textContent = `${now + 1} of ${slides.length}`;
  find("progress").value = now;
  history.replaceState(null, "", `#${now + 1}`);
  if (!began && slides[now].dataset.starts === "0") began = Date.now();
  tick();
}

/** Open the next answer, or go to the next slide. */
function on() {
  const closed = slides[now].querySelector(".predict:not(.open)");
  if (closed) closed.classList.add("open");
  else show(now + 1);
}

/** Close the last answer, or go back. */
function back() {
  const open = [...slides[now].querySelectorAll(".predict.open")].pop();
  if (open) open.classList.remove("open");
  else show(now - 1);
}

/** Say how late it is, for the presenter alone. */
function tick() {
  const starts = slides[now].dataset.starts;
  const shown = document.body.classList.contains("notes") && began && starts !== undefined;
  if (!shown) return find("clock").replaceChildren();
  const minutes = Math.floor((Date.now() - began) / 60000);
  const late = minutes - Number(starts);
  find("clock").textContent = `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")} since the start${late > 0 ? ` · ${late} min into this step` : ""}`;
}

/** Show the notes, or hide them. */
function notes() {
  const shown = document.body.classList.toggle("notes");
  document.querySelector("[data-do=notes]").setAttribute("aria-pressed", shown);
  tick();
}

/** Fill the screen, or leave it. */
function screen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else document.documentElement.requestFullscreen();
}

/** Take the other of light and dark. */
function theme() {
  const root = document.documentElement;
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
}

/** Keep or read a setting; a page from a disk may have no storage. */
function kept(name, value) {
  try {
    if (value !== undefined) localStorage.setItem(name, value);
    return localStorage.getItem(name) ?? "";
  } catch {
    return "";
  }
}

/** Open this slide's place in JupyterLab; its live views are there. */
function lab() {
  const field = find("address").querySelector("input");
  field.value = field.value || kept("course-lab");
  find("address-problem").textContent = "";
  find("address").showModal();
}

find("address").addEventListener("close", () => {
  if (find("address").returnValue !== "open") return;
  const given = find("address").querySelector("input").value;
  if (!/^https?:/.test(given)) return;
  const base = given.replace(/\/(lab|tree|notebooks)(\/.*)?([?#].*)?$/, "/").replace(/[?#].*$/, "").replace(/\/*$/, "/");
  kept("course-lab", base);
  const heading = slides[now].dataset.heading?.replaceAll(" ", "-");
  window.open(`${base}lab/tree/notebooks/${document.body.dataset.notebook}${heading ? `#${encodeURIComponent(heading)}` : ""}`, "course-lab");
});

const KEYS = {
  ArrowRight: on,
  ArrowDown: on,
  PageDown: on,
  " ": on,
  ArrowLeft: back,
  ArrowUp: back,
  PageUp: back,
  Home: () => show(0),
  End: () => show(slides.length - 1),
  n: notes,
  f: screen,
  o: lab,
  t: theme,
};

document.addEventListener("keydown", (event) => {
  const typing = event.target.closest("dialog, button");
  if (event.ctrlKey || event.metaKey || event.altKey || (typing && (event.key === " " || typing.tagName === "DIALOG"))) return;
  const act = KEYS[event.key] ?? KEYS[event.key.toLowerCase()];
  if (!act) return;
  event.preventDefault();
  act();
});
const DO = { on, back, notes, screen, lab };
for (const button of document.querySelectorAll("[data-do]")) button.addEventListener("click", () => DO[button.dataset.do]());
window.addEventListener("hashchange", () => show(Number(location.hash.slice(1)) - 1));
setInterval(tick, 1000);
show((Number(location.hash.slice(1)) || 1) - 1);
