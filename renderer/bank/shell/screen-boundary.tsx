/** Keeps a fault of one screen on that screen. A class, because React has no other way to catch while rendering. */
import { Button } from '@mantine/core';
import { Component, type ReactNode } from 'react';
import { text } from '../../text/en.ts';
import { FailureNotice } from '../../ui/failure-notice.tsx';

interface State {
  readonly error: unknown;
}

export class ScreenBoundary extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { error: null };

  static getDerivedStateFromError(error: unknown): State {
    return { error };
  }

  override render(): ReactNode {
    if (this.state.error === null) return this.props.children;
    return (
      <>
        <h1>{text.shell.screenFailed}</h1>
        <p>{text.shell.screenFailedWhy}</p>
        <FailureNotice
          error={this.state.error}
          actions={
            <Button
              size="compact-sm"
              onClick={() => {
                this.setState({ error: null });
              }}
            >
              {text.common.retry}
            </Button>
          }
        />
      </>
    );
  }
}
