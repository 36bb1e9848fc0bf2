// The clock of the wire view: when each chunk came and each event was made, as marks on a line.

function clockLine(d, name) {
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", d);
  path.setAttribute("class", name);
  return path;
}

function clockCaption(words, y) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", "text");
  node.setAttribute("x", PAD);
  node.setAttribute("y", y);
  node.textContent = words;
  return node;
}

/**
 * The marks of a recording, and the moment that is shown.
 * `perSecond` says how many pixels a second is wide, `height` how many there are.
 */
function clockMarks(wire, times, { position, clock, perSecond, height }) {
  const most = Math.max(...wire.chunks.map(sizeOf), 1);
  const paths = { coming: "", here: "" };
  wire.chunks.forEach((chunk, index) => {
    const bar = 3 + (height - 16) * Math.sqrt(sizeOf(chunk) / most);
    const x = (PAD + times[index] * perSecond).toFixed(1);
    paths[index < position ? "here" : "coming"] += `M${x} ${height}v${-bar.toFixed(1)}`;
  });
  const nodes = Object.entries(paths).map(([name, d]) => clockLine(d, `wire-${name}`));
  const events = {};
  for (const span of wire.spans) {
    if (span.kind !== "event" || span.chunk >= times.length) continue;
    events[span.meaning] ??= "";
    events[span.meaning] += `M${(PAD + times[span.chunk] * perSecond).toFixed(1)} 2v6`;
  }
  for (const [meaning, d] of Object.entries(events)) nodes.push(clockLine(d, `wire-made wire-made-${meaning}`));
  if (times[0] * perSecond > 100) {
    // While nothing comes there is room to say what the marks are.
    nodes.push(clockCaption("events", 9), clockCaption("chunks", height - 6));
  }
  const x = PAD + clock * perSecond;
  nodes.push(clockLine(`M${x.toFixed(1)} 0V${height}`, "wire-now"));
  return nodes;
}
