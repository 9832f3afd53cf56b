import { writeSync } from 'node:fs';
import { openStore } from '../../src/store/store.ts';

/** A process that receives messages four at a time and says which are acknowledged, until it is killed: `FILE`. */
const store = openStore({ file: process.argv[2] ?? '', now: () => 1_000 });
for (let n = 0; ; n += 4) {
  const texts = [n, n + 1, n + 2, n + 3].map((k) => `message ${k}`);
  const receive = async (text: string) => {
    await store.receive({ source: 'sgl', origin: text, bytes: Buffer.from(text) });
    // Written at once: a buffered line would be lost with the process.
    writeSync(1, `${text}\n`);
  };
  await Promise.all(texts.map(receive));
}
