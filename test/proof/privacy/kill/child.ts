/** A bank that kills itself with SIGKILL at the n-th call of a port; with 0 it lives on, and says how many calls there were. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { SEEDED_BUGS, NO_BUG } from '../gate/bugs.ts';
import type { Fuse } from '../gate/fuse.ts';
import { killMachine } from './machine.ts';
import { live } from './scenario.ts';

const Arguments = z.tuple([z.string(), z.coerce.number().int().min(0), z.string()]);
const [folder, killAt, bugName] = Arguments.parse(process.argv.slice(2));

const points: string[] = [];
const fuse: Fuse = {
  touch: (point) => {
    points.push(point);
    if (points.length !== killAt) return;
    writeFileSync(path.join(folder, 'killed-at'), point);
    process.kill(process.pid, 'SIGKILL');
    // The signal is on its way; nothing more may happen here.
    for (;;);
  },
  arm: () => undefined,
  isBlown: () => false,
};
const bug = SEEDED_BUGS.find(({ name }) => name === bugName)?.bug ?? NO_BUG;
const bank = await live(killMachine({ folder, number: 0, fuse, bug }));
bank.close();
writeFileSync(path.join(folder, 'points'), points.join('\n'));
