/** The hub store's migrations in order. */
import type { Migration } from '#main/platform/sqlite/open.ts';
import { initial } from './0010-initial.ts';

export const HUB_MIGRATIONS: readonly Migration[] = [initial];
