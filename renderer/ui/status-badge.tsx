/** A state as icon and word together, never by colour alone. */
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleDashed,
  IconInfoCircle,
  IconSend,
  IconX,
} from '@tabler/icons-react';
import { type ReactNode } from 'react';
import classes from './status-badge.module.css';

export type Tone = 'good' | 'warn' | 'bad' | 'info' | 'neutral' | 'leaves';

const icons = {
  good: IconCircleCheck,
  warn: IconAlertTriangle,
  bad: IconX,
  info: IconInfoCircle,
  neutral: IconCircleDashed,
  leaves: IconSend,
} as const;

export function StatusBadge({
  tone,
  children,
}: {
  readonly tone: Tone;
  readonly children: ReactNode;
}): ReactNode {
  const Icon = icons[tone];
  return (
    <span className={`${classes['badge'] ?? ''} ${classes[tone] ?? ''}`}>
      <Icon size={14} stroke={1.75} aria-hidden />
      {children}
    </span>
  );
}
