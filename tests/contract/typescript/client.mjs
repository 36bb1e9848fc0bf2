// The official TypeScript SDK, unchanged but for its base URL, against the offline API.
// What it sees goes to standard output, one JSON object: a name for each call, and its result.
// The expectations are in ../test_typescript.py.
import Anthropic from "@anthropic-ai/sdk";
import { betaTool } from "@anthropic-ai/sdk/helpers/beta/json-schema";

const client = new Anthropic({ baseURL: process.argv[2], apiKey: "any", maxRetries: 0 });
const say = (content, more = {}) => ({
  model: "claude-sonnet-5-5",
  max_tokens: 1000,
  messages: [{ role: "user", content }],
  ...more,
});
const COUNT = say("Count to three.");
const fault = (name) => ({ headers: { "mock-settings": JSON.stringify({ fault: name }) } });
const schema = {
  type: "object",
  properties: { city: { type: "string" }, unit: { type: "string" } },
  required: ["city"],
};

const CASES = {
  async events() {
    const stream = await client.messages.create({ ...COUNT, stream: true });
    const events = [];
    for await (const event of stream) events.push(event);
    return events;
  },

  async whole_is_what_was_streamed() {
    const whole = await client.messages.create(COUNT);
    const streamed = await client.messages.stream(COUNT).finalMessage();
    return { whole, streamed, request_id: whole._request_id };
  },

  async helper() {
    const seen = { text: "", events: [] };
    const stream = client.messages.stream(say("Show me what streaming looks like."));
    for (const name of ["connect", "streamEvent", "contentBlock", "finalMessage", "end"]) {
      stream.on(name, () => seen.events.at(-1) === name || seen.events.push(name));
    }
    stream.on("text", (piece) => (seen.text += piece));
    const message = await stream.finalMessage();
    await stream.done();
    return { ...seen, final: message.content[0].text, stop_reason: message.stop_reason };
  },

  async tool_loop() {
    const tools = [{ name: "get_weather", description: "The weather in a city.", input_schema: schema }];
    const request = say("What's the weather in Lagos?", { tools });
    const first = await client.messages.stream(request).finalMessage();
    const call = first.content.at(-1);
    const result = { type: "tool_result", tool_use_id: call.id, content: "31 °C, humid" };
    request.messages.push({ role: "assistant", content: first.content });
    request.messages.push({ role: "user", content: [result] });
    const second = await client.messages.stream(request).finalMessage();
    return { stop_reason: first.stop_reason, call, answer: second.content[0].text };
  },

  async tool_runner_with_its_defaults() {
    const calls = [];
    const weather = betaTool({
      name: "get_weather",
      description: "The weather in a city.",
      inputSchema: schema,
      run: (input) => (calls.push(input), "31 °C, humid"),
    });
    const runner = client.beta.messages.toolRunner(
      say("What's the weather in Lagos?", { tools: [weather] }),
    );
    const message = await runner;
    return { calls, answer: message.content.at(-1).text };
  },

  async tool_runner_streams() {
    const weather = betaTool({
      name: "get_weather",
      description: "The weather in a city.",
      inputSchema: schema,
      run: () => "31 °C, humid",
    });
    const runner = client.beta.messages.toolRunner(
      say("What's the weather in Lagos?", { tools: [weather], stream: true }),
    );
    const turns = [];
    for await (const stream of runner) {
      let text = "";
      for await (const event of stream) {
        if (event.type === "content_block_delta" && event.delta.type === "text_delta") text += event.delta.text;
      }
      turns.push(text);
    }
    return turns;
  },

  async single_bytes() {
    const headers = { "mock-settings": JSON.stringify({ chunking: "byte" }) };
    const message = await client.messages
      .stream(say("Show me what streaming looks like."), { headers })
      .finalMessage();
    return message.content[0].text;
  },

  async leaving_early() {
    const stream = await client.messages.create({ ...COUNT, stream: true });
    for await (const event of stream) if (event.type === "content_block_delta") break;
    return stream.controller.signal.aborted;
  },

  count_tokens: () => client.messages.countTokens({ model: COUNT.model, messages: COUNT.messages }),

  async models() {
    const page = await client.models.list();
    return page.data.map((model) => model.type);
  },

  max_tokens_of_0: () => client.messages.create({ ...COUNT, max_tokens: 0 }),
  unknown_model: () => client.messages.create({ ...COUNT, model: "gpt-9" }),
  no_key: () => client.messages.create(COUNT, { headers: { "x-api-key": null, authorization: null } }),
  overloaded_before: () => client.messages.stream(COUNT, fault("529")).finalMessage(),
  overloaded_inside: () => client.messages.stream(COUNT, fault("overloaded")).finalMessage(),
  reset_inside: () => client.messages.stream(COUNT, fault("reset")).finalMessage(),
  cut_inside: () => client.messages.stream(COUNT, fault("cut")).finalMessage(),
};

const results = {};
for (const [name, run] of Object.entries(CASES)) {
  try {
    results[name] = { value: await run() };
  } catch (error) {
    const { status, type, message, requestID } = error;
    results[name] = { error: error.constructor.name, status, type, message, request_id: requestID };
  }
}
console.log(JSON.stringify(results));
