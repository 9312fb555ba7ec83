/** Until here the home country was counted from the rows, which no accounting covers: it is forgotten, and a person states it. */
import type { Migration } from '#main/platform/sqlite/migrate.ts';

export const statedCountry: Migration = {
  version: 90,
  name: 'stated-country',
  up: (database) => {
    database.exec('DELETE FROM home_country');
  },
};
