/** The hub's audit log refuses gaps and replacements too, not only changes and deletions. */
import { AUDIT_GROWS_BY_ONE } from '#main/platform/sqlite/audit-log.ts';
import type { Migration } from '#main/platform/sqlite/open.ts';

export const auditGrowsByOne: Migration = {
  version: 30,
  name: 'audit',
  up: (database) => {
    database.exec(AUDIT_GROWS_BY_ONE);
  },
};
