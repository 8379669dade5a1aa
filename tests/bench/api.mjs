// Measures operations of the API as pages.mjs measures pages: with wrk, and
// their statements with pgbench.
import { connections, medians, memory, person, pgbench, psql, sending, wrk }
  from "./lib.mjs";

const seconds = Number(process.argv[2] ?? 3);
const rounds = Number(process.argv[3] ?? 5);

const f = (n, digits = 0) => n.toFixed(digits).padStart(9);

// A program has the token of a session, which is what its cookie holds.
const bearer = (who) => [
  "-H", `Authorization: Bearer ${who.cookie.split("=")[1]}`,
];

// Empty page, operation and statements by turns; medians of the rounds.
function measure({ method, route, path, body, inputs }, who) {
  const rows = [];
  for (let i = 0; i < rounds; i++) {
    const script = body ? ["-s", sending(body)] : [];
    const empty = wrk("/healthz", seconds).rate;
    const asked = wrk(path, seconds, null, ...bearer(who), ...script);
    const alone = pgbench(method, route, inputs, seconds);
    const limit = 1 / (1 / alone + 1 / empty);
    rows.push({ ...asked, empty, alone, limit, share: asked.rate / limit });
  }
  return medians(rows);
}

const scores = {
  usage_score: 80, engagement_score: 70, support_sentiment_score: 60,
  adoption_score: 50,
};
const customers = "/api/v1/customer-success/customers/:id";

function operationsFor({ tenant_id }) {
  const accounts = JSON.parse(psql(
    `select json_agg(id) from (select id from accounts
      where tenant_id = '${tenant_id}' order by name_key limit 500) a`,
  ));
  const events = accounts.map((account_id) => ({
    account_id, source_type: "support", event_type: "ticket_created",
  }));
  const id = accounts[0];
  return [
    ["list of 50", { method: "GET", route: "/api/v1/accounts",
      path: "/api/v1/accounts?limit=50",
      inputs: { limit: 50, sort: "name", form: "{}" } }],
    ["one customer", { method: "GET", route: customers,
      path: customers.replace(":id", id), inputs: { id } }],
    ["a score", { method: "POST", route: `${customers}/health-scores`,
      path: `${customers.replace(":id", id)}/health-scores`,
      body: scores, inputs: { id, needs: "Practitioner", ...scores } }],
    ["500 events", { method: "POST", route: "/api/v1/events",
      path: "/api/v1/events", body: { items: events },
      inputs: { needs: "Contributor", item_faults: "[]",
        items: JSON.stringify({ items: events }) } }],
  ];
}

async function main() {
  console.log(
    `${connections} connections; medians of ${rounds} rounds of ${seconds} s\n\n` +
      "tenant   operation      empty/s  pgbench/s    limit/s  answers/s" +
      "  of limit   p50 ms   p99 ms  p99/p50",
  );
  for (const [size, text] of [["small", "1,000"], ["large", "100,000"]]) {
    const who = await person(`${size}@bench.test`);
    for (const [name, operation] of operationsFor(who)) {
      const { session, user_id, tenant_id } = who;
      operation.inputs = { session, user_id, tenant_id, ...operation.inputs };
      const m = measure(operation, who);
      console.log(
        text.padEnd(9) + name.padEnd(12) + f(m.empty) + f(m.alone, 0) +
          "  " + f(m.limit) + "  " + f(m.rate) + " " + f(m.share, 2) +
          f(m.p50, 1) + f(m.p99, 1) + f(m.p99 / m.p50, 1),
      );
    }
  }
  console.log(
    "\ngoals: of limit >= 0.85, p99/p50 <= 3\n" +
      "memory of the page pool's processes, kB (Pss/Rss; master first): " +
      memory().map((m) => `${m.pss}/${m.rss}`).join(" ") +
      " (worker <= 10,240)",
  );
}

await main();
