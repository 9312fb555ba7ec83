/** Every migration of the hub's store, oldest first. */
import type { Migration } from '#main/platform/sqlite/open.ts';
import { initial } from './0010-initial.ts';

export const hubMigrations: readonly Migration[] = [initial];
