/** A sentence that may hold hashes: each is shown monospaced and at one length, however much of it the sentence gave. */
import { Fragment, type ReactNode } from 'react';
import classes from './digest.module.css';
import { inFours } from './format.ts';

const HASH = /\b(?=[0-9a-f]*[0-9])([0-9a-f]{12,64})\b…?/g;

export interface TextPiece {
  readonly text: string;
  readonly isHash: boolean;
}

/** The sentence in pieces: plain text, and each hash by its first eight digits. */
export function textPieces(sentence: string): readonly TextPiece[] {
  const pieces: TextPiece[] = [];
  let end = 0;
  for (const match of sentence.matchAll(HASH)) {
    pieces.push({ text: sentence.slice(end, match.index), isHash: false });
    pieces.push({ text: `${inFours(match[0].slice(0, 8)).join(' ')}…`, isHash: true });
    end = match.index + match[0].length;
  }
  pieces.push({ text: sentence.slice(end), isHash: false });
  return pieces.filter(({ text }) => text !== '');
}

export function HashText({ children }: { readonly children: string }): ReactNode {
  return textPieces(children).map(({ text, isHash }, index) =>
    isHash ? (
      <span key={index} className={`${classes['text'] ?? ''} ${classes['short'] ?? ''}`}>
        {text}
      </span>
    ) : (
      <Fragment key={index}>{text}</Fragment>
    ),
  );
}
