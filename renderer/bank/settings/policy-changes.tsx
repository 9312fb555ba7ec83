/** What a change of the policy does, while it is typed: each floor before and after, and whether it loosens. */
import { type ReactNode } from 'react';
import { type PolicyChange } from '#shared/privacy/policy-change.ts';
import { text } from '../../text/en.ts';
import { StatusBadge } from '../../ui/status-badge.tsx';
import classes from './settings.module.css';

const words = text.settings.policy;

export function PolicyChanges({ changes }: { readonly changes: readonly PolicyChange[] }): ReactNode {
  return (
    <div className={classes['wide']} aria-live="polite">
      <strong className={classes['label']}>{words.changes}</strong>
      {changes.length === 0 ? (
        <p className={classes['quiet']}>{words.unchanged}</p>
      ) : (
        <ul className={classes['changes']}>
          {changes.map(({ field, from, to, loosens }) => (
            <li key={field}>
              <StatusBadge tone={loosens ? 'warn' : 'good'}>
                {loosens ? words.loosens : words.tightens}
              </StatusBadge>
              <span>{words[field]}</span>
              <strong>{words.changeIs(valueText(from), valueText(to))}</strong>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function valueText(value: number | boolean): string {
  if (typeof value === 'number') return String(value);
  return value ? words.yes : words.no;
}
