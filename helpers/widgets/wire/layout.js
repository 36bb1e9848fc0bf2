// The layout of the wire view: its rows and cells, without a page. The rest draws what stands here.

const ROW = 20; // a row's text with its bracket, in pixels
const LABELS = 14; // the words under a row
const GAP = 5; // between events
const GUTTER = 58; // left of the bytes: the events' numbers and bars
const PAD = 8; // half a slider's thumb: the clock's first and last pixel

const plural = (count, noun) => `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
const bytesOf = (cell) => (typeof cell === "string" ? cell.length : cell[1]);
const sizeOf = (chunk) => chunk.end - chunk.start;
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
