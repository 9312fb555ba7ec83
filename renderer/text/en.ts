/** All sentences of the app, by screen. */
import { common } from './en/common.ts';
import { dataText } from './en/data.ts';
import { firstRun } from './en/first-run.ts';
import { overview } from './en/overview.ts';
import { privacy } from './en/privacy.ts';
import { review } from './en/review.ts';
import { rounds } from './en/rounds.ts';
import { settings } from './en/settings.ts';
import { shell } from './en/shell.ts';

export const text = {
  common,
  shell,
  firstRun,
  overview,
  data: dataText,
  rounds,
  review,
  privacy,
  settings,
} as const;
