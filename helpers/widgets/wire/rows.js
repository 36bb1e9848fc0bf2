// The rows of the wire view: bytes in their chunks, and the words under them.

/** One row, as it is at the moment that `now` holds. */
function rowNode(now, index) {
  const { wire, layout, position } = now;
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
  if (row.labels) node.append(...rowLabels(now, row, chunks));
  return node;
}

/** The words under a row: the current chunk's first, then those that find room. */
function rowLabels({ wire, position, time, advance, width }, row, chunks) {
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
