// The answer over a WebSocket, which stays open from one question to the next.

import { start } from "./chat.js";

let socket = null;
let ui = null;
let run = "";

function opened() {
  if (socket && socket.readyState <= WebSocket.OPEN) return socket;
  socket = new WebSocket(new URL("ws", location.href.replace(/^http/, "ws")));
  socket.onmessage = ({ data }) => {
    const page = JSON.parse(data);
    if (page.type === "run") {
      run = page.run;
      ui.connection("live");
    } else if (page.type === "error") {
      ui.fail(page.error);
    } else {
      ui.tell(page, run);
    }
  };
  socket.onclose = ({ code }) => ui.fail(`The connection was closed (code ${code}).`);
  return socket;
}

start((prompt, after, newUI) => {
  ui = newUI;
  const here = opened();
  const say = (what) => here.send(JSON.stringify(what));
  const ask = () => say({ type: "ask", prompt, after });
  if (here.readyState === WebSocket.OPEN) ask();
  else here.addEventListener("open", ask, { once: true });

  return function stop() {
    if (here.readyState === WebSocket.OPEN) say({ type: "stop" });
    else {
      here.close();
      ui.stopped();
    }
  };
});
