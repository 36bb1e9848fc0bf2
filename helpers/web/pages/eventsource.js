// The answer through an EventSource: it comes back by itself when its connection breaks, and tells
// the server which event it saw last. A page that is loaded anew in mid-answer reads it from the
// beginning: the server has kept it.

import { start } from "./chat.js";
import { post } from "./sse.js";

/** The run under way in this tab, as the page's next life finds it; null when there is none. */
const kept = {
  get run() {
    try {
      return JSON.parse(sessionStorage.getItem("run under way"));
    } catch {
      return null; // some browsers let no frame keep anything
    }
  },
  set run(run) {
    try {
      sessionStorage.setItem("run under way", JSON.stringify(run));
    } catch {
      // Then a page that is loaded anew begins anew.
    }
  },
};

function ask(prompt, after, face, unfinished) {
  const asking = new AbortController();
  let source = null;
  let id = "";

  function read(run) {
    id = run.id;
    kept.run = { id, prompt };
    source = new EventSource(`/runs/${id}/events`);
    source.onopen = () => face.connection("live");
    source.onmessage = ({ data }) => {
      const page = JSON.parse(data);
      if (page.type === "end") {
        source.close(); // else it would come back for more, again and again
        kept.run = null;
      }
      face.tell(page, id);
    };
    source.onerror = () => {
      if (source.readyState === EventSource.CONNECTING) {
        face.connection("lost");
        return;
      }
      kept.run = null;
      face.fail("The server doesn't know this answer any more: ask again.");
    };
  }

  if (unfinished) read(unfinished);
  else {
    post("/runs", { prompt, after }, asking.signal)
      .then((response) => response.json())
      .then(read)
      .catch((error) => (asking.signal.aborted ? face.stopped() : face.fail(error)));
  }

  return function stop() {
    // The end comes as an event like any other.
    if (id) fetch(`/runs/${id}`, { method: "DELETE" }).catch(() => {});
    else asking.abort();
  };
}

start(ask, kept.run);
