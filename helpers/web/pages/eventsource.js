// The answer through an EventSource: it comes back by itself when its connection breaks, and tells
// the server which event it saw last. A page that is loaded anew in mid-answer reads it from the
// beginning: the server has kept it. Only the server can say that it hasn't, with a 404.

import { start } from "./chat.js";
import { post } from "./sse.js";

const PAUSE = 1000; // milliseconds before a closed stream is asked for again

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

function ask(prompt, after, ui, unfinished) {
  const asking = new AbortController();
  let id = "";
  let have = "0"; // the last event's id

  function read(run) {
    id = run.id;
    kept.run = { id, prompt };
    const source = new EventSource(`runs/${id}/events?after=${have}`);
    source.onopen = () => ui.connection("live");
    source.onmessage = ({ data, lastEventId }) => {
      const page = JSON.parse(data);
      have = lastEventId;
      if (page.type === "end") {
        source.close(); // else it would come back for more, again and again
        kept.run = null;
      }
      ui.tell(page, id);
    };
    source.onerror = () => {
      ui.connection("lost");
      // It comes back by itself, unless it got an answer that was no stream. A page that is being
      // left is told the same; its next life will want the run.
      if (source.readyState === EventSource.CLOSED) knows(run).then(again);
    };
    const again = (known) => {
      if (known) setTimeout(() => read(run), PAUSE);
      else {
        kept.run = null;
        ui.fail("The server doesn't know this answer any more: ask again.");
      }
    };
  }

  /** Say whether the server may still have a run: all but its own 404 is somebody else's word. */
  async function knows(run) {
    const looking = new AbortController();
    try {
      const address = `runs/${run.id}/events?after=${have}`;
      const { status } = await fetch(address, { signal: looking.signal });
      return status !== 404;
    } catch {
      return true; // it can't be reached
    } finally {
      looking.abort(); // only the status was wanted, not the stream
    }
  }

  if (unfinished) read(unfinished);
  else {
    post("runs", { prompt, after }, asking.signal)
      .then((response) => response.json())
      .then(read)
      .catch((error) => (asking.signal.aborted ? ui.stopped() : ui.fail(error)));
  }

  return function stop() {
    // The end comes as an event like any other.
    if (id) fetch(`runs/${id}`, { method: "DELETE" }).catch(() => {});
    else asking.abort();
  };
}

start(ask, kept.run);
