// The events of the wire view: their names, their chips, and what a moment is in words.

const nameOf = (span) =>
  span.number ? `event ${span.number} ${span.name}` : span.kind === "unfinished" ? "an unfinished event" : `${span.name}: no event`;

/** The button of an event; `panel` is the id of what it opens. */
function chipOf(span, index, panel) {
  const mark = element("span", { className: "wire-bar", "aria-hidden": "true" });
  mark.dataset.meaning = span.meaning;
  mark.dataset.kind = span.kind;
  const chip = element("button", { type: "button", className: "wire-chip", "aria-expanded": "false", "aria-controls": panel },
    element("span", { className: "wire-number", textContent: span.number || "–" }), mark,
    element("span", { className: "wire-name", textContent: span.name }),
    element("span", { className: "wire-brief", textContent: span.brief }));
  chip.dataset.span = index;
  return chip;
}

/** The moment at which so many chunks have been received, in a sentence. */
function momentWords(wire, times, position, time) {
  const total = wire.chunks.length;
  if (!total) return "Nothing was recorded.";
  if (!position) {
    return `Nothing received yet${wire.timed ? `; the first chunk comes at ${time(times[0])}` : ""}.`;
  }
  const chunk = wire.chunks[position - 1];
  const at = wire.timed ? ` at ${time(chunk.at)}` : "";
  const from = (position > 1 ? wire.chunks[position - 2].events : 0) + 1;
  const to = chunk.events;
  const first = wire.spans.find((span) => span.number === from);
  const completes = to < from ? "completes no event"
    : to === from ? `completes event ${to}${first ? `, ${first.name}` : ""}` : `completes events ${from} to ${to}`;
  const line = chunk.end - chunk.line_from;
  const event = chunk.line_from - chunk.event_from;
  const waits = [];
  if (chunk.cut === "character") waits.push(`it ends inside the character ${chunk.cut_character || "that never ends"}`);
  if (chunk.cut === "line end") waits.push("it ends between CR and LF");
  if (line) waits.push(`${plural(line, "byte")} ${line === 1 ? "waits" : "wait"} for ${line === 1 ? "its" : "their"} line to end`);
  if (event) waits.push(`${plural(event, "byte")} in whole lines wait for the blank line`);
  if (position === total && wire.chunk_count === total) {
    waits.push(line + event ? "the stream ends here, so what waits is dropped" : "the stream ends here");
  }
  return `Chunk ${position} of ${total.toLocaleString("en")}: ${plural(sizeOf(chunk), "byte")}${at}, ${completes}${waits.length ? `; ${waits.join("; ")}` : "; nothing waits"}.`;
}

/** The fields of an event, and where they stood; words where there is none yet. */
function fieldNodes(span, isNewest) {
  if (!span) {
    return [element("p", { className: "sa-note", textContent: "No event yet. An event is produced at the blank line that ends it." })];
  }
  const list = element("dl", {});
  for (const [name, value] of span.fields) {
    list.append(element("dt", { textContent: name }), element("dd", {}, element("pre", { textContent: value })));
  }
  const place = `${isNewest ? "newest: " : ""}${nameOf(span)} · bytes ${span.start}–${span.end - 1}, by chunk ${span.chunk + 1}`;
  return [element("p", { className: "sa-axis", textContent: place }), list];
}
