// A sidebar that somebody looks at: for each message it asks what such a one asks in a second. On a thread of its own, as a
// browser is a process of its own.
import { parentPort, workerData } from 'node:worker_threads';

const { address, paths } = workerData;

parentPort.on('message', async () => {
  for (const path of paths) {
    const answer = await fetch(`${address}${path}`);
    if (!answer.ok) throw new Error(`${path}: ${answer.status}`);
    await answer.arrayBuffer();
  }
  parentPort.postMessage('answered');
});
