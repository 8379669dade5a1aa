// Measures the health engine on the tenant of 100,000 accounts: evaluation
// against SQL that knows only one scorecard, one account, batches of facts
// against COPY, how soon they change scores, and what re-scoring costs the
// pages.
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { median, medians, person, psql, url, wrk } from "./lib.mjs";

const seconds = Number(process.argv[2] ?? 3);
const rounds = Number(process.argv[3] ?? 5);

// Runs SQL as the pages do: same role, same context, no limit of time.
// Answers the lines of output, and what the process that ran it needed.
function asPage(who, lines) {
  const child = spawn("psql", ["-XqAt", "-U", "mainstay_app", "mainstay"], {
    env: { ...process.env, PGOPTIONS: "-c statement_timeout=0" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const input = [
    "\\set ON_ERROR_STOP 1",
    "select pg_backend_pid();",
    "begin;",
    `select 1 from api.begin_request('${who.session}');`,
    ...lines,
    "rollback;",
  ];
  child.stdin.end(input.join("\n") + "\n");
  return new Promise((resolve, reject) => {
    let text = "";
    let peak = 0;
    const look = setInterval(() => {
      const pid = text.match(/^(\d+)\n/)?.[1];
      if (pid) peak = Math.max(peak, ownMemory(pid));
    }, 20);
    child.stdout.on("data", (part) => (text += part));
    child.on("close", (code) => {
      clearInterval(look);
      if (code !== 0) reject(new Error(`psql: ${code}`));
      else resolve({ lines: text.trim().split("\n").slice(2), peak });
    });
  });
}

// Megabytes of a process that are not shared; 0 when it is gone.
function ownMemory(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(text.match(/RssAnon:\s+(\d+)/)[1]) / 1024;
  } catch {
    return 0;
  }
}

const literal = (text) => `'${text.replaceAll("'", "''")}'`;
const read = (file) => readFileSync(`tests/bench/scorecards/${file}`, "utf8");

const scorecards = {
  adoption: psql("select mainstay.preset('adoption')"),
  usage: JSON.stringify(JSON.parse(read("usage.json"))),
};

// Seconds for a query over the tenant, megabytes, and what it answered.
async function evaluateAll(who, query) {
  const { lines, peak } = await asPage(who, [
    "select extract(epoch from clock_timestamp());",
    `select count(*), sum(length(x.inputs::text)
       + length(x.contributions::text)),
       md5(string_agg(x.score || x.band_key, ',' order by x.account_id))
       from (${query}) x;`,
    "select extract(epoch from clock_timestamp());",
  ]);
  const [count, , hash] = lines[1].split("|");
  return { seconds: lines[2] - lines[0], peak, count: Number(count), hash };
}

function queries(who, name) {
  const asOf = literal(psql("select now()")) + "::timestamptz";
  const document = literal(scorecards[name]) + "::jsonb";
  const tenant = literal(who.tenant_id) + "::uuid";
  return {
    engine: `select * from mainstay.evaluate(${tenant}, ${document}, null,
      ${asOf})`,
    byHand: read(`${name}.sql`)
      .replaceAll(":as_of", asOf)
      .replaceAll(":tenant", tenant),
  };
}

async function evaluation(who) {
  console.log(
    "\nevaluating 100,000 accounts with a year of facts, in turns\n" +
      "scorecard        s    accounts/s   by hand, s   ratio (<= 1.5)" +
      "   memory, MB   by hand, MB",
  );
  for (const name of Object.keys(scorecards)) {
    const { engine, byHand } = queries(who, name);
    const rows = [];
    for (let i = 0; i < rounds; i++) {
      const ours = await evaluateAll(who, engine);
      const theirs = await evaluateAll(who, byHand);
      if (ours.hash !== theirs.hash)
        throw new Error(`${name}: the two do not give the same scores`);
      rows.push({
        ours: ours.seconds,
        rate: ours.count / ours.seconds,
        theirs: theirs.seconds,
        ratio: ours.seconds / theirs.seconds,
        peak: ours.peak,
        theirPeak: theirs.peak,
      });
    }
    const m = medians(rows);
    console.log(
      name.padEnd(10) + m.ours.toFixed(2).padStart(8) +
        m.rate.toFixed(0).padStart(14) + m.theirs.toFixed(2).padStart(13) +
        m.ratio.toFixed(2).padStart(17) + m.peak.toFixed(0).padStart(13) +
        m.theirPeak.toFixed(0).padStart(14),
    );
  }
}

// Milliseconds of each statement, as psql measures them.
async function timed(who, statements) {
  const { lines } = await asPage(who, ["\\timing on", ...statements]);
  return lines
    .filter((line) => line.startsWith("Time: "))
    .map((line) => Number(line.match(/[\d.]+/)[0]));
}

async function oneAccount(who) {
  const tenant = literal(who.tenant_id);
  const accounts = psql(
    `select id from accounts where tenant_id = ${tenant} order by id limit 300`,
  ).split("\n");
  const evaluate = await timed(who, [
    `prepare one (uuid) as select * from mainstay.evaluate(${tenant},
       ${literal(scorecards.usage)}, array[$1]);`,
    ...accounts.map((id) => `execute one ('${id}');`),
  ]);
  const fact = await timed(who, [
    ...accounts.map(
      (id, i) => `insert into usage_metrics (account_id, metric_type,
         metric_value) values ('${id}', 'logins', ${i});`,
    ),
  ]);
  // The first ones find nothing planned.
  console.log(
    "\none account, ms (median): evaluated " +
      `${median(evaluate.slice(50)).toFixed(2)} (<= 2); ` +
      `a fact stored and its account scored ` +
      `${median(fact.slice(50)).toFixed(2)}`,
  );
}

// Metrics of many accounts, as an API client has them.
function facts(accounts, batch, size, isNamed) {
  const at = new Date().toISOString();
  return Array.from({ length: size }, (_, i) => ({
    account_id: accounts[(batch * size + i) % accounts.length],
    metric_type: "logins",
    metric_value: (batch * size + i) % 1000,
    observed_at: at,
    ...(isNamed ? { message_id: `bench-${at}-${batch}-${i}` } : {}),
  }));
}

async function post(key, items) {
  const answer = await fetch(`${url}/api/v1/usage-metrics`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-api-key": key },
    body: JSON.stringify({ items }),
  });
  const body = await answer.json();
  if (!answer.ok || body.accepted !== items.length)
    throw new Error(`ingest: ${answer.status} ${body.detail ?? body.rejected}`);
}

// Rows per second through the API, by two clients.
async function ingest(key, batches) {
  const waiting = [...batches];
  const start = performance.now();
  const client = async () => {
    for (let items; (items = waiting.pop()); ) await post(key, items);
  };
  await Promise.all([client(), client()]);
  return batches.flat().length / ((performance.now() - start) / 1000);
}

// Rows per second of the same by COPY: no trigger, no row security.
function copy(tenant, batches) {
  const rows = batches.flat().map((f) => [tenant, f.account_id, f.metric_type,
    f.metric_value, f.observed_at].join("\t"));
  const out = execFileSync("psql", ["-Xq", "-f", "-"], {
    encoding: "utf8",
    input:
      "set session_replication_role = replica;\n\\timing on\n" +
      "copy usage_metrics (tenant_id, account_id, metric_type," +
      " metric_value, observed_at) from stdin;\n" +
      rows.join("\n") + "\n\\.\n",
  });
  return (rows.length / Number(out.match(/Time: ([\d.]+) ms/)[1])) * 1000;
}

// The default scorecard of a tenant says what the document does.
const publish = (who, document) =>
  psql(`insert into mainstay.scorecard_versions (tenant_id, scorecard_id,
      version, status, document)
    select c.tenant_id, c.id, 1 + (
        select max(v.version) from mainstay.scorecard_versions v
         where v.tenant_id = c.tenant_id and v.scorecard_id = c.id),
      'published', ${literal(document)}
      from mainstay.scorecards c
     where c.tenant_id = '${who.tenant_id}' and c.is_default`);

const isScoring = () =>
  psql("select exists (select from mainstay.health_queue)") === "t";

async function untilScored() {
  while (isScoring()) await new Promise((done) => setTimeout(done, 100));
}

const makeKey = () =>
  execFileSync("./dev",
    ["admin", "key", "create", "--tenant", "bench-1", "--name", "bench",
      "--role", "Contributor"], { encoding: "utf8" }).match(/csk_\S+/)[0];

async function batches(who, key) {
  const size = 2500;
  const accounts = psql(
    `select id from accounts where tenant_id = '${who.tenant_id}'`,
  ).split("\n");
  const rows = [];
  for (let i = 0; i < rounds; i++) {
    const make = (isNamed) =>
      Array.from({ length: 20 }, (_, n) => facts(accounts, n, size, isNamed));
    const plain = make(false);
    const copied = copy(who.tenant_id, plain);
    const stored = await ingest(key, plain);
    await untilScored();
    const named = await ingest(key, make(true));
    await untilScored();
    rows.push({ copied, stored, named, ratio: stored / copied,
      namedRatio: named / copied });
  }
  const m = medians(rows);
  console.log(
    "\nfacts per second in batches of 2,500, two clients, scoring queued: " +
      `${m.stored.toFixed(0)}; with message_id ${m.named.toFixed(0)}; ` +
      `COPY ${m.copied.toFixed(0)}; ratio ${m.ratio.toFixed(2)}, with ` +
      `message_id ${m.namedRatio.toFixed(2)} (>= 0.25)`,
  );
}

// Seconds from a batch of facts, one of each account, until all are scored.
async function scored(who, key) {
  const accounts = psql(
    `select id from accounts where tenant_id = '${who.tenant_id}'`,
  ).split("\n");
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const start = performance.now();
    await post(key, facts(accounts, 7 * i, accounts.length, false));
    while (isScoring()) await new Promise((done) => setTimeout(done, 10));
    times.push((performance.now() - start) / 1000);
  }
  console.log(
    `\n${accounts.length} facts of ${accounts.length} accounts posted: ` +
      `scores changed after ${median(times).toFixed(2)} s (<= 1, p50 of ` +
      `${rounds} rounds)`,
  );
}

// A page of one tenant while the accounts of another are all scored again.
async function pagesMeanwhile(small, large) {
  const path = "/dashboard/accounts";
  const rows = [];
  for (let i = 0; i < rounds; i++) {
    await untilScored();
    const calm = wrk(path, seconds, small.cookie);
    psql(`begin; select set_config('app.current_tenant_id',
        '${large.tenant_id}', true);
      insert into mainstay.health_queue (tenant_id, account_id)
      select tenant_id, id from accounts
       where tenant_id = '${large.tenant_id}';
      notify mainstay_health; commit`);
    const busy = wrk(path, seconds, small.cookie);
    if (!isScoring()) throw new Error("scored before it was measured");
    rows.push({ calm: calm.p99, busy: busy.p99, ratio: busy.p99 / calm.p99,
      calmRate: calm.rate, busyRate: busy.rate });
  }
  psql("truncate mainstay.health_queue");
  const m = medians(rows);
  console.log(
    `\nlist page, p99 in ms: ${m.calm.toFixed(1)}; while 100,000 accounts ` +
      `are scored again ${m.busy.toFixed(1)}; ratio ${m.ratio.toFixed(2)} ` +
      `(<= 2); pages per second ${m.calmRate.toFixed(0)} and ` +
      `${m.busyRate.toFixed(0)}`,
  );
}

const small = await person("small@bench.test");
const large = await person("large@bench.test");
for (const who of [small, large]) publish(who, scorecards.usage);
// Today's sweep would run beside what is measured.
psql(`insert into mainstay.health_runs (tenant_id, accounts, reason, swept_on,
    finished_at)
  select t.id, 0, 'sweep', (now() at time zone 'UTC')::date, now()
    from tenants t
      on conflict (tenant_id, swept_on) do nothing`);
await untilScored();
await evaluation(large);
await oneAccount(large);
const key = makeKey();
await batches(small, key);
await scored(small, key);
await pagesMeanwhile(small, large);
