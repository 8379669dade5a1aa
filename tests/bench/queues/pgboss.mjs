// pg-boss: eight fetchers of 500 each, no order. A job that fails counts as
// done: it would take its whole batch with it.
import PgBoss from "pg-boss";
import { post } from "./post.mjs";

const boss = new PgBoss({
  connectionString: process.env.QUEUE_DB,
  max: 10,
  supervise: false,
  schedule: false,
});
boss.on("error", (error) => console.error(String(error)));
await boss.start();
await boss.createQueue("post");
if (process.env.FETCHERS !== "0")
  for (let i = 0; i < 8; i++)
    await boss.work(
      "post",
      { batchSize: 500, pollingIntervalSeconds: 0.5, priority: false },
      (jobs) =>
        Promise.all(jobs.map((j) => post(j.id, j.data).catch(() => {}))),
    );
process.on("SIGTERM", () => process.exit(0));
console.log("ready");
