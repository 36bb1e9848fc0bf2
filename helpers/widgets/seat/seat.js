let seats = 0; // the ids of labels must differ between views

function render({ model, el }) {
  seats += 1;
  const id = (name) => `sa-seat-${seats}-${name}`;
  const state = () => model.get("state");
  const button = (textContent, act) => {
    const node = element("button", { type: "button", textContent });
    node.addEventListener("click", act);
    return node;
  };
  const field = (name, label, properties) => {
    const input = element("input", { id: id(name), ...properties });
    return [input, element("div", { className: "sa-field" }, element("label", { for: id(name), textContent: label }), input)];
  };

  const title = element("h3", { className: "sa-title" });
  const words = element("p", { className: "sa-seat-words", role: "status" });
  const what = element("p", { className: "sa-note sa-seat-what" });
  const problem = element("p", { className: "sa-seat-problem", role: "alert" });

  const [link, linkField] = field("link", "The class's link", { type: "text", size: 40, autocomplete: "off" });
  const [name, nameField] = field("name", "Your seat's name", { type: "text", size: 24, maxLength: 24, autocomplete: "off" });
  const join = button("Join", () => model.send({ op: "join", link: link.value, name: name.value }));
  join.classList.add("sa-primary");
  const joining = element("div", { className: "sa-row" }, linkField, nameField, join);

  const hand = button("", () => model.send({ op: "hand", up: !state().hand }));
  const sent = button("What was sent", () => model.send({ op: "sent" }));
  const leave = button("Leave the class", () => model.send({ op: "leave" }));
  const joined = element("div", { className: "sa-row" }, hand, sent, leave);
  const said = element("p", { className: "sa-seat-said", role: "status" });
  const question = element("div", { className: "sa-seat-question" });
  const list = element("ol", { className: "sa-seat-sent", hidden: true });

  const root = element(
    "div",
    { className: "sa sa-seat" },
    title, words, said, question, joining, joined, problem, what, list,
  );
  keepKeys(root);
  el.append(root);
  link.value = state().link;
  name.value = state().proposed;

  function draw() {
    const now = state();
    const isIn = Boolean(now.name);
    title.textContent = isIn ? `Your class: ${now.address}` : "Join a class";
    words.textContent = isIn
      ? `Your seat is ${now.name}. ${now.connected ? "✓ Connected." : "The class can't be reached now. Nothing waits for it, and nothing is lost."}`
      : now.waits
        ? `A class waits for you at ${now.waits}. Nothing is sent until you join. Choose the name that it may show.`
        : "Nothing is sent until you join.";
    joining.hidden = isIn;
    // Nobody types a link that is known; if it leads nowhere, another can be given.
    linkField.hidden = Boolean(now.waits) && !now.problem;
    joined.hidden = !isIn;
    hand.textContent = now.hand ? "Take the hand down" : "Raise a hand";
    hand.setAttribute("aria-pressed", String(now.hand));
    said.textContent = now.said ? `From your instructor: ${now.said}` : "";
    problem.textContent = now.problem ? `✕ ${now.problem}` : "";
    what.textContent = now.what;
    drawQuestion(now);
    if (!isIn) list.hidden = true;
  }

  function drawQuestion({ asked, chosen }) {
    const key = JSON.stringify([asked, chosen]);
    if (question.dataset.key === key) return;
    question.dataset.key = key;
    question.replaceChildren();
    if (!asked) return;
    question.append(
      element("p", { textContent: asked.question }),
      element(
        "div",
        { className: "sa-row" },
        ...asked.choices.map((choice, index) => {
          const node = button(choice, () => model.send({ op: "choose", question: asked.number, choice: index }));
          node.setAttribute("aria-pressed", String(index === chosen));
          return node;
        }),
      ),
    );
  }

  const onMessage = (message) => {
    if (message.op !== "sent") return;
    const lines = message.problem ? [message.problem] : message.acts.map((act) => JSON.stringify(act));
    list.replaceChildren(...(lines.length ? lines : ["Nothing yet."]).map((textContent) => element("li", { textContent })));
    list.hidden = false;
  };
  model.on("change:state", draw);
  model.on("msg:custom", onMessage);
  draw();
  return () => {
    model.off("change:state", draw);
    model.off("msg:custom", onMessage);
  };
}

export default view(render);
