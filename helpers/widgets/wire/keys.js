// The arrow keys of a page: after a cell has run, the focus stands on the next cell.

/**
 * Give a wire the left and right arrows while nobody types and it is the first one in sight.
 * Returns a function that stops.
 */
function takeArrows(root, strip, act) {
  const isInSight = (box) => {
    const { top, bottom, height } = box.getBoundingClientRect();
    return height > 0 && Math.min(bottom, innerHeight) - Math.max(top, 0) > height / 2;
  };
  const onKey = (event) => {
    const { target } = event;
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    if (!(target instanceof Element) || target.closest(".sa, input, select, textarea, [contenteditable='true']")) return;
    const page = root.closest(".jp-NotebookPanel") ?? document;
    if (target !== document.body && !page.contains(target)) return;
    const first = [...page.querySelectorAll(".wire .wire-bytes")].find(isInSight);
    if (first !== strip) return;
    act(event);
    event.stopPropagation(); // JupyterLab would choose another cell
  };
  window.addEventListener("keydown", onKey, true);
  return () => window.removeEventListener("keydown", onKey, true);
}
