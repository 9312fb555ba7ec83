/** The tests one below the other: verdict as icon and word, what was tried, and each figure beside its chance level. */
import { IconCircleCheck, IconCircleMinus, IconCircleX } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { type LeakFigure, type LeakTest } from '#shared/privacy/leak-view.ts';
import { text } from '../../text/en.ts';
import { leakFigureText, sentenceCase } from './leak-figure.ts';
import classes from './leaks.module.css';

const words = text.leaks;
const icons = {
  'nothing-found': IconCircleCheck,
  'leak-found': IconCircleX,
  'not-applicable': IconCircleMinus,
} as const;
const severity = { 'leak-found': 0, 'nothing-found': 1, 'not-applicable': 2 } as const;

export function LeakTests({ tests }: { readonly tests: readonly LeakTest[] }): ReactNode {
  const worstFirst = tests.toSorted((a, b) => severity[a.verdict] - severity[b.verdict]);
  return (
    <ul className={classes['tests']}>
      {worstFirst.map((test) => (
        <Test key={test.id} test={test} />
      ))}
    </ul>
  );
}

function Test({ test }: { readonly test: LeakTest }): ReactNode {
  const Icon = icons[test.verdict];
  return (
    <li className={classes['test']} data-verdict={test.verdict}>
      <Icon size={16} stroke={1.5} aria-hidden />
      <div>
        <span className={classes['title']}>{test.title}</span>{' '}
        <span className={classes['verdict']}>{words.verdicts[test.verdict]}</span>
        <dl className={classes['figures']}>
          {test.figures.map((one) => (
            <Figure key={one.name} one={one} />
          ))}
        </dl>
        <p className={classes['words']}>
          {test.sentence} {test.chanceSentence}
        </p>
      </div>
    </li>
  );
}

function Figure({ one }: { readonly one: LeakFigure }): ReactNode {
  const { value, rest } = leakFigureText(one);
  return (
    <div>
      <dt>{sentenceCase(one.name)}</dt>
      <dd>
        <strong>{value}</strong>
        {rest === '' ? null : <span className={classes['quiet']}> ({rest})</span>}
      </dd>
    </div>
  );
}
