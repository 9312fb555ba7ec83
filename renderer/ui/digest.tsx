/** A hash, fingerprint or key: monospaced, in groups of four, to be compared aloud or copied. */
import { ActionIcon, CopyButton, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { type ReactNode } from 'react';
import { text } from '../text/en.ts';
import classes from './digest.module.css';
import { inFours, shortDigest } from './format.ts';

export interface DigestProps {
  readonly value: string;
  /** What it is, for the copy button's name. */
  readonly of: string;
  readonly isShort?: boolean;
}

export function Digest({ value, of, isShort = false }: DigestProps): ReactNode {
  const plain = value.replaceAll(/[\s:]/g, '');
  return (
    <span className={classes['digest']}>
      <span className={`${classes['text'] ?? ''} ${isShort ? (classes['short'] ?? '') : ''}`} title={plain}>
        {isShort ? shortDigest(plain) : inFours(plain).join(' ')}
      </span>
      <CopyButton value={plain}>
        {({ copied, copy }) => (
          <Tooltip label={copied ? text.common.copied : text.common.copyOf(of)}>
            <ActionIcon
              onClick={copy}
              aria-label={copied ? text.common.copied : text.common.copyOf(of)}
              size={24}
            >
              {copied ? <IconCheck size={15} stroke={1.5} /> : <IconCopy size={15} stroke={1.5} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </span>
  );
}
