// What the decoder of the wire view holds: the cells that belong to no finished event yet.

/** The cells of what is held, line by line, cut where the received bytes end. */
function heldLines(layout, chunk) {
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

/** One line of what is held, in so many columns. */
function heldRow(cells, open, room) {
  const row = element("div", { className: "wire-held-row" });
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
