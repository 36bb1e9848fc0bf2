// The wire: one recording as bytes, as what the decoder holds, and as events, on one clock.
// Everything is drawn from byte ranges; text of the stream is only ever set as textContent.

const ROW = 20; // a row's text with its bracket, in pixels
const LABELS = 14; // the words under a row
const GAP = 5; // between events
const GUTTER = 58; // left of the bytes: the events' numbers and bars
const PAD = 8; // half a slider's thumb: the clock's first and last pixel

const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const bytesOf = (cell) => (typeof cell === "string" ? cell.length : cell[1]);
const columnsOf = (cell) =>
  typeof cell === "string"
    ? cell.length
    : ({ end: 1, char: 1, wide: 2 }[cell[2]] ?? cell[0].length + 1);

/** Index of the first item that passes, in a list where all after it pass too. */
function firstWhere(list, passes) {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (passes(list[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** What a chunk's end is inside of, in words. */
function cutWords(chunk) {
  if (!chunk.cut) return "";
  if (chunk.cut === "line end") return "cut between CR and LF";
  return `cut inside ${chunk.cut === "event" ? "an" : "a"} ${chunk.cut}`;
}

/** Break the lines into rows of so many columns. A row knows its bytes, cells and place. */
function layOut(wire, columns) {
  const rows = [];
  let at = 0;
  for (const line of wire.lines) {
    let row;
    let used;
    const next = () => {
      row = { start: at, end: at, span: line.span, cells: [] };
      used = 0;
      rows.push(row);
    };
    const put = (cell) => {
      row.cells.push({ at, cell, column: used });
      at += bytesOf(cell);
      used += columnsOf(cell);
      row.end = at;
    };
    next();
    for (const cell of line.cells) {
      if (typeof cell === "string") {
        for (let rest = cell; rest; ) {
          if (used >= columns) next();
          const piece = rest.slice(0, columns - used);
          put(piece);
          rest = rest.slice(piece.length);
        }
      } else {
        if (used && used + columnsOf(cell) > columns) next();
        put(cell);
      }
    }
  }
  let top = 4;
  rows.forEach((row, index) => {
    const chunk = wire.chunks[firstWhere(wire.chunks, (each) => each.end > row.start)];
    // Words stand under rows in which a chunk starts, or ends while it goes on.
    row.labels = chunk !== undefined && (chunk.start >= row.start || chunk.end < row.end);
    if (index && rows[index - 1].span !== row.span) top += GAP;
    row.top = top;
    top += ROW + (row.labels ? LABELS : 0);
    row.bottom = top;
  });
  return { rows, height: top + 4 };
}

/** The column of a byte within its row; the row's end has one too. */
function columnAt(row, offset) {
  for (const { at, cell, column } of row.cells) {
    if (offset < at + bytesOf(cell)) return column + (typeof cell === "string" ? offset - at : 0);
  }
  const last = row.cells.at(-1);
  return last ? last.column + columnsOf(last.cell) : 0;
}

/** One cell, as text or as a box of its own width. */
function cellNode(cell) {
  if (typeof cell === "string") return document.createTextNode(cell);
  const [label, , kind] = cell;
  const node = element("span", { className: `wire-cell wire-${kind}`, textContent: label });
  node.style.width = `${columnsOf(cell)}ch`;
  return node;
}

/** The part of a cell between two byte offsets: text can be cut, other cells are whole. */
function partOf(placed, start, end) {
  if (typeof placed.cell !== "string") return placed.cell;
  return placed.cell.slice(Math.max(0, start - placed.at), end - placed.at);
}

function render({ model, el }) {
  let wire;
  let times; // when each chunk arrives on the view's clock, in seconds
  let layout = { rows: [], height: 0 };
  let advance = 7.5;
  let position = 0; // chunks received
  let clock = 0;
  let playing = 0; // the animation frame that comes next; 0 at rest
  let lit = {};
  let opened; // the span that a person opened
  const drawn = new Map(); // rows in sight: index to node
  const id = `wire-${Math.random().toString(36).slice(2)}`;

  // --- the page ---------------------------------------------------------------------
  const button = (label, name, act) => {
    const node = element("button", { type: "button", textContent: label, "aria-label": name });
    node.addEventListener("click", act);
    return node;
  };
  const play = button("Play", "Play", () => (playing ? pause() : start()));
  play.classList.add("sa-primary");
  const speed = element(
    "select",
    { "aria-label": "Speed" },
    ...[["0.5", "½×"], ["1", "1×"], ["4", "4×"]].map(([value, label]) =>
      element("option", { value, textContent: label, selected: value === "1" }),
    ),
  );
  const back = button("← chunk", "Step back one chunk", () => step(-1));
  const forward = button("chunk →", "Step one chunk", () => step(1));
  const backEvent = button("← event", "Step back one event", () => stepEvent(-1));
  const forwardEvent = button("event →", "Step to the next event", () => stepEvent(1));
  const over = button("Start over", "Start over", () => {
    halt();
    show(0);
  });
  const record = button("Record again", "Record again", () =>
    model.send({ op: model.get("state") === "recording" ? "stop" : "record" }),
  );
  const title = element("h3", { className: "sa-title" });
  const counts = element("span", { className: "sa-note wire-counts" });

  const marks = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  marks.setAttribute("aria-hidden", "true");
  const slider = element("input", {
    type: "range", min: 0, step: "any", className: "wire-slider", "aria-label": "Position in the recording",
  });
  const axis = element("div", { className: "wire-axis sa-axis", "aria-hidden": "true" });
  const status = element("p", { className: "wire-status", role: "status" });

  const canvas = element("div", { className: "wire-canvas sa-code" });
  const strip = element("div", {
    className: "wire-bytes", tabIndex: 0, role: "group",
    "aria-label": "Bytes as received. Left and right arrow step a chunk, with Shift an event; space plays.",
  }, canvas);
  const reading = element("span", { className: "sa-axis" });
  const ruler = element("span", { className: "wire-ruler", textContent: "0".repeat(100), "aria-hidden": "true" });
  const foot = element("div", { className: "wire-foot sa-note" });
  canvas.append(ruler, foot);

  const held = element("div", { className: "wire-held sa-code", role: "group", "aria-label": "What the decoder holds" });
  const heldNote = element("span", { className: "sa-axis" });
  const chips = element("ol", { className: "wire-chips" });
  const eventsNote = element("span", { className: "sa-axis" });
  const panel = element("div", { className: "wire-panel", id, role: "group", "aria-label": "Fields of the event", tabIndex: 0 });

  const heading = (words, note) =>
    element("div", { className: "wire-heading" }, element("h4", { textContent: words }), note);
  const sample = (className, text = "") => element("span", { className, textContent: text });
  const legend = element("p", { className: "wire-legend sa-axis" },
    element("span", {}, sample("wire-sample-chunk"), "one network chunk"),
    element("span", {}, sample("wire-bar wire-sample"), "one event, up to its blank line"),
    ...["text", "tool", "thinking"].map((meaning) => {
      const bar = sample("wire-bar wire-sample");
      bar.dataset.meaning = meaning;
      return element("span", {}, bar, { text: "text", tool: "tool input", thinking: "thinking" }[meaning]);
    }),
    element("span", {}, sample("wire-cell wire-end", "⏎"), "line end (LF)"),
    element("span", {}, sample("wire-cell wire-hex wire-sample-hex", "E2"), "byte of a broken character"),
  );
  const root = element("div", { className: "sa wire" },
    element("div", { className: "sa-row wire-head" }, title, counts),
    element("div", { className: "sa-row wire-controls", role: "group", "aria-label": "Controls" },
      play, speed, back, forward, backEvent, forwardEvent, over, record),
    element("div", { className: "wire-clock" }, marks, slider, axis),
    status,
    heading("Bytes as received", reading),
    strip,
    heading("The decoder holds", heldNote),
    held,
    heading("Events so far", eventsNote),
    element("div", { className: "wire-events" }, chips, panel),
    legend,
  );
  keepKeys(root);
  el.append(root);

  // --- the recording ----------------------------------------------------------------
  const time = (seconds) => `${seconds.toFixed(times.at(-1) < 1 ? 3 : 2)} s`;
  const received = () => (position ? wire.chunks[position - 1].end : 0);
  const produced = (count) => (count ? wire.chunks[count - 1].events : 0);
  const sizeOf = (chunk) => chunk.end - chunk.start;

  function load() {
    wire = model.get("model");
    // Chunks without times come evenly, so that they can be played too.
    times = wire.chunks.map((chunk, index) => (wire.timed ? chunk.at : (index + 1) * 0.3));
    slider.max = times.at(-1) || 1;
    opened = undefined;
    lit = {};
    title.textContent = model.get("title") || "Bytes on the wire";
    counts.textContent =
      [plural(wire.chunk_count, "chunk"), plural(wire.size, "byte"), plural(wire.event_count, "event")].join(" · ") +
      (wire.timed ? ` · ${time(times.at(-1))}` : "") +
      (wire.chunk_count > wire.chunks.length ? ` (the first ${plural(wire.chunks.length, "chunk")} shown)` : "");
    chips.replaceChildren();
    relayOut();
  }

  function relayOut() {
    const width = strip.clientWidth;
    if (!width) return; // not on the page yet
    advance = ruler.getBoundingClientRect().width / 100 || advance;
    const columns = Math.max(24, Math.floor((width - GUTTER - 14) / advance));
    layout = layOut(wire, columns);
    const more = wire.size - (layout.rows.at(-1)?.end ?? 0);
    foot.textContent = more ? `… ${plural(more, "more byte")} not shown` : "";
    foot.style.top = `${layout.height}px`;
    canvas.style.height = `${layout.height + (more ? ROW + 4 : 0)}px`;
    show(position, clock);
  }

  /** Show the moment at which so many chunks have been received. */
  function show(count, at) {
    position = Math.min(Math.max(0, count), wire.chunks.length);
    clock = at ?? (position ? times[position - 1] : 0);
    keepInSight();
    drawRows(true);
    drawClock();
    drawHeld();
    drawEvents();
    say();
    for (const [node, off] of [[back, !position], [backEvent, !position], [over, !position && !clock],
      [forward, position === wire.chunks.length], [forwardEvent, nextEvent() === undefined],
      [play, !wire.chunks.length]]) node.disabled = off;
    tell();
  }

  let telling;
  function tell() {
    // While it plays, the kernel hears of it a few times a second, not at every chunk.
    if (model.get("position") === position) return;
    telling ??= setTimeout(() => {
      telling = undefined;
      model.set("position", position);
      model.save_changes();
    }, playing ? 250 : 0);
  }

  // --- stepping and playing ---------------------------------------------------------
  function nextEvent() {
    const now = produced(position);
    const index = firstWhere(wire.chunks, (chunk) => chunk.events > now);
    return index < wire.chunks.length ? index + 1 : undefined;
  }

  function step(by) {
    halt();
    show(position + by);
  }

  function previousEvent() {
    let count = position - 1;
    while (count > 0 && produced(count) === produced(count - 1)) count -= 1;
    return Math.max(0, count);
  }

  function stepEvent(by) {
    halt();
    show(by > 0 ? (nextEvent() ?? position) : previousEvent());
  }

  function start() {
    if (position === wire.chunks.length) show(0);
    root.classList.add("wire-playing");
    status.setAttribute("aria-live", "off"); // it would talk without a pause
    let last = performance.now();
    const frame = (now) => {
      const at = clock + ((now - last) / 1000) * Number(speed.value);
      last = now;
      const count = firstWhere(times, (each) => each > at);
      playing = requestAnimationFrame(frame);
      if (count === wire.chunks.length) {
        halt();
        show(count);
      } else if (count !== position) show(count, at);
      else {
        clock = at;
        drawClock();
        say();
      }
    };
    playing = requestAnimationFrame(frame);
    play.textContent = "Pause";
    play.setAttribute("aria-label", "Pause");
  }

  function halt() {
    cancelAnimationFrame(playing);
    playing = 0;
    root.classList.remove("wire-playing");
    status.setAttribute("aria-live", "polite");
    play.textContent = "Play";
    play.setAttribute("aria-label", "Play");
  }

  function pause() {
    halt();
    show(position, clock);
  }

  // --- the clock --------------------------------------------------------------------
  const scale = () => (marks.clientWidth - 2 * PAD) / (times.at(-1) || 1);

  function drawClock() {
    const perSecond = scale();
    const height = marks.clientHeight;
    const most = Math.max(...wire.chunks.map(sizeOf), 1);
    const paths = { coming: "", here: "" };
    wire.chunks.forEach((chunk, index) => {
      const bar = 3 + (height - 16) * Math.sqrt(sizeOf(chunk) / most);
      const x = (PAD + times[index] * perSecond).toFixed(1);
      paths[index < position ? "here" : "coming"] += `M${x} ${height}v${-bar.toFixed(1)}`;
    });
    const nodes = Object.entries(paths).map(([name, d]) => line(d, `wire-${name}`));
    const events = {};
    for (const span of wire.spans) {
      if (span.kind !== "event" || span.chunk >= times.length) continue;
      events[span.meaning] ??= "";
      events[span.meaning] += `M${(PAD + times[span.chunk] * perSecond).toFixed(1)} 2v6`;
    }
    for (const [meaning, d] of Object.entries(events)) nodes.push(line(d, `wire-made wire-made-${meaning}`));
    if (times[0] * perSecond > 100) {
      // While nothing comes there is room to say what the marks are.
      nodes.push(caption("events", 9), caption("chunks", height - 6));
    }
    const x = PAD + clock * perSecond;
    nodes.push(line(`M${x.toFixed(1)} 0V${height}`, "wire-now"));
    marks.replaceChildren(...nodes);
    slider.value = clock;
    slider.setAttribute("aria-valuetext", `${time(clock)}, chunk ${position} of ${wire.chunks.length}`);
    const width = marks.clientWidth;
    const now = element("span", { textContent: wire.timed ? time(clock) : `chunk ${position}` });
    now.style.left = `${Math.min(Math.max(x - 18, 0), width - 44)}px`;
    axis.replaceChildren(now);
    // The ends of the clock, unless the moment itself stands there.
    if (wire.timed && x > 70) axis.append(element("span", { textContent: "0 s" }));
    if (wire.timed && x < width - 90) {
      axis.append(element("span", { className: "wire-axis-end", textContent: time(times.at(-1) ?? 0) }));
    }
  }

  function line(d, name) {
    const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
    path.setAttribute("d", d);
    path.setAttribute("class", name);
    return path;
  }

  function caption(words, y) {
    const node = document.createElementNS("http://www.w3.org/2000/svg", "text");
    node.setAttribute("x", PAD);
    node.setAttribute("y", y);
    node.textContent = words;
    return node;
  }

  // --- the bytes --------------------------------------------------------------------
  function keepInSight() {
    if (!position || !layout.rows.length) {
      strip.scrollTop = 0;
      return;
    }
    const chunk = wire.chunks[position - 1];
    const rowAt = (offset) =>
      layout.rows[Math.min(firstWhere(layout.rows, (row) => row.end > offset), layout.rows.length - 1)];
    const top = rowAt(chunk.start).top;
    const bottom = rowAt(chunk.end - 1).bottom;
    const height = strip.clientHeight;
    // Its end matters most: that is where the decoder stands. The page itself never scrolls.
    if (bottom - top > height) strip.scrollTop = top - ROW;
    else if (bottom + ROW > strip.scrollTop + height) strip.scrollTop = bottom + ROW - height;
    else if (Math.min(top, bottom - ROW) < strip.scrollTop) strip.scrollTop = Math.max(top - ROW, bottom - height);
  }

  function drawRows(anew) {
    if (anew) {
      for (const node of drawn.values()) node.remove();
      drawn.clear();
    }
    const from = strip.scrollTop - 200;
    const to = strip.scrollTop + strip.clientHeight + 200;
    const first = firstWhere(layout.rows, (row) => row.bottom > from);
    const last = firstWhere(layout.rows, (row) => row.top > to);
    for (const [index, node] of drawn) {
      if (index < first || index >= last) {
        node.remove();
        drawn.delete(index);
      }
    }
    for (let index = first; index < last; index += 1) {
      if (!drawn.has(index)) {
        const node = rowNode(index);
        drawn.set(index, node);
        canvas.append(node);
      }
    }
    light(lit);
  }

  function rowNode(index) {
    const row = layout.rows[index];
    const span = wire.spans[row.span];
    const begins = layout.rows[index - 1]?.span !== row.span;
    const ends = layout.rows[index + 1]?.span !== row.span;
    const node = element("div", { className: "wire-row" });
    if (begins && index) node.classList.add("wire-begins");
    node.dataset.span = row.span;
    node.style.top = `${row.top}px`;
    node.style.height = `${(layout.rows[index + 1]?.top ?? row.bottom) - row.top - (ends ? GAP : 0)}px`;
    const bar = element("span", { className: "wire-bar" });
    bar.dataset.meaning = span.meaning;
    bar.dataset.kind = span.kind;
    const done = span.chunk >= 0 && span.chunk < position;
    if (!done) bar.classList.add("wire-coming");
    node.append(element("span", { className: `wire-number ${done ? "" : "wire-coming"}`, textContent: begins ? span.number || "–" : "" }), bar);

    const text = element("span", { className: "wire-text" });
    const chunks = [];
    const begin = firstWhere(wire.chunks, (chunk) => chunk.end > row.start);
    let cell = 0;
    for (let i = begin; i < wire.chunks.length && wire.chunks[i].start < row.end; i += 1) {
      const chunk = wire.chunks[i];
      chunks.push(i);
      const piece = element("span", { className: "wire-piece" });
      piece.dataset.chunk = i;
      if (chunk.start >= row.start) piece.classList.add("wire-first");
      if (chunk.end <= row.end) piece.classList.add("wire-last");
      if (i >= position) piece.classList.add("wire-coming");
      if (i === position - 1) piece.classList.add("wire-current");
      if (chunk.cut && chunk.end <= row.end) piece.dataset.cut = chunk.cut;
      while (cell < row.cells.length && row.cells[cell].at < chunk.end) {
        const placed = row.cells[cell];
        piece.append(cellNode(partOf(placed, chunk.start, chunk.end)));
        if (placed.at + bytesOf(placed.cell) > chunk.end) break;
        cell += 1;
      }
      text.append(piece);
    }
    node.append(text);
    if (done && row.end === span.end) {
      const words = span.number ? `→ event ${span.number}` : span.kind === "comment" ? "a comment: no event" : "no data: no event";
      const outcome = element("span", { className: "wire-outcome", textContent: words });
      outcome.dataset.meaning = span.meaning;
      node.append(outcome);
    }
    if (row.labels) node.append(...labels(row, chunks));
    return node;
  }

  /** The words under a row: the current chunk's first, then those that find room. */
  function labels(row, chunks) {
    const width = canvas.clientWidth - GUTTER - 8;
    const taken = [];
    const lengthOf = (words) => words.length * 5.7 + 8;
    const place = (x, words, className) => {
      const length = lengthOf(words);
      const left = Math.max(0, Math.min(x, width - length));
      if (taken.some(([from, to]) => left < to && left + length > from)) return [];
      taken.push([left, left + length]);
      const label = element("span", { className: `wire-label ${className}`, textContent: words });
      label.style.left = `${GUTTER + left}px`;
      return [label];
    };
    const order = [...chunks].sort((a, b) => (b === position - 1) - (a === position - 1));
    return order.flatMap((index) => {
      const chunk = wire.chunks[index];
      const current = index === position - 1;
      const size = `${sizeOf(chunk).toLocaleString("en")} B`;
      const full = wire.timed ? `${size} · ${time(chunk.at)}` : size;
      const starts = chunk.start >= row.start;
      const ends = chunk.end <= row.end;
      const broken = chunk.cut === "character";
      const className = `${current ? "wire-current" : ""} ${index >= position ? "wire-coming" : ""}`;
      const cut = ends && (current || broken) ? cutWords(chunk) : "";
      const from = columnAt(row, chunk.start) * advance;
      const to = columnAt(row, chunk.end) * advance;
      // What is not the current chunk keeps to its own room, unless the rest of the row is free.
      const room = index === chunks.at(-1) ? width - from : to - from;
      const kind = broken && cut ? `${className} wire-broken` : className;
      if (!starts) return cut ? place(to - lengthOf(cut), cut, kind) : [];
      const name = current ? `chunk ${index + 1} · ${full}` : full;
      if (cut && to - from >= lengthOf(name) + lengthOf(cut)) {
        return [...place(from, name, className), ...place(to - lengthOf(cut), cut, kind)];
      }
      if (current) return place(from, cut ? `${name} · ${cut}` : name, kind);
      if (cut) return place(from, cut, kind);
      const words = [full, size].find((each) => lengthOf(each) <= room + 6);
      return words ? place(from, words, className) : [];
    });
  }

  /** Light the bytes and the chip of an event, and the bytes of a chunk. */
  function light(what) {
    lit = what;
    for (const node of drawn.values()) {
      node.classList.toggle("wire-lit", Number(node.dataset.span) === lit.span);
      for (const piece of node.querySelectorAll(".wire-piece")) {
        piece.classList.toggle("wire-lit", Number(piece.dataset.chunk) === lit.chunk);
      }
    }
    for (const chip of chips.querySelectorAll("button")) {
      chip.classList.toggle("wire-lit", Number(chip.dataset.span) === lit.span);
    }
    const words = [];
    if (lit.chunk !== undefined) {
      const chunk = wire.chunks[lit.chunk];
      words.push(`chunk ${lit.chunk + 1}: ${plural(sizeOf(chunk), "byte")}`, ...(wire.timed ? [time(chunk.at)] : []));
      if (chunk.cut) words.push(cutWords(chunk));
    }
    const span = wire.spans[lit.span];
    if (span) words.push(`${nameOf(span)}, ${plural(span.end - span.start, "byte")}`);
    reading.textContent = words.join(" · ") || `${plural(received(), "byte")} of ${wire.size.toLocaleString("en")}`;
  }

  const nameOf = (span) =>
    span.number ? `event ${span.number} ${span.name}` : span.kind === "unfinished" ? "an unfinished event" : `${span.name}: no event`;

  // --- what the decoder holds -------------------------------------------------------
  function drawHeld() {
    const chunk = wire.chunks[position - 1];
    const rows = [];
    if (chunk && chunk.event_from < chunk.end) {
      const { lines, at } = heldLines(chunk);
      let start = at;
      for (const cells of lines) {
        const size = cells.reduce((sum, cell) => sum + bytesOf(cell), 0);
        const open = start + size > chunk.line_from && chunk.line_from < chunk.end;
        rows.push(heldRow(cells, open));
        start += size;
      }
    }
    const more = rows.length > 3 ? rows.splice(0, rows.length - 3).length : 0;
    if (!rows.length) {
      rows.push(element("div", { className: "wire-held-row sa-note", textContent: position ? "nothing: every byte so far is part of a finished event" : "nothing yet" }));
    }
    held.replaceChildren(...rows);
    const waiting = chunk ? chunk.end - chunk.event_from : 0;
    heldNote.textContent = plural(waiting, "byte") + (more ? `, ${plural(more, "line")} not shown` : "");
  }

  /** The cells of what is held, line by line, cut where the received bytes end. */
  function heldLines(chunk) {
    const first = firstWhere(layout.rows, (row) => row.end > chunk.event_from);
    const lines = [];
    let before;
    for (let index = first; index < layout.rows.length && layout.rows[index].start < chunk.end; index += 1) {
      const row = layout.rows[index];
      if (!before || before.cells.at(-1)?.cell[2] === "end") lines.push([]);
      for (const placed of row.cells) {
        if (placed.at >= chunk.end) break;
        const part = partOf(placed, chunk.event_from, chunk.end);
        if (part.length) lines.at(-1).push(part);
      }
      before = row;
    }
    return { lines, at: chunk.event_from };
  }

  function heldRow(cells, open) {
    const row = element("div", { className: "wire-held-row" });
    const room = Math.floor((held.clientWidth - 200) / advance);
    const total = cells.reduce((sum, cell) => sum + columnsOf(cell), 0);
    const text = element("span", { className: "wire-held-text" });
    if (total <= room) text.append(...cells.map(cellNode));
    else {
      const half = Math.floor((room - 16) / 2);
      const start = take(cells, half);
      const end = take([...cells].reverse(), half, true).reverse();
      const hidden = [...cells].reduce((sum, cell) => sum + bytesOf(cell), 0) -
        [...start, ...end].reduce((sum, cell) => sum + bytesOf(cell), 0);
      text.append(...start.map(cellNode), element("span", { className: "wire-elided", textContent: ` … ${plural(hidden, "byte")} … ` }), ...end.map(cellNode));
    }
    if (open) text.append(element("span", { className: "wire-caret", "aria-hidden": "true" }));
    row.append(text, element("span", { className: "sa-axis", textContent: open ? "waits for its line to end" : "waits for the blank line" }));
    return row;
  }

  /** The first cells that fit in so many columns; a text cell is cut. */
  function take(cells, columns, fromEnd = false) {
    const taken = [];
    let room = columns;
    for (const cell of cells) {
      if (columnsOf(cell) > room) {
        if (typeof cell === "string" && room > 0) taken.push(fromEnd ? cell.slice(-room) : cell.slice(0, room));
        break;
      }
      taken.push(cell);
      room -= columnsOf(cell);
    }
    return taken;
  }

  // --- events -----------------------------------------------------------------------
  function drawEvents() {
    const wanted = firstWhere(wire.spans, (span) => span.chunk < 0 || span.chunk >= position);
    const grows = chips.children.length !== wanted;
    while (chips.children.length > wanted) chips.lastChild.remove();
    for (let index = chips.children.length; index < wanted; index += 1) chips.append(chipNode(index));
    if (grows) chips.scrollTop = chips.scrollHeight;
    if (opened !== undefined && opened >= wanted) opened = undefined;
    eventsNote.textContent = `${produced(position).toLocaleString("en")} of ${wire.event_count.toLocaleString("en")}` +
      (produced(position) > (wire.spans[wanted - 1]?.number ?? 0) && wanted === wire.spans.length ? `, the first ${(wire.spans.findLast((span) => span.number)?.number ?? 0).toLocaleString("en")} shown` : "");
    drawPanel();
  }

  function chipNode(index) {
    const span = wire.spans[index];
    const mark = element("span", { className: "wire-bar", "aria-hidden": "true" });
    mark.dataset.meaning = span.meaning;
    mark.dataset.kind = span.kind;
    const chip = element("button", { type: "button", className: "wire-chip", "aria-expanded": "false", "aria-controls": id },
      element("span", { className: "wire-number", textContent: span.number || "–" }), mark,
      element("span", { className: "wire-name", textContent: span.name }),
      element("span", { className: "wire-brief", textContent: span.brief }));
    chip.dataset.span = index;
    chip.addEventListener("click", () => {
      opened = opened === index ? undefined : index;
      drawPanel();
      scrollTo(span);
    });
    for (const name of ["mouseenter", "focus"]) chip.addEventListener(name, () => light({ span: index }));
    for (const name of ["mouseleave", "blur"]) chip.addEventListener(name, () => light({}));
    return element("li", {}, chip);
  }

  function scrollTo(span) {
    const row = layout.rows[firstWhere(layout.rows, (each) => each.end > span.start)];
    if (row && (row.top < strip.scrollTop || row.bottom > strip.scrollTop + strip.clientHeight)) {
      strip.scrollTop = Math.max(0, row.top - ROW);
    }
    drawRows();
  }

  function drawPanel() {
    for (const chip of chips.querySelectorAll("button")) {
      chip.setAttribute("aria-expanded", String(Number(chip.dataset.span) === opened));
    }
    const index = opened ?? chips.children.length - 1;
    const span = wire.spans[index];
    if (panel.dataset.span === String(index) && panel.dataset.opened === String(opened !== undefined)) return;
    panel.dataset.span = index;
    panel.dataset.opened = opened !== undefined;
    panel.scrollTop = 0;
    if (!span) {
      panel.replaceChildren(element("p", { className: "sa-note", textContent: "No event yet. An event is produced at the blank line that ends it." }));
      return;
    }
    const list = element("dl", {});
    for (const [name, value] of span.fields) {
      list.append(element("dt", { textContent: name }), element("dd", {}, element("pre", { textContent: value })));
    }
    const which = opened === undefined ? "newest: " : "";
    panel.replaceChildren(element("p", { className: "sa-axis", textContent: `${which}${nameOf(span)} · bytes ${span.start}–${span.end - 1}, by chunk ${span.chunk + 1}` }), list);
  }

  // --- in words ---------------------------------------------------------------------
  function say() {
    const state = model.get("state");
    root.dataset.state = state;
    record.hidden = !model.get("can_record");
    record.textContent = state === "recording" ? "Stop recording" : "Record again";
    record.setAttribute("aria-label", record.textContent);
    const words = state === "failed" ? model.get("problem")
      : state === "recording" ? "Recording from the socket; what is shown is the recording before."
      : moment();
    if (status.textContent !== words) status.textContent = words;
  }

  function moment() {
    const total = wire.chunks.length;
    if (!total) return "Nothing was recorded.";
    if (!position) {
      return `Nothing received yet${wire.timed ? `; the first chunk comes at ${time(times[0])}` : ""}.`;
    }
    const chunk = wire.chunks[position - 1];
    const at = wire.timed ? ` at ${time(chunk.at)}` : "";
    const from = produced(position - 1) + 1;
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

  // --- hands ------------------------------------------------------------------------
  const keys = (event) => {
    const act = {
      ArrowLeft: () => (event.shiftKey ? stepEvent(-1) : step(-1)),
      ArrowRight: () => (event.shiftKey ? stepEvent(1) : step(1)),
      Home: () => step(-Infinity),
      End: () => step(Infinity),
      PageUp: () => step(-10),
      PageDown: () => step(10),
      " ": () => (playing ? pause() : start()),
    }[event.key];
    if (!act || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  };
  strip.addEventListener("keydown", keys);
  slider.addEventListener("keydown", keys);
  slider.addEventListener("input", () => {
    halt();
    const at = Number(slider.value);
    show(firstWhere(times, (each) => each > at), at);
  });
  strip.addEventListener("scroll", () => drawRows());
  canvas.addEventListener("mouseover", (event) => {
    const row = event.target.closest(".wire-row");
    const piece = event.target.closest(".wire-piece");
    light({
      span: row ? Number(row.dataset.span) : undefined,
      chunk: piece ? Number(piece.dataset.chunk) : undefined,
    });
  });
  canvas.addEventListener("mouseleave", () => light({}));

  const onModel = () => {
    halt();
    position = model.get("position");
    panel.dataset.span = "";
    load();
    show(position);
  };
  const onPosition = () => {
    if (!playing && model.get("position") !== position) show(model.get("position"));
  };
  const listeners = { model: onModel, title: onModel, position: onPosition, state: say, problem: say, can_record: say };
  for (const [name, listener] of Object.entries(listeners)) model.on(`change:${name}`, listener);
  const watch = new ResizeObserver(relayOut);
  watch.observe(strip);
  onModel();
  return () => {
    halt();
    clearTimeout(telling);
    watch.disconnect();
    for (const [name, listener] of Object.entries(listeners)) model.off(`change:${name}`, listener);
  };
}

export default view(render);
