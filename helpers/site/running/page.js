// What the page does beside JupyterLab: it shows the notebook that a link names, with its kernel
// started early; on a phone it gives a notebook the whole width; it says that a second tab is
// open, and lays a new edition beside a notebook that the learner has saved.

// The notebooks that the address names. JupyterLab changes the address.
const [came] = performance.getEntriesByType("navigation");
const named = new URL(came.name).searchParams.getAll("path");
const NARROW = 600; // pixels: a phone's width
const EDITION = "course_edition"; // in a notebook's metadata

const soon = () => new Promise((resolve) => setTimeout(resolve, 50));

async function made() {
  while (!window.jupyterapp) await soon();
  return window.jupyterapp;
}

// JupyterLab starts a notebook's kernel when it has drawn the notebook. A kernel that is there
// already is taken: so both are made at the same time.
async function startKernel({ serviceManager: { kernelspecs, sessions } }) {
  const path = named.at(-1);
  if (!path?.endsWith(".ipynb")) return;
  await kernelspecs.ready;
  while (!kernelspecs.specs?.kernelspecs.python) await soon();
  const options = { path, name: path, type: "notebook", kernel: { name: "python" } };
  const session = await sessions.startNew(options);
  session.dispose(); // this connection alone: it would refuse the views, which the notebook takes
}

// JupyterLab opens what a link names and, at the same time, what was open before. On a slow
// machine the second comes last and hides or removes the first.
async function showNamed({ restored, commands }) {
  await restored;
  for (const path of named) await commands.execute("docmanager:open", { path });
}

async function widen({ restored, shell }) {
  await restored; // it opens the list of files
  shell.mode = "single-document";
  // The list of files goes when a notebook comes.
  const collapse = () => setTimeout(() => shell.collapseLeft(), 500);
  shell.currentChanged.connect(collapse);
  collapse();
  for (const side of ["left", "right"]) {
    if (shell.isSideTabBarVisible(side)) shell.toggleSideTabBarVisibility(side);
  }
}

function tell(app, message) {
  app.commands.execute("apputils:notify", { message, type: "info", options: { autoClose: false } });
}

// The first tab holds a lock for as long as it is open.
function isSecond(root) {
  return new Promise((resolve) => {
    navigator.locks.request(`course ${root}`, { ifAvailable: true }, (lock) => {
      resolve(!lock);
      return lock && new Promise(() => {});
    });
  });
}

// Names that a new edition may have beside a notebook, as `course.py lab` gives them.
function* names(stem) {
  yield `${stem} (new edition).ipynb`;
  for (let number = 2; number < 100; number++) yield `${stem} (new edition ${number}).ipynb`;
}

// A file that was saved since it was made; the site's own and those laid below were not.
const isTheirs = (file) => file.last_modified !== file.created;

async function layNewEditions(app, root) {
  const LAID = `course editions ${root}`; // in the browser's storage: which one, for which name
  const { contents } = app.serviceManager;
  const editions = await (await fetch(`${root}editions.json`)).json();
  const files = new Map((await contents.get("")).content.map((file) => [file.name, file]));
  const laid = JSON.parse(localStorage.getItem(LAID) ?? "{}");
  for (const [name, edition] of Object.entries(editions)) {
    if (!files.has(name) || !isTheirs(files.get(name)) || laid[name] === edition) continue;
    const saved = await contents.get(name, { content: true });
    if (saved.content.metadata?.[EDITION] === edition) continue;
    const beside = [...names(name.replace(/\.ipynb$/, ""))].find(
      (one) => !files.has(one) || !isTheirs(files.get(one)),
    );
    const content = await (await fetch(`${root}files/${encodeURIComponent(name)}`)).json();
    if (files.has(beside)) await contents.delete(beside); // an older edition, as it was laid
    await contents.save(beside, { type: "notebook", format: "json", content });
    laid[name] = edition;
    localStorage.setItem(LAID, JSON.stringify(laid));
    tell(app, `“${beside}” is new in the course. Yours stays as it is.`);
  }
}

const root = new URL("..", document.baseURI).href;
const second = isSecond(root);
const app = await made();
startKernel(app);
await app.started;
await app.serviceManager.ready;
showNamed(app);
if (window.innerWidth < NARROW) widen(app);
if (await second) {
  tell(app, "The course is open in another tab, too. Work in one of them: if both change a notebook, the second save asks you.");
} else {
  await layNewEditions(app, root);
}
