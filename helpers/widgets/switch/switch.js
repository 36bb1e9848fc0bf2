const MODES = [
  ["mock", "Mock"],
  ["anthropic", "Anthropic"],
  ["openai", "OpenAI"],
  ["custom", "Other base URL"],
];
let switches = 0; // the ids of labels must differ between views

/** The first-token slider is finer where it matters: its steps are squares. */
const fromSlider = (value) => Math.round(value * value * 100) / 100;
const toSlider = (value) => Math.sqrt(value);

function render({ model, el }) {
  switches += 1;
  const id = (name) => `sa-switch-${switches}-${name}`;
  const state = () => model.get("state");
  let choosing = null; // a live mode whose fields are being filled in
  let hushed = ""; // a mistake that the person has turned away from
  const choose = (mode) => {
    choosing = mode;
    hushed = state().problem;
    if (mode) {
      const usual = mode === "openai" ? "openai-responses" : "anthropic";
      fillProviders(provider, mode, mode === state().mode ? state().provider : usual);
    }
    draw();
  };

  const labelled = (name, label, control, ...more) => {
    control.id = id(name);
    return element("div", { className: "sa-field" }, element("label", { for: control.id, textContent: label }), control, ...more);
  };
  const fill = (select, entries, chosen) => {
    const options = entries.map(([value, words]) => element("option", { value, textContent: words }));
    select.replaceChildren(...options);
    select.value = chosen;
  };
  const fillProviders = (select, mode, chosen) => {
    const fitting = Object.entries(state().providers).filter(([name]) => mode !== "openai" || name.startsWith("openai"));
    fill(select, fitting, chosen);
  };
  const setMock = (settings) => model.send({ op: "mock", settings });

  // The one row that is always there.
  const radios = MODES.map(([mode, words]) => {
    const input = element("input", { type: "radio", name: id("mode"), value: mode });
    input.addEventListener("change", () => {
      if (mode === "mock") {
        choosing = null;
        model.send({ op: "use", mode, base_url: "", key: "" });
      } else {
        choose(mode);
      }
    });
    return [input, element("label", { className: "sa-radio" }, input, words)];
  });
  const now = element("span", { className: "sa-now" });
  const row = element("div", { className: "sa-row sa-modes", role: "radiogroup", "aria-label": "Where answers come from" }, ...radios.map(([, label]) => label));

  // Mock: pace, fault, chunks.
  const pace = element("select");
  pace.addEventListener("change", () => model.send({ op: "pace", name: pace.value }));
  const slider = (properties, name, show, read) => {
    const value = element("output");
    const input = element("input", { type: "range", ...properties });
    const say = () => {
      value.textContent = show(read(Number(input.value)));
      input.setAttribute("aria-valuetext", value.textContent);
    };
    input.addEventListener("input", say);
    input.addEventListener("change", () => setMock({ pace: { [name]: read(Number(input.value)) } }));
    return { input, value, say };
  };
  const first = slider({ min: 0, max: Math.sqrt(10), step: 0.01 }, "first_token", duration, fromSlider);
  const rate = slider({ min: 5, max: 300, step: 5 }, "tokens_per_second", (value) => `${value} tok/s`, (value) => value);
  const fault = element("select");
  const where = element("select");
  const number = element("input", { type: "number", min: 0, step: 1, value: 0 });
  const times = element("select");
  const pick = () =>
    fault.value !== "custom" &&
    model.send({
      op: "fault",
      name: fault.value,
      where: state().placed.includes(fault.value) ? where.value : "",
      number: where.value.startsWith("at_") ? Number(number.value) : null,
      times: times.value ? Number(times.value) : null,
    });
  for (const control of [fault, where, number, times]) control.addEventListener("change", pick);
  const whereField = labelled("where", "Strikes", where);
  const numberField = labelled("number", "How many come before", number);
  const timesField = labelled("times", "How often", times);
  const cut = element("button", { type: "button", textContent: "Cut every running stream now" });
  const struck = element("span", { className: "sa-note", role: "status" });
  cut.addEventListener("click", () => model.send({ op: "break" }));
  const faultWords = element("span", { className: "sa-note sa-wide" });
  const chunking = element("select");
  chunking.addEventListener("change", () => setMock({ chunking: chunking.value }));
  const mockProvider = element("select");
  mockProvider.addEventListener("change", () => model.send({ op: "use", mode: "mock", base_url: "", key: "", provider: mockProvider.value }));
  const mockModel = element("select");
  mockModel.addEventListener("change", () => model.send({ op: "model", id: mockModel.value }));
  const summary = element("summary");
  const mock = element(
    "details",
    { className: "sa-mock" },
    summary,
    element(
      "div",
      { className: "sa-fields" },
      labelled("pace", "Pace", pace),
      labelled("first", "First token", first.input, first.value),
      labelled("rate", "Tokens a second", rate.input, rate.value),
      labelled("fault", "Fault", fault),
      faultWords,
      whereField,
      numberField,
      timesField,
      element("div", { className: "sa-row sa-wide" }, cut, struck),
      labelled("chunks", "Network chunks", chunking),
      labelled("mock-provider", "API", mockProvider),
      labelled("mock-model", "Model", mockModel),
      element("span", { className: "sa-note sa-wide", textContent: "The mock answers for every model, and nothing is charged." }),
    ),
  );

  // Live: key, address, model, money.
  const url = element("input", { type: "url", placeholder: "http://127.0.0.1:8000", spellcheck: false });
  const urlField = labelled("url", "Base URL", url);
  const provider = element("select");
  provider.addEventListener("change", () => draw());
  const providerField = labelled("provider", "API", provider);
  const key = element("input", { type: "password", autocomplete: "off", spellcheck: false });
  key.setAttribute("data-1p-ignore", "");
  key.setAttribute("data-lpignore", "true");
  const keyField = labelled("key", "API key", key);
  const keyNote = element("span", { className: "sa-note sa-wide" });
  const apply = element("button", { type: "submit", className: "sa-primary" });
  const cancel = element("button", { type: "button", textContent: "Stay in mock mode" });
  const form = element("form", { className: "sa-fields", autocomplete: "off" }, urlField, providerField, keyField, keyNote, element("div", { className: "sa-row sa-wide" }, apply, cancel));
  form.noValidate = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const mode = choosing ?? state().mode;
    model.send({ op: "use", mode, base_url: url.value, key: key.value, provider: mode === "anthropic" ? mode : provider.value });
    key.value = ""; // it is with the session now, and nowhere else
  });
  cancel.addEventListener("click", () => {
    key.value = "";
    choose(null);
    radios.find(([input]) => input.checked)?.[0].focus();
  });

  const models = element("select");
  models.addEventListener("change", () => model.send({ op: "model", id: models.value }));
  const modelId = element("input", { type: "text", spellcheck: false });
  modelId.addEventListener("change", () => model.send({ op: "model", id: modelId.value }));
  const modelField = labelled("model", "Model", models);
  const idField = labelled("id", "Model id", modelId);
  const prices = element("span", { className: "sa-note sa-wide" });
  const spent = element("span");
  const refresh = element("button", { type: "button", textContent: "Update" });
  const update = () => state().mode !== "mock" && model.send({ op: "refresh" });
  refresh.addEventListener("click", update);
  const change = element("button", { type: "button", textContent: "Change address or key" });
  change.addEventListener("click", () => {
    choose(state().mode);
    (urlField.hidden ? key : url).focus();
  });
  const cap = element("input", { type: "number", min: 0, max: 999, step: 0.1 });
  cap.addEventListener("change", () => cap.value !== "" && model.send({ op: "cap", dollars: Number(cap.value) }));
  const live = element(
    "div",
    { className: "sa-fields" },
    modelField,
    idField,
    prices,
    element("div", { className: "sa-field" }, element("span", { textContent: "Spent so far" }), spent, refresh),
    labelled("cap", "Spending cap, US $", cap),
    element("div", { className: "sa-wide" }, change),
  );
  const warning = element("p", { className: "sa-warning" });
  const problem = element("p", { className: "sa-problem", role: "alert" });
  const root = element("div", { className: "sa sa-switch", role: "group", "aria-label": "Switch" }, element("div", { className: "sa-row" }, row, now), problem, mock, warning, form, live);
  keepKeys(root);
  el.append(root);
  root.addEventListener("pointerenter", update); // what was spent since it was last looked at

  function draw() {
    const s = state();
    const shown = choosing ?? s.mode;
    for (const [input] of radios) input.checked = input.value === shown;
    const usd = (value, digits) => `$${value.toFixed(digits)}`;
    now.textContent =
      s.mode === "mock"
        ? "Now: mock. No key, no network, no cost."
        : s.counted
          ? `Now: live, ${s.model}. ${usd(s.spent, 4)} of at most ${usd(s.cap, 2)} spent.`
          : `Now: live, ${s.model}. What it costs is not counted.`;
    root.dataset.mode = s.mode;
    problem.textContent = s.problem ? `✕ ${s.problem}` : "";
    problem.hidden = !s.problem || s.problem === hushed;

    mock.hidden = shown !== "mock";
    summary.textContent = `Pace: ${s.pace}. Fault: ${s.fault ?? "none"}.`;
    fill(pace, [...Object.entries(s.paces).map(([name, words]) => [name, `${name}: ${words}`]), ...(s.pace === "custom" ? [["custom", "as set below"]] : [])], s.pace);
    first.input.value = toSlider(s.first_token);
    rate.input.value = s.tokens_per_second;
    first.value.textContent = duration(s.first_token);
    rate.value.textContent = `${s.tokens_per_second} tok/s`;
    first.input.setAttribute("aria-valuetext", first.value.textContent);
    rate.input.setAttribute("aria-valuetext", rate.value.textContent);
    fill(fault, [["", "none"], ...Object.keys(s.faults).map((name) => [name, name.replaceAll("_", " ")]), ...(s.fault === "custom" ? [["custom", "as set in Python"]] : [])], s.fault ?? "");
    faultWords.textContent = s.fault ? `✕ ${s.fault_words}` : s.fault_words;
    fill(where, [["", "where it usually does"], ...Object.entries(s.places)], s.where);
    if (document.activeElement !== number && s.number !== null) number.value = s.number;
    const often = [["", "every time"], ["1", "the first time"], ["2", "the first 2 times"], ["3", "the first 3 times"]];
    fill(times, s.times > 3 ? [...often, [String(s.times), `the first ${s.times} times`]] : often, s.times ? String(s.times) : "");
    whereField.hidden = !s.placed.includes(s.fault);
    numberField.hidden = whereField.hidden || !s.where.startsWith("at_");
    timesField.hidden = !s.fault || s.fault === "custom";
    faultWords.classList.toggle("sa-struck", Boolean(s.fault));
    fill(chunking, Object.entries(s.chunkings), s.chunking);

    const asks = choosing !== null || (["anthropic", "openai"].includes(s.mode) && !s.has_key);
    form.hidden = !asks;
    urlField.hidden = shown !== "custom";
    if (document.activeElement !== url && s.base_url) url.value = s.base_url;
    providerField.hidden = shown === "anthropic";
    keyNote.textContent = s.keys.includes(shown === "anthropic" ? shown : provider.value)
      ? "A key is already set: leave this empty to keep it. It stays in memory only."
      : shown === "custom"
        ? "Leave this empty if the server wants no key. It stays in memory only."
        : "It stays in this kernel's memory: never stored, shown or logged.";
    apply.textContent = shown === "custom" ? "Use this address" : "Go live";
    cancel.textContent = s.mode === "mock" ? "Stay in mock mode" : "Cancel";
    cancel.hidden = choosing === null;
    warning.hidden = shown === "mock";
    warning.textContent =
      shown === "custom"
        ? "Requests to this address may cost money. The cap holds for models whose prices the course knows."
        : shown === "openai"
          ? "Live requests cost money. The course knows no prices of OpenAI's: nothing is counted, and the cap stops nothing."
          : `Live requests cost money. They stop before ${usd(s.cap, 2)} is spent.`;

    live.hidden = s.mode === "mock" || choosing !== null;
    const anyModel = s.mode === "custom" || s.mode === "openai";
    modelField.hidden = anyModel;
    idField.hidden = !anyModel;
    fillProviders(mockProvider, "mock", s.provider);
    for (const select of [models, mockModel]) fill(select, s.models.map(({ id: value, words }) => [value, words]), s.model);
    if (document.activeElement !== modelId) modelId.value = s.model;
    prices.textContent = `Prices in US dollars, as of ${s.as_of}.`;
    prices.hidden = anyModel;
    change.textContent = s.mode === "custom" ? "Change address or key" : "Change key";
    spent.textContent = s.counted ? usd(s.spent, 4) : "not counted: the price is unknown";
    if (document.activeElement !== cap) cap.value = s.cap;
  }

  const onMessage = (message) => {
    if (message.op === "struck") {
      struck.textContent = message.count === 1 ? "1 stream was cut." : message.count ? `${message.count} streams were cut.` : "No stream was running.";
    }
    if (message.op !== "answer") return;
    hushed = "";
    if (message.ok) choosing = null;
    draw();
  };
  draw();
  model.on("change:state", draw);
  model.on("msg:custom", onMessage);
  return () => {
    key.value = "";
    model.off("change:state", draw);
    model.off("msg:custom", onMessage);
  };
}

export default view(render);
