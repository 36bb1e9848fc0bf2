// The page around the answers: the question's field, Send and Stop, the keyboard, the state of the
// connection. How an answer is asked for and read is the business of the page's own script.

import { agent } from "./sse.js";
import { AnswerView, element } from "./view.js";
import { CONNECTION, STOPPED, SUGGESTIONS, broken } from "./words.js";

const find = (selector) => document.querySelector(selector);

/**
 * Take questions. `ask(prompt, after, ui)` begins an answer and returns what stops it; where an
 * earlier life of this page has left one `unfinished`, it gets that as well.
 */
export async function start(ask, unfinished = null) {
  const [main, conversation, form, prompt, send, stop, connection, voice] = [
    ...["main", ".conversation", ".composer", "#prompt", ".send", ".stop", ".connection", "#voice"],
  ].map(find);
  let after = ""; // the last run, whose conversation goes on
  let end = null; // stops the answer under way, if there is one
  let atEnd = true; // the reader follows; who has scrolled up is left there

  const say = (words) => {
    voice.append(element("p", { textContent: words }));
    if (voice.childElementCount > 20) voice.firstElementChild.remove();
  };
  const connected = (state) => {
    connection.dataset.state = state;
    connection.lastElementChild.textContent = CONNECTION[state];
  };
  const follow = () => atEnd && main.scrollTo(0, main.scrollHeight);
  main.addEventListener("scroll", () => {
    atEnd = main.scrollHeight - main.scrollTop - main.clientHeight < 48;
  });
  new ResizeObserver(follow).observe(conversation);

  const grow = () => {
    prompt.style.height = "auto";
    prompt.style.height = `${prompt.scrollHeight}px`;
  };
  const running = (now) => {
    send.hidden = now;
    stop.hidden = !now;
  };

  function submit(words, earlier = null) {
    const text = words.trim();
    if (end || !text) {
      prompt.focus();
      return;
    }
    find(".welcome")?.remove();
    const view = new AnswerView(about, say);
    conversation.append(element("p", { className: "question", textContent: text }), view.node);
    let [told, over] = [false, false];
    const finish = (page) => {
      if (over) return;
      over = true;
      end = null;
      view.tell(page);
      connected(page.outcome);
      running(false);
      if (document.hasFocus()) prompt.focus();
    };
    const ui = {
      connection: (state) => over || connected(state),
      tell(page, id) {
        after = id;
        told = true;
        if (page.type === "end") finish(page);
        else if (!over) {
          connected("live");
          view.tell(page);
        }
      },
      fail(error) {
        if (!told) after = ""; // the server may have forgotten it: the next question begins anew
        finish(broken(error));
      },
      stopped: () => finish(STOPPED),
    };
    prompt.value = "";
    grow();
    atEnd = true;
    connected("connecting");
    running(true);
    end = ask(text, after, ui, earlier);
    if (over) end = null;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    submit(prompt.value);
  });
  prompt.addEventListener("input", grow);
  prompt.addEventListener("keydown", (event) => {
    // Enter also confirms what an input method suggests; that is no sending.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      submit(prompt.value);
    }
  });
  stop.addEventListener("click", () => end?.());
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") end?.();
  });

  let about = { mode: "", words: "" };
  const suggestions = SUGGESTIONS.map((words) => {
    const button = element("button", { type: "button", textContent: words });
    button.addEventListener("click", () => submit(words));
    return element("li", {}, button);
  });
  const mode = element("p");
  conversation.append(
    element(
      "section",
      { className: "welcome" },
      element("h2", { textContent: "What would you like to know?" }),
      mode,
      element("ul", { className: "suggestions" }, ...suggestions),
    ),
  );
  // A link may bring a question; to send it is left to the person.
  prompt.value = new URLSearchParams(location.search).get("prompt") ?? "";
  grow();
  // Inside a notebook's frame, that would take the keyboard away from the notebook.
  if (window === window.top) prompt.focus();
  about = await agent();
  mode.textContent = about.words;
  if (unfinished) submit(unfinished.prompt, unfinished);
}
