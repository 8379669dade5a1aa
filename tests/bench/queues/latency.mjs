// From the call that adds a delivery to the arrival of its POST, one at a
// time to a worker that has nothing else to do.
import { createServer } from "node:http";
import pg from "pg";

const [sql, count, port] = process.argv.slice(2);
const client = new pg.Client({ connectionString: process.env.QUEUE_DB });
await client.connect();
let arrived;
const server = createServer((q, s) => {
  arrived?.(performance.now());
  q.resume();
  s.end();
});
server.keepAliveTimeout = 60000;
await new Promise((done) => server.listen(Number(port), "127.0.0.1", done));

const waits = [];
for (let i = 0; i < Number(count) + 5; i++) {
  await new Promise((done) => setTimeout(done, 20 + Math.random() * 20));
  const arrival = new Promise((done) => (arrived = done));
  const start = performance.now();
  await client.query(sql);
  const wait = (await arrival) - start;
  if (i >= 5) waits.push(wait); // the first ones open connections
}
waits.sort((a, b) => a - b);
const at = (q) => waits[Math.min(waits.length - 1, (waits.length * q) | 0)];
console.log(JSON.stringify({ p50: at(0.5), p99: at(0.99) }));
process.exit(0);
