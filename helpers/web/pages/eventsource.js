// The answer through an EventSource: it comes back by itself when its connection breaks, and tells
// the server which event it saw last.

import { start } from "./chat.js";
import { post } from "./sse.js";

start((prompt, after, face) => {
  const asking = new AbortController();
  let source = null;
  let id = "";
  const finish = () => source?.close();

  post("/runs", { prompt, after }, asking.signal)
    .then((response) => response.json())
    .then((run) => {
      id = run.id;
      source = new EventSource(`/runs/${id}/events`);
      source.onopen = () => face.connection("live");
      source.onmessage = ({ data }) => {
        const page = JSON.parse(data);
        // Else it would come back for more, again and again.
        if (page.type === "end") finish();
        face.tell(page, id);
      };
      source.onerror = () => {
        if (source.readyState === EventSource.CONNECTING) face.connection("lost");
        else face.fail("The server doesn't know this answer any more: ask again.");
      };
    })
    .catch(face.fail);

  return function stop() {
    asking.abort();
    // The end comes as an event like any other.
    if (id) fetch(`/runs/${id}`, { method: "DELETE" }).catch(() => {});
    else face.stopped();
  };
});
