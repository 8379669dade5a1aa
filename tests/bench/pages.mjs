// Measures pages with wrk and their statements with pgbench, prints how near a
// page comes to what is possible.
import {
  connections, medians, memory, person, pgbench, psql, wrk,
} from "./lib.mjs";

const seconds = Number(process.argv[2] ?? 3);
const rounds = Number(process.argv[3] ?? 5);

const f = (n, digits = 0) => n.toFixed(digits).padStart(9);

// Empty page, page and statements by turns, so that what else the machine
// does falls on all three; medians of the rounds.
function measure(path, route, cookie, inputs) {
  const rows = [];
  for (let i = 0; i < rounds; i++) {
    const empty = wrk("/healthz", seconds).rate;
    const page = wrk(path, seconds, cookie);
    const alone = pgbench("GET", route, inputs, seconds);
    const limit = 1 / (1 / alone + 1 / empty);
    rows.push({ ...page, empty, alone, limit, share: page.rate / limit });
  }
  return medians(rows);
}

// What the dispatcher binds when the address says nothing.
const pages = [
  ["executive", "/dashboard/executive", { by: "accounts", period: 90 }],
  ["list", "/dashboard/accounts", { sort: "name", layout: "list",
    form: "{}" }],
  ["360", "/dashboard/accounts/:id", {}],
  ["board", "/dashboard/journey", {}],
];

const firstAccount = (tenant) =>
  psql(
    `select id from accounts where tenant_id = '${tenant}'
      order by name_key limit 1`,
  );

async function main() {
  console.log(
    `${connections} connections; medians of ${rounds} rounds of ${seconds} s\n\n` +
      "tenant   page         empty/s  pgbench/s    limit/s     page/s" +
      "  of limit   p50 ms   p99 ms  p99/p50",
  );
  const rate = {};
  for (const [size, text] of [["small", "1,000"], ["large", "100,000"]]) {
    const who = await person(`${size}@bench.test`);
    const account = firstAccount(who.tenant_id);
    for (const [name, route, fields] of pages) {
      const { session, user_id, tenant_id } = who;
      const inputs = { session, user_id, tenant_id, ...fields };
      if (route.includes(":id")) inputs.id = account;
      const path = route.replace(":id", account);
      const m = measure(path, route, who.cookie, inputs);
      rate[size + name] = m.rate;
      console.log(
        text.padEnd(9) + name.padEnd(10) + f(m.empty) + f(m.alone, 0) +
          "  " + f(m.limit) + "  " + f(m.rate) + " " + f(m.share, 2) +
          f(m.p50, 1) + f(m.p99, 1) + f(m.p99 / m.p50, 1),
      );
    }
  }
  const times = (a, b) => (rate[a] / rate[b]).toFixed(2);
  console.log(
    "\ngoals of the specification in brackets" +
      "\nof limit (>= 0.8 now, 0.9 later), p99/p50 (<= 3)" +
      `\nexecutive / list: ${times("smallexecutive", "smalllist")} at 1,000,` +
      ` ${times("largeexecutive", "largelist")} at 100,000 accounts (>= 0.7)`,
  );
  for (const [name] of pages)
    console.log(
      `${name}: time at 100,000 / at 1,000 accounts: ` +
        `${times("small" + name, "large" + name)} (<= 2)`,
    );
  console.log(
    "memory of the page pool's processes, kB (Pss/Rss; master first): " +
      memory().map((m) => `${m.pss}/${m.rss}`).join(" ") +
      " (worker <= 10,240)",
  );
}

await main();
