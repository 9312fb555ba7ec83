/** A process that imports a file and says when it is in the middle; to be killed. */
import { createTestBank, realWorkers } from './bank-store.ts';

const [folder = '', source = ''] = process.argv.slice(2);
const bank = createTestBank({ folder, workers: realWorkers });
const importId = await bank.start(source);
while (bank.data.progress(importId).rows < 50_000) await new Promise((resolve) => setTimeout(resolve, 5));
process.stdout.write('in the middle\n');
setInterval(() => undefined, 1000);
