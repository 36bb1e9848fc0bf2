// The search over all pages. Its index is fetched when somebody searches for the first time.
"use strict";

{
  const MOST = 20;
  const AROUND = 60; // characters on each side of what was found
  const { read } = document.currentScript.dataset;
  const form = document.querySelector(".search");
  const input = form.querySelector("input");
  const found = form.querySelector(".found");
  const status = found.querySelector("p");
  const list = found.querySelector("ol");
  form.hidden = false;

  let entries;
  function load() {
    if (entries) return;
    entries = [];
    // A script, because a page that was opened from a disk may fetch no other file.
    const script = document.createElement("script");
    script.src = `${read}assets/search-index.js`;
    script.addEventListener("load", () => {
      entries = window.courseIndex.map((entry) => ({
        ...entry,
        inTitle: entry.title.toLowerCase(),
        inText: entry.text.toLowerCase(),
        inNames: entry.names.toLowerCase(),
      }));
      search();
    });
    script.addEventListener("error", () => {
      status.textContent = "The index of the search didn't load.";
      found.hidden = false;
    });
    document.head.append(script);
  }

  /** Say where a word begins in a text, -1 if it doesn't. */
  function startOf(text, word) {
    let at = text.indexOf(word);
    while (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1])) at = text.indexOf(word, at + 1);
    return at;
  }

  const times = (text, word) => text.split(word).length - 1;

  /** Say how well an entry fits: 0 if one of the words isn't there. */
  function fit(entry, words) {
    let sum = 0;
    for (const word of words) {
      if (startOf(entry.inTitle, word) >= 0) sum += entry.of ? 8 : 10;
      else if (startOf(entry.inText, word) >= 0) sum += 2 + Math.min(times(entry.inText, word), 9) / 10;
      else if (startOf(entry.inNames, word) >= 0) sum += 1;
      else return 0;
    }
    return sum;
  }

  /** Return what an entry says around the first of the words that its text has. */
  function sample(entry, words) {
    const word = words.find((one) => startOf(entry.inText, one) >= 0);
    const at = word ? startOf(entry.inText, word) : 0;
    const start = at > AROUND ? entry.text.indexOf(" ", at - AROUND) + 1 : 0;
    const end = entry.text.indexOf(" ", at + AROUND);
    const text = entry.text.slice(start, end < 0 ? undefined : end);
    return (start ? "… " : "") + text + (end < 0 ? "" : " …");
  }

  function row(entry, words) {
    const item = document.createElement("li");
    const link = document.createElement("a");
    link.href = `${read}${entry.page}${entry.id ? `#${entry.id}` : ""}`;
    for (const [name, text] of [
      ["title", entry.title],
      ["of", entry.of],
      ["sample", sample(entry, words)],
    ]) {
      const node = document.createElement("span");
      node.className = name;
      node.textContent = text;
      if (text) link.append(node);
    }
    item.append(link);
    return item;
  }

  function search() {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    found.hidden = !words.length;
    if (!words.length || !window.courseIndex) return;
    const fitting = entries
      .map((entry) => [fit(entry, words), entry])
      .filter(([sum]) => sum)
      .sort(([one], [other]) => other - one);
    const more = fitting.length > MOST ? `, the first ${MOST} are here` : "";
    const count = `${fitting.length} ${fitting.length === 1 ? "place" : "places"}`;
    status.textContent = fitting.length ? `${count}${more}` : "Nothing was found.";
    list.replaceChildren(...fitting.slice(0, MOST).map(([, entry]) => row(entry, words)));
  }

  function close() {
    found.hidden = true;
  }

  function move(by) {
    const stops = [input, ...list.querySelectorAll("a")];
    const next = stops.indexOf(document.activeElement) + by;
    stops[Math.max(0, Math.min(next, stops.length - 1))].focus();
  }

  input.addEventListener("focus", () => {
    load();
    search();
  });
  input.addEventListener("input", search);
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) close();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    list.querySelector("a")?.click();
  });
  // The same page may be the one that was found.
  list.addEventListener("click", close);
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const types = event.target.closest?.("input, select, textarea, [contenteditable='true']");
    if (event.key === "/" && !types) {
      event.preventDefault();
      input.focus();
      input.select();
      return;
    }
    if (!form.contains(event.target)) return;
    if (event.key === "Escape") {
      close();
      input.blur();
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      move(event.key === "ArrowDown" ? 1 : -1);
    }
  });
}
