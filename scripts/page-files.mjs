// Vite plugin: writes the list of the page's files beside them. The servers answer from this list and from nothing
// else, so no request ever becomes a path.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const PAGE_FILES = 'files.json';

export function pageFiles() {
  return {
    name: 'parley:page-files',
    apply: 'build',
    writeBundle(options, bundle) {
      const files = Object.keys(bundle).filter((name) => !name.endsWith('.map'));
      writeFileSync(join(options.dir, PAGE_FILES), `${JSON.stringify({ files: files.sort() }, null, 2)}\n`);
    },
  };
}
