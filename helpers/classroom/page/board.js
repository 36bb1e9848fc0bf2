// The board: it draws what the server says, and sends what the instructor does. All text of seats
// is set as textContent.

const key = location.hash.slice(1);
const find = (id) => document.getElementById(id);
const status = find("status");
let shown; // the newest board
let came = 0; // when it came, in milliseconds

/** Make an element with properties and children. */
function element(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** Ask the server as the instructor. */
function ask(path, options = {}) {
  const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", ...options.headers };
  return fetch(path, { ...options, headers });
}

/** Send an order; say what came of it. */
async function send(order) {
  const answer = find("answer");
  try {
    const response = await ask("orders", { method: "POST", body: JSON.stringify(order) });
    answer.textContent = response.ok ? "✓ Sent to every seat." : `✕ ${(await response.json()).error}`;
  } catch {
    answer.textContent = "✕ The class's server doesn't answer: is it running?";
  }
}

/** Read an event stream, and call `take` with the data of each event. */
async function follow(body, take) {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const events = (rest + decoder.decode(value, { stream: true })).split("\n\n");
    rest = events.pop();
    for (const event of events) if (event.startsWith("data: ")) take(JSON.parse(event.slice(6)));
  }
}

/** Keep reading the board, also when the server was away. */
async function run() {
  for (;;) {
    try {
      // A hub's proxy hands on piece by piece only what is asked for in these words.
      const response = await ask("board", { headers: { accept: "text/event-stream" } });
      if (response.status === 403) {
        status.textContent = (await response.json()).error;
        return;
      }
      status.textContent = "";
      document.querySelector("main").hidden = false;
      await follow(response.body, (board) => {
        shown = board;
        came = performance.now();
        draw();
      });
    } catch {
      // said below
    }
    status.textContent = "The class's server doesn't answer. What is shown is what it said last.";
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

const minutes = (seconds) => (seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min`);

/** Say where somebody is: in a step of the class's path, of another one, or in a notebook. */
function place([notebook, number]) {
  const told = shown.clock;
  if (notebook === told?.file) return `step ${number + 1} (${told.steps[number].title})`;
  if (shown.paths.includes(notebook)) return `${notebook.replaceAll("_", " ")}, step ${number + 1}`;
  return `${notebook.slice(0, 2)}, section ${number + 1}`;
}

/** Say how many cases pass of exercises that are done in part; nothing where none does. */
function inPart(right, cases) {
  const [least, most] = [right[0], right.at(-1)];
  return most ? `${least === most ? most : `${least} to ${most}`} of ${cases} cases pass` : "";
}

function draw() {
  const hidden = find("projector").checked;
  document.body.classList.toggle("projector", hidden);
  find("code").textContent = shown.link;
  const { seats } = shown;
  const count = (test) => seats.filter(test).length;
  find("summary").textContent = seats.length
    ? `${seats.length} joined · ${count((seat) => seat.ready)} ready · ${count((seat) => seat.hand !== null)} with a raised hand · ${count((seat) => seat.quiet !== null)} quiet for long`
    : "Nobody has joined yet.";
  find("seats").replaceChildren(
    ...seats.map((seat, index) => {
      const words = [
        seat.hand !== null && `raised a hand ${minutes(seat.hand)} ago`,
        seat.symptoms.length && `✕ ${seat.symptoms.join(", ")}`,
        seat.quiet !== null && `nothing for ${minutes(seat.quiet)}`,
        seat.at && place(seat.at),
        seat.at_work?.right && `${seat.at_work.exercise}: ${inPart([seat.at_work.right], seat.at_work.cases)}`,
        `${seat.passed} passed`,
      ].filter(Boolean);
      const name = hidden ? `Seat ${index + 1}` : seat.name;
      const node = element("li", {}, name, element("span", { className: "words", textContent: words.join(" · ") }));
      node.dataset.state = seat.hand !== null ? "hand" : seat.symptoms.length ? "symptom" : seat.ready ? "ready" : "";
      return node;
    }),
  );
  const where = shown.where;
  find("where").textContent = where
    ? `The middle seat is in ${place(where.median)}; half of the room is ${String(where.quarter) === String(where.three_quarters) ? "there, too" : `between ${place(where.quarter)} and ${place(where.three_quarters)}`}.`
    : shown.clock
      ? "Nobody has run a cell of this path yet."
      : "No cell has been run yet.";
  find("exercises").replaceChildren(...(shown.exercises.length ? shown.exercises.map(exercise) : ["Nothing was tried yet."]));
  asked();
  ready();
  clock();
}

const hours = (seconds) => `${Math.floor(seconds / 3600)}:${String(Math.floor(seconds / 60) % 60).padStart(2, "0")}`;

/** Show which step is on, how late it is, and what to cut. The server tells; the page counts on. */
function clock() {
  const told = shown?.clock;
  find("clock").hidden = !told;
  if (!told) return;
  const { steps, now } = told;
  find("slides").href = told.slides;
  find("clock-title").textContent = `The clock: ${told.title}`;
  const running = now !== null;
  const step = steps[now ?? 0];
  const next = steps[(now ?? -1) + 1];
  find("step-next").textContent = running ? "Next step" : "Start the clock";
  find("step-next").disabled = !next;
  find("step-back").disabled = !now;
  find("step-first").hidden = !running;
  find("next").textContent = next ? `Next: ${next.title}, ${next.minutes} min` : "This is the last step.";
  if (!running) {
    find("step").textContent = `${steps.length} steps, not started`;
    find("late").textContent = "";
    return;
  }
  const since = (performance.now() - came) / 1000;
  const inStep = told.in_step + since;
  const over = Math.max(0, inStep - step.minutes * 60) - Math.max(0, told.in_step - step.minutes * 60);
  const late = Math.trunc((told.late + over) / 60);
  find("step").textContent = `${hours(told.elapsed + since)} · ${step.title}`;
  const words = late > 0 ? `${late} min late` : late < 0 ? `${-late} min early` : "on time";
  find("late").textContent = `${Math.floor(inStep / 60)} of ${step.minutes} min · ${words}`;
  find("late").dataset.state = late > 0 ? "late" : "";
  find("step-bar").max = step.minutes * 60;
  find("step-bar").value = Math.min(inStep, step.minutes * 60);
  find("cuts").replaceChildren(
    ...told.cuts.map((cut) =>
      element("li", {}, element("b", { textContent: `Cut ${cut.minutes} min: ${cut.title}` }), element("span", { className: "words", textContent: cut.words })),
    ),
  );
}

function exercise({ exercise: id, passed, at_work, not_begun, right, cases, mistakes }) {
  const all = passed + at_work + not_begun;
  const part = inPart(right, cases);
  return element(
    "div",
    { className: "exercise" },
    element("h3", {}, id, element("span", { textContent: `${passed} passed · ${at_work} at work · ${not_begun} not begun` }), ...(part ? [element("span", { textContent: `At work: ${part}` })] : [])),
    element("progress", { className: "bar", max: all, value: passed, ariaLabel: `${passed} of ${all} passed` }),
    element(
      "ol",
      {},
      ...mistakes.map((mistake) =>
        element(
          "li",
          {},
          element("b", { textContent: `${mistake.seats} × ${mistake.mistake}` }),
          ...(mistake.new ? [element("span", { className: "new", textContent: "new" })] : []),
          ...(mistake.words ? [element("span", { className: "say", textContent: `This looks like ${bare(mistake.words)}.` })] : []),
          ...(mistake.try_next ? [element("span", { className: "words", textContent: `Try next: ${bare(mistake.try_next)}` })] : []),
        ),
      ),
    ),
  );
}

/** Take the marks of code out of a sentence that is read aloud. */
const bare = (words) => words.replaceAll("`", "");

let revealed = 0; // the number of the question whose answer is shown

/** Return the questions of the path, each with the number of its step. */
const questions = () => (shown.clock?.steps ?? []).flatMap((step, number) => step.questions.map((one) => ({ ...one, number })));

function asked() {
  const box = find("asked");
  const open = shown.asked;
  const known = open && questions().find((one) => one.question === open.question);
  const isShown = Boolean(known) && revealed === open.number;
  find("show-answer").hidden = !known || isShown;
  if (!open) return box.replaceChildren("No question is open.");
  const all = open.choices.reduce((sum, choice) => sum + choice.seats, 0);
  box.replaceChildren(
    element("p", { textContent: open.question }),
    ...open.choices.map((choice, index) =>
      element(
        "div",
        {},
        element("span", { textContent: `${isShown && index === known.right ? "✓ " : ""}${choice.words}: ${choice.seats}` }),
        element("progress", { className: "bar", max: Math.max(all, 1), value: choice.seats, ariaLabel: `${choice.words}: ${choice.seats} of ${all}` }),
      ),
    ),
    ...(isShown ? [element("p", { className: "say", textContent: known.answer })] : []),
  );
}

/** Offer the path's own questions: those of the step that is on, then all others. */
function ready() {
  const box = find("ready");
  const on = shown.clock?.now ?? 0;
  const key = JSON.stringify([shown.clock?.file, on]);
  if (box.dataset.key === key) return; // a button that is being pressed stays
  box.dataset.key = key;
  const rows = (list) =>
    element(
      "ul",
      { className: "ready" },
      ...list.map((one) => {
        const button = element("button", { type: "button", textContent: one.question });
        button.addEventListener("click", () => send({ kind: "ask", question: one.question, choices: one.choices }));
        return element("li", {}, button, element("span", { className: "words", textContent: one.choices.join(" · ") }));
      }),
    );
  const here = questions().filter((one) => one.number === on);
  const others = questions().filter((one) => one.number !== on);
  box.replaceChildren(
    ...(here.length ? [element("h3", { textContent: `Ready for this step: ${shown.clock.steps[on].title}` }), rows(here)] : []),
    ...(others.length ? [element("details", {}, element("summary", { textContent: "Those of the other steps" }), rows(others))] : []),
  );
}

setInterval(clock, 1000);
find("step-next").addEventListener("click", () => send({ kind: "step", step: (shown.clock.now ?? -1) + 1 }));
find("step-back").addEventListener("click", () => send({ kind: "step", step: shown.clock.now - 1 }));
find("step-first").addEventListener("click", () => send({ kind: "step", step: 0, again: true }));
find("projector").addEventListener("change", () => shown && draw());
find("break").addEventListener("click", () => send({ kind: "break" }));
find("close-question").addEventListener("click", () => send({ kind: "ask", question: "", choices: [] }));
find("show-answer").addEventListener("click", () => {
  revealed = shown.asked?.number ?? 0;
  asked();
});
find("ask").addEventListener("submit", (event) => {
  event.preventDefault();
  const { question, choices } = Object.fromEntries(new FormData(event.target));
  send({ kind: "ask", question, choices: choices.split("\n").map((one) => one.trim()).filter(Boolean) });
});
find("say").addEventListener("submit", (event) => {
  event.preventDefault();
  send({ kind: "say", words: new FormData(event.target).get("words") });
});
find("control").addEventListener("submit", (event) => {
  event.preventDefault();
  const chosen = Object.fromEntries(new FormData(event.target));
  const [first_token, tokens_per_second] = chosen.pace.split(" ").map(Number);
  const times = chosen.times ? { times: Number(chosen.times) } : {};
  const fault = chosen.fault ? { kind: chosen.fault, ...times } : null;
  send({ kind: "set", settings: { pace: { first_token, tokens_per_second }, chunking: chosen.chunking, fault } });
});
run();
