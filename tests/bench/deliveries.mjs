// Deliveries of mainstay-worker beside graphile-worker and pg-boss: the same
// signed POST, the same PostgreSQL, the same receiver; and beside what libcurl
// and PostgreSQL could do at most.  Prints medians of rounds by turns.
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { median, psql } from "./lib.mjs";

const jobs = Number(process.argv[2] ?? 20000);
const rounds = Number(process.argv[3] ?? 3);
const few = Math.max(40, Math.round(jobs / 100)); // for the latency
const endpoints = 16;
const inflight = 16; // of each: 256 in all
const queues = process.env.QUEUES;
const tools = process.env.TOOLS;
const state = process.env.MAINSTAY_STATE;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const say = (line) => process.stderr.write(`${line}\n`);

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((done) => server.on("listening", done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

async function until(what, check, ms = 120000) {
  const end = Date.now() + ms;
  while (!(await check())) {
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await sleep(5);
  }
}

const started = [];
process.on("exit", () => started.forEach((child) => child.kill("SIGKILL")));

function start(program, args, env = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  child.said = "";
  for (const out of [child.stdout, child.stderr])
    out.on("data", (text) => (child.said = (child.said + text).slice(-4000)));
  child.over = new Promise((done) => child.on("close", done));
  started.push(child);
  return child;
}

// Receivers: how many POSTs came so far, without counting who asks.

async function startNginx() {
  const port = await freePort();
  const folder = join(state, "sink");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, "nginx.conf");
  writeFileSync(file, `daemon off; worker_processes 1; pid ${folder}/pid;
    error_log ${folder}/error.log; events { worker_connections 4096; }
    http { access_log off; keepalive_requests 1000000000;
      keepalive_timeout 60s; client_body_temp_path ${folder};
      proxy_temp_path ${folder}; fastcgi_temp_path ${folder};
      uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
      server { listen 127.0.0.1:${port};
        location / { return 200; }
        location = /count { stub_status; } } }`);
  start("nginx", ["-c", file, "-e", `${folder}/error.log`]);
  const url = `http://localhost:${port}`;
  let asked = 0;
  const count = async () => {
    const text = await (await fetch(`${url}/count`)).text();
    return Number(text.split("\n")[2].trim().split(/\s+/)[2]) - ++asked;
  };
  await until("nginx", () => count().then(() => true, () => false));
  return { url, port, count };
}

async function startSink(ms) {
  const port = await freePort();
  start(join(tools, "sink"), [String(port), String(ms)]);
  const url = `http://localhost:${port}`;
  const count = async () => Number(await (await fetch(`${url}/count`)).text());
  await until("the sink", () => count().then(() => true, () => false));
  return { url, port, count };
}

// Processor time of processes with all their threads, in microseconds.
function cpuOf(children) {
  let ticks = 0;
  for (const { pid } of children) {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10000;
}

const wal = () => Number(psql("select wal_bytes from pg_stat_wal"));

const other = (sql) =>
  execFileSync("psql", ["-XqAt", "-d", "bench_queues", "-c", sql], {
    encoding: "utf8",
  }).trim();
const host = process.env.PGHOST;
// As mainstay-worker has it for claims and results; the others for all.
const conninfo = `postgresql:///bench_queues?host=${encodeURIComponent(host)}` +
  `&port=${process.env.PGPORT ?? 5432}&user=postgres` +
  `&options=${encodeURIComponent("-c synchronous_commit=off")}`;
const body = `json_build_object('n', n, 'fill', repeat('x', 980))`;
const url = (sink, hanging) =>
  hanging
    ? `case when n % 10 = 0 then '${sink.url}/hang' else '${sink.url}/e' end`
    : `'${sink.url}/e' || n % ${endpoints}`;

// A system: prepare a round, add n jobs, start its workers, count what is left.

const mainstay = {
  name: "mainstay",
  database: "mainstay",
  add(n, sink, hanging) {
    psql(`delete from mainstay.tenants where slug = 'bench-deliveries';
      truncate mainstay.webhook_hot, mainstay.webhook_lanes,
        mainstay.webhook_workers;
      insert into mainstay.tenants (slug, name)
        values ('bench-deliveries', 'Deliveries');
      insert into mainstay.webhook_endpoints (tenant_id, id, name, url,
          secret, format, max_inflight)
        select t.id, gen_random_uuid(), 'e' || n, '${sink.url}/'
            || case when n <= ${hanging ? Math.ceil(endpoints / 10) : 0}
              then 'hang' else 'e' end,
          mainstay.new_webhook_secret(), 'standard', ${inflight}
        from mainstay.tenants t, generate_series(1, ${endpoints}) n
        where t.slug = 'bench-deliveries'`);
    this.enqueue(n);
  },
  enqueue(n) {
    psql(`with e as (select array_agg(id order by name) as ids
        from mainstay.webhook_endpoints where name ~ '^e[0-9]+$')
      select count(mainstay.enqueue_webhook(
        e.ids[1 + n % ${endpoints}], null, null, 'bench', ${body}))
      from e, generate_series(1, ${n}) n`);
  },
  async work(sink) {
    const child = start(join(process.env.MAINSTAY_BIN, "mainstay-worker"), [], {
      MAINSTAY_WEBHOOK_ALLOW: `localhost:${sink.port}`,
      MAINSTAY_LOG: "info",
    });
    await until("a worker", () => /registered/.test(child.said));
    return [child];
  },
  left: () => Number(psql("select count(*) from mainstay.webhook_hot")),
  one: `select mainstay.enqueue_webhook(id, null, null, 'bench', '{"n": 1}')
    from mainstay.webhook_endpoints where name = 'e1'`,
};

const graphile = {
  name: "graphile-worker",
  database: "bench_queues",
  add(n, sink, hanging) {
    other("truncate graphile_worker._private_jobs");
    other(`select count(graphile_worker.add_job('post', json_build_object(
        'url', ${url(sink, hanging)}, 'data', ${body})))
      from generate_series(1, ${n}) n`);
  },
  work: () => nodes("graphile.mjs", { CONCURRENCY: "128" }),
  left: () => Number(other("select count(*) from graphile_worker.jobs")),
  one: (sink) => `select graphile_worker.add_job('post', json_build_object(
    'url', '${sink.url}/e', 'data', '{"n": 1}'::json))`,
};

const pgboss = {
  name: "pg-boss",
  database: "bench_queues",
  add(n, sink, hanging) {
    other("truncate pgboss.job");
    other(`insert into pgboss.job (name, data)
      select 'post', jsonb_build_object('url', ${url(sink, hanging)},
        'data', ${body}) from generate_series(1, ${n}) n`);
  },
  work: () => nodes("pgboss.mjs"),
  left: () =>
    Number(other("select count(*) from pgboss.job where state < 'completed'")),
  one: (sink) => `insert into pgboss.job (name, data)
    values ('post', jsonb_build_object('url', '${sink.url}/e', 'data',
      '{"n": 1}'::jsonb))`,
};

const systems = [mainstay, graphile, pgboss];

// As many node processes as there are processors.
async function nodes(file, env = {}) {
  const children = cpus().map(() =>
    start("node", [join(queues, file)], { QUEUE_DB: conninfo, ...env }));
  for (const child of children)
    await until(`${file}: ${child.said}`, () => /ready/.test(child.said));
  return children;
}

async function stop(children) {
  for (const child of children) child.kill("SIGKILL");
  await Promise.all(children.map((child) => child.over));
  if (children[0]?.spawnargs[0].endsWith("worker"))
    psql("truncate mainstay.webhook_workers");
}

// Adds jobs, starts the workers: rate from the first arrival to the last.
async function drain(system, sink, { n = jobs, hanging, seconds = 120 } = {}) {
  psql("checkpoint");
  const before = await sink.count();
  const bytes = wal();
  system.add(n, sink, hanging);
  const children = await system.work(sink);
  const cpu = cpuOf(children);
  const wanted = hanging ? Math.floor(n * 0.85) : n;
  let first, now, arrived;
  await until(`${system.name} delivers`, async () => {
    arrived = (await sink.count()) - before;
    now = performance.now();
    if (arrived > 0) first ??= now;
    return arrived >= wanted || (first && now - first > seconds * 1000);
  }, 200000);
  const rate = arrived / ((now - first) / 1000);
  if (!hanging) await until("the queue is empty", () => system.left() === 0);
  const used = cpuOf(children) - cpu;
  await stop(children);
  return { rate, cpu: used / arrived, wal: (wal() - bytes) / n };
}

async function latency(system) {
  const port = await freePort();
  const sink = { url: `http://localhost:${port}`, port };
  system.add(1, sink);
  if (system === mainstay) psql("truncate mainstay.webhook_hot");
  else if (system === graphile)
    other("truncate graphile_worker._private_jobs");
  else other("truncate pgboss.job");
  const children = await system.work(sink);
  const one = typeof system.one === "string" ? system.one : system.one(sink);
  // Only who measures waits for the disk: the others' workers do not.
  const child = start("node", [join(queues, "latency.mjs"), one, String(few),
    String(port)], { QUEUE_DB: conninfo.replace("bench_queues",
    system.database).replace(/&options=.*/, "") });
  await child.over;
  await stop(children);
  return JSON.parse(child.said.trim().split("\n").at(-1));
}

// Somebody looks at the database and forgets to leave.
async function pinned(system, sink) {
  const child = start("psql", ["-Xq", "-d", system.database, "-c",
    `begin isolation level repeatable read; select 1 as pinned;
     select pg_sleep(3600)`]);
  await sleep(300);
  const rates = [];
  for (let i = 0; i < 3; i++) rates.push((await drain(system, sink)).rate);
  child.kill("SIGTERM");
  await child.over;
  return rates.at(-1);
}

function rawCurl(sink) {
  return JSON.parse(execFileSync(join(tools, "raw_curl"), [
    `${sink.url}/e`, String(jobs), String(endpoints * inflight)]));
}

// The worker's own two statements, 128 rows at a time, without the rest.
function claimAndComplete(sink) {
  mainstay.add(jobs, sink);
  psql(`insert into mainstay.webhook_workers (id, name, version)
    overriding system value values (999, 'bench', '0')`);
  const file = join(state, "claim.sql");
  const many = (value) => `array_fill(${value}, array[128])`;
  writeFileSync(file, `select array_agg(id)::text as ids,
      array_agg(tenant_id)::text as tenants, array_agg(lease)::text as leases
    from api.claim_webhooks(999, 128, '60 s', '{}', '{}') \\gset
    select * from api.finish_webhooks(${many("999")}, :tenants::uuid[],
      :ids::uuid[], :leases::int[], ${many("'tried'::text")}, ${many("200")},
      ${many("1")}, ${many("null::int")}, ${many("null::text")},
      ${many("null::text")});\n`);
  const batches = Math.floor(jobs / 128);
  const out = execFileSync("pgbench", ["-n", "-M", "prepared", "-t",
    String(batches), "-f", file, "mainstay"], { encoding: "utf8",
    env: { ...process.env, PGOPTIONS: "-c jit=off -c synchronous_commit=off" +
      " -c enable_seqscan=off -c enable_hashjoin=off" +
      " -c enable_mergejoin=off -c plan_cache_mode=force_generic_plan" },
    stdio: ["ignore", "pipe", "ignore"] });
  psql("truncate mainstay.webhook_hot, mainstay.webhook_workers");
  return Number(out.match(/tps = ([\d.]+)/)[1]) * 128;
}

async function prepare() {
  psql("drop database if exists bench_queues with (force)");
  psql("create database bench_queues");
  const env = { CONCURRENCY: "1", FETCHERS: "0" };
  await stop(await nodes("graphile.mjs", env));
  const [one, ...rest] = await nodes("pgboss.mjs", env);
  await stop([one, ...rest]);
}

const figures = {};
const note = (figure, system, value) =>
  ((figures[figure] ??= {})[system] ??= []).push(value);
const get = (figure, system) =>
  figures[figure]?.[system] && median(figures[figure][system]);

const loads = [loadavg()[0]];
await prepare();
const fast = await startNginx();
const slow = await startSink(20);
const mixed = await startSink(0);
for (let round = 1; round <= rounds; round++) {
  for (const system of systems) {
    say(`round ${round} of ${rounds}: ${system.name}`);
    const found = await drain(system, fast);
    note("rate", system.name, found.rate);
    note("cpu", system.name, found.cpu);
    note("wal", system.name, found.wal);
    note("delayed", system.name, (await drain(system, slow)).rate);
    note("mixed", system.name, (await drain(system, mixed)).rate);
    note("hanging", system.name,
      (await drain(system, mixed, { hanging: true, seconds: 10 })).rate);
    const { p50, p99 } = await latency(system);
    note("p50", system.name, p50);
    note("p99", system.name, p99);
  }
  const raw = rawCurl(fast);
  note("rate", "libcurl", raw.rate);
  note("cpu", "libcurl", raw.cpu);
  note("claim", "pgbench", claimAndComplete(fast));
  loads.push(loadavg()[0]);
}
for (const system of systems) {
  say(`pinned: ${system.name}`);
  note("pinned", system.name, await pinned(system, fast));
}

const number = (n, digits = 0) =>
  n === undefined ? "" : n.toLocaleString("en", {
    maximumFractionDigits: digits, minimumFractionDigits: digits });
const line = (label, figure, digits, more = {}) =>
  console.log([label.padEnd(34), ...systems.map((s) =>
    number(get(figure, s.name), digits).padStart(15)),
  (more.limit ?? "").padStart(12)].join(" "));
console.log(`\n${jobs} jobs of 1 kB, ${rounds} rounds, ${cpus().length} ` +
  `processors, load ${Math.min(...loads).toFixed(1)}–` +
  `${Math.max(...loads).toFixed(1)}\n`);
console.log([" ".repeat(34), ...systems.map((s) => s.name.padStart(15)),
  "limit".padStart(12)].join(" "));
line("deliveries/s", "rate", 0,
  { limit: `${number(get("rate", "libcurl"))} ¹` });
line("  receiver answers after 20 ms", "delayed", 0);
line("processor time each, µs", "cpu", 1,
  { limit: `${number(get("cpu", "libcurl"), 1)} ¹` });
line("WAL each, bytes", "wal", 0);
line("added to arrived when idle, p50 ms", "p50", 2);
line("  p99 ms", "p99", 2);
line("all endpoints well, /s", "mixed", 0);
line("  a tenth of them hang, /s", "hanging", 0);
line("a snapshot is pinned, /s", "pinned", 0);
console.log(`¹ libcurl alone, one process. The two statements alone, by ` +
  `pgbench: ${number(get("claim", "pgbench"))} claimed and completed/s`);

const ours = (figure) => get(figure, "mainstay");
const best = (figure, pick) =>
  pick(...[graphile, pgboss].map((s) => get(figure, s.name)));
const ratios = [
  ["deliveries/s ÷ graphile-worker",
    ours("rate") / get("rate", "graphile-worker"), ">=", 4],
  ["deliveries/s ÷ pg-boss", ours("rate") / get("rate", "pg-boss"), ">=", 8],
  ["deliveries/s ÷ libcurl alone",
    ours("rate") / get("rate", "libcurl"), ">=", cpus().length < 8 ? 0.6 : 0.8],
  ["processor time ÷ libcurl alone",
    ours("cpu") / get("cpu", "libcurl"), "<=", 1.3],
  ["p50 when idle, ms", ours("p50"), "<=", 1],
  ["p99 when idle, ms", ours("p99"), "<=", 3],
  ["p50 when idle ÷ graphile-worker",
    ours("p50") / get("p50", "graphile-worker"), "<=", 0.33],
  ["WAL ÷ the smaller of both",
    ours("wal") / best("wal", Math.min), "<=", 0.5],
  ["a tenth hang ÷ none", ours("hanging") / ours("mixed"), ">=", 0.9],
  ["pinned snapshot ÷ clean", ours("pinned") / ours("rate"), ">=", 0.95],
];
console.log(`\n${"ratio".padEnd(36)} ${"is".padStart(8)} target`);
for (const [label, is, sign, target] of ratios) {
  const good = sign === ">=" ? is >= target : is <= target;
  console.log(`${label.padEnd(36)} ${number(is, 2).padStart(8)} ` +
    `${sign} ${target}${good ? "" : "  missed"}`);
}
for (const system of [graphile, pgboss])
  console.log(`${system.name}: a tenth hang ÷ none ${number(
    get("hanging", system.name) / get("mixed", system.name), 2)}, pinned ÷ ` +
    `clean ${number(get("pinned", system.name) / get("rate", system.name), 2)}`);
process.exit(0);
