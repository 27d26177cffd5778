// SPDX-License-Identifier: MIT
// The least that node:http needs to answer a request.
import { listening, read } from "./arguments.mjs";

const { port, server } = read();
const content = "Hello, World!";
server.on("request", (request, response) => {
  response.writeHead(200, { "Content-Type": "text/plain", "Content-Length": content.length });
  response.end(content);
});
server.keepAliveTimeout = 60_000;
server.listen({ host: "127.0.0.1", port, backlog: 4096 }, () => listening(port));
