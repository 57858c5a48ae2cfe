// A stock Node socket.io server for bench/fanout.py: one room, an emit for each line
// that arrives on its standard input. Prints its port, then answers "cpu" with the
// microseconds of CPU that the process has spent.
//
//   NODE_PATH=<folder with node_modules/socket.io> node node_server.cjs <event as JSON>
const { createServer } = require("node:http");
const { createInterface } = require("node:readline");
const { Server } = require("socket.io");

const event = JSON.parse(process.argv[2]);
const http = createServer();
const server = new Server(http, {
  transports: ["websocket"],
  perMessageDeflate: false,
});
const agents = server.of("/agents");
agents.on("connection", (socket) => socket.join("staff"));

createInterface({ input: process.stdin }).on("line", (line) => {
  if (line === "cpu") {
    const { user, system } = process.cpuUsage();
    console.log(user + system);
    return;
  }
  const seq = Number(line);
  agents.to("staff").emit("events", { events: [{ seq, ...event }], cursor: seq });
});

http.listen(0, "127.0.0.1", () => console.log(http.address().port));
