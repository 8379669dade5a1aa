// What the measurements share: the database, sessions, statements, medians.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync } from "node:fs";
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

const toMs = (text) => {
  const [, n, unit] = text.match(/([\d.]+)(us|ms|s)/);
  return Number(n) * { us: 0.001, ms: 1, s: 1000 }[unit];
};

export const connections = 16;

export function wrk(path, seconds, cookie) {
  const args = ["-t2", `-c${connections}`, `-d${seconds}s`, "--latency"];
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
