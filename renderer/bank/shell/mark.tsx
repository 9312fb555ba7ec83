/** The mark: three lines of talk that end at one closed gate. */
import { type ReactNode } from 'react';

export function Mark({ size }: { readonly size: number }): ReactNode {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden focusable="false">
      <rect x="1" y="1" width="30" height="30" rx="7" fill="#1864ab" />
      <path d="M7 10h9M7 16h12M7 22h9" stroke="#fff" strokeWidth="2.4" strokeLinecap="round" fill="none" />
      <path d="M24 7v18" stroke="#d0bfff" strokeWidth="2.8" strokeLinecap="round" fill="none" />
    </svg>
  );
}
