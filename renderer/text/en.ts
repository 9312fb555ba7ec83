/** All sentences of the app, by screen. */
import { audit } from './en/audit.ts';
import { common } from './en/common.ts';
import { dataText } from './en/data.ts';
import { firstRun } from './en/first-run.ts';
import { leaks } from './en/leaks.ts';
import { overview } from './en/overview.ts';
import { privacy } from './en/privacy.ts';
import { record } from './en/record.ts';
import { review } from './en/review.ts';
import { reviewers } from './en/reviewers.ts';
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
  leaks,
  record,
  reviewers,
  privacy,
  audit,
  settings,
} as const;
