// What the measurements share: the database, sessions, statements, medians.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export const url = process.env.MAINSTAY_URL;

export const psql = (sql) =>
  execFileSync("psql", ["-XqAt", "-c", sql], { encoding: "utf8" }).trim();

async function signIn(email) {
  const reply = await fetch(`${url}/login`, {
    method: "POST",
    redirect: "manual",
    headers: { origin: url, "sec-fetch-site": "same-origin" },
    body: new URLSearchParams({ email, password: "password123" }),
  });
  if (reply.status !== 303) throw new Error(`sign-in: ${reply.status}`);
  return reply.headers.get("set-cookie").split(";")[0];
}

// The session of a cookie, as :session in a statement.
function sessionOf(cookie) {
  const payload = cookie.split(".")[1];
  const { jti, sub, tid } = JSON.parse(Buffer.from(payload, "base64url"));
  const session = psql(`select sha256('${jti}'::bytea)`);
  return { session, user_id: sub, tenant_id: tid };
}

export async function person(email) {
  const cookie = await signIn(email);
  return { cookie, ...sessionOf(cookie) };
}

export function statements() {
  const all = new Map();
  for (const file of readdirSync("sql/queries")) {
    if (!file.endsWith(".sql")) continue;
    const text = readFileSync(join("sql/queries", file), "utf8");
    for (const part of text.split(/^-- name: /m).slice(1)) {
      const name = part.match(/^\w+/)[0];
      const sql = part.slice(name.length).replace(/--.*$/gm, "");
      all.set(name, sql.replace(/\s+/g, " ").trim().replace(/;$/, ""));
    }
  }
  return all;
}

const work = mkdtempSync(join(tmpdir(), "mainstay-bench-"));

// What the row of a route says.
function routeOf(method, path) {
  const row = readFileSync("fcgi/routes.c", "utf8")
    .split(/\t\{ (?=[A-Z]+, )/)
    .find((r) => r.startsWith(`${method}, "${path}"`));
  return {
    needs: row.match(/",\s+([A-Z]+)/)[1],
    noun: row.match(/\.noun = "(\w+)"/)?.[1],
    statements: row
      .match(/\.statements = ((?:"[^"]*"\s*)+)/)[1]
      .replace(/"\s*"/g, "")
      .match(/=[\w{|}]+/g)
      .map((s) => s.slice(1)),
  };
}

// The statements of a route, in order, as turn_run() sends them.
function stepsOf(method, path, inputs) {
  const { needs, statements: names } = routeOf(method, path);
  return [
    "begin_request",
    ...(needs === "VIEWER" ? [] : ["require_role"]),
    ...names.map((s) => s.replace(/\{(\w+)[^}]*\}/g, (_, f) => inputs[f])),
  ];
}

// A pgbench script: the same transaction, the same pipeline.  pgbench cannot
// bind null, and a literal null would be planned away.
function script(method, path, inputs) {
  const all = statements();
  const bind = (sql) =>
    sql.replace(/(^|[^:]):([a-z]\w*)/g, (_, before, name) =>
      inputs[name] === undefined
        ? `${before}nullif(:absent, '-')`
        : `${before}:${name}`,
    );
  const begin = method === "GET" ? "begin read only;" : "begin;";
  const lines = ["\\startpipeline", begin];
  for (const name of stepsOf(method, path, inputs))
    lines.push(`${bind(all.get(name))};`);
  lines.push("commit;", "\\endpipeline");
  const file = join(work, "route.sql");
  writeFileSync(file, lines.join("\n") + "\n");
  return file;
}

// Transactions per second of a route's statements alone.
export function pgbench(method, path, given, seconds) {
  const { noun } = routeOf(method, path);
  const inputs = noun === undefined ? given : { noun, ...given };
  const args = ["-n", "-M", "prepared", "-c", "4", "-j", "2"];
  args.push("-T", String(seconds), "-U", "mainstay_app");
  for (const [k, v] of Object.entries({ ...inputs, absent: "-" }))
    args.push("-D", `${k}=${v}`);
  args.push("-f", script(method, path, inputs), "mainstay");
  const out = execFileSync("pgbench", args, {
    encoding: "utf8",
    env: { ...process.env, PGOPTIONS: "-c statement_timeout=0" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  return Number(out.match(/tps = ([\d.]+)/)[1]);
}

// Kilobytes of each page worker that it shares with nobody, and in all.
export function memory() {
  const pids = execFileSync("pgrep", ["-f", "mainstay-fcgi"], {
    encoding: "utf8",
  })
    .trim()
    .split("\n");
  const rows = [];
  for (const pid of pids) {
    try {
      const env = readFileSync(`/proc/${pid}/environ`, "latin1");
      if (!env.includes(`MAINSTAY_URL=${url}\0`)) continue;
      if (!env.includes("MAINSTAY_POOL=app\0")) continue;
      const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
      const kb = (key) => Number(text.match(`${key}:\\s+(\\d+)`)[1]);
      rows.push({ pss: kb("Pss"), rss: kb("Rss") });
    } catch {
      continue; // gone, or no memory of its own
    }
  }
  return rows;
}

const toMs = (text) => {
  const [, n, unit] = text.match(/([\d.]+)(us|ms|s)/);
  return Number(n) * { us: 0.001, ms: 1, s: 1000 }[unit];
};

export const connections = 16;

// A script of wrk that sends JSON.
export function sending(json) {
  const file = join(work, "body.lua");
  writeFileSync(
    file,
    'wrk.method = "POST"\nwrk.body = ' +
      `[==[${JSON.stringify(json)}]==]\n` +
      'wrk.headers["Content-Type"] = "application/json"\n',
  );
  return file;
}

export function wrk(path, seconds, cookie, ...more) {
  const args = ["-t2", `-c${connections}`, `-d${seconds}s`, "--latency"];
  args.push(...more);
  if (cookie) args.push("-H", `Cookie: ${cookie}`);
  const out = execFileSync("wrk", [...args, url + path], { encoding: "utf8" });
  if (/Non-2xx/.test(out)) throw new Error(`${path}:\n${out}`);
  return {
    rate: Number(out.match(/Requests\/sec:\s+([\d.]+)/)[1]),
    p50: toMs(out.match(/^ +50% +(\S+)/m)[1]),
    p99: toMs(out.match(/^ +99% +(\S+)/m)[1]),
  };
}

export const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];

// Of the rows, the median of each of their figures.
export function medians(rows) {
  const row = {};
  for (const key of Object.keys(rows[0]))
    row[key] = median(rows.map((r) => r[key]));
  return row;
}
