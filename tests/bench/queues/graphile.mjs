// graphile-worker with all of its batching on.
import { run } from "graphile-worker";
import { post } from "./post.mjs";

const runner = await run({
  preset: {
    worker: {
      connectionString: process.env.QUEUE_DB,
      concurrentJobs: Number(process.env.CONCURRENCY),
      maxPoolSize: 10,
      localQueue: { size: 500, refetchDelay: { durationMs: 10 } },
      completeJobBatchDelay: 0,
      failJobBatchDelay: 0,
    },
  },
  noHandleSignals: true,
  taskList: {
    post: (payload, helpers) => post(helpers.job.id, payload).catch(() => {}),
  },
});
process.on("SIGTERM", () => process.exit(0));
console.log("ready");
await runner.promise;
