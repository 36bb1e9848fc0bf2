const HERE = ["127.0.0.1", "localhost", "[::1]"];

/** The address of this user's server on a hub: its jupyter-server-proxy leads to the kernel's machine. */
function server() {
  try {
    const { baseUrl } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
    return new URL(baseUrl, location.href).href;
  } catch {
    return "";
  }
}

function render({ model, el }) {
  const { title, height, hub } = model.get("setup");
  const here = !hub && HERE.includes(location.hostname);
  const link = element("a", { target: "_blank", rel: "noopener", hidden: true });
  const note = element("p", { className: "sa-note", role: "status", textContent: "The page's server is being started." });
  const frame = element("iframe", { className: "sa-page-frame", title, hidden: true });
  const waiting = element("div", { className: "sa-page-frame" });
  frame.style.height = `${height}px`;
  waiting.style.height = `${height}px`;
  const root = element(
    "div",
    { className: "sa sa-page", role: "group", "aria-label": title },
    element("div", { className: "sa-row" }, note, link),
    frame,
    waiting,
  );
  keepKeys(root);
  el.append(root);

  /** JupyterLab has a theme of its own, which the page in the frame can't see. */
  const theme = () => (document.body.dataset.jpThemeLight === "false" ? "dark" : "light");
  function tellTheme() {
    if (frame.src) frame.contentWindow.postMessage({ theme: theme() }, new URL(frame.src).origin);
  }

  function say(words) {
    note.textContent = words;
    waiting.hidden = true;
  }

  async function show() {
    const url = model.get("url");
    const problem = model.get("problem");
    if (problem) {
      note.className = "sa-problem";
      note.textContent = problem;
      return;
    }
    if (!url || frame.src) return;
    if (!here) {
      if (!server()) return say("This page is served on the kernel's own machine, which this browser can't reach: to use it, run the course on yours.");
      const { status } = await fetch(url).catch(() => ({ status: 0 }));
      if (status !== 200) return say(`No way leads from this server to the page (status ${status}): it needs the package jupyter-server-proxy. Or run the course on your machine.`);
    }
    note.textContent = "Served by this kernel. In a window of its own:";
    link.href = url;
    link.textContent = url;
    link.hidden = false;
    if (frame.src) return;
    frame.src = `${url}?theme=${theme()}`;
    frame.hidden = false;
    waiting.hidden = true;
  }

  const themes = new MutationObserver(tellTheme);
  themes.observe(document.body, { attributes: true, attributeFilter: ["data-jp-theme-light"] });
  model.on("change:url", show);
  model.on("change:problem", show);
  show();
  model.send({ op: "open", behind: here ? "" : server() });
  return () => {
    themes.disconnect();
    model.off("change:url", show);
    model.off("change:problem", show);
  };
}

export default view(render);
