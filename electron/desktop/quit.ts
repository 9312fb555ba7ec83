/** What happens when a person quits: nothing running, training and the like can be stopped, sending is waited for. */
export type QuitChoice = 'quit' | 'stay' | 'wait';

export interface QuitQuestion {
  readonly message: string;
  readonly detail: string;
  /** The first is the default and the safe one. */
  readonly buttons: readonly { readonly label: string; readonly choice: QuitChoice }[];
}

/** How the backend calls it (main/bank/create.ts): the one work that a quit waits for, since it ends by itself. */
export const SENDING = 'sending an update';

/** `work` in the backend's words. undefined: nothing runs, quit at once. */
export function quitQuestion(work: readonly string[]): QuitQuestion | undefined {
  if (work.includes(SENDING)) {
    return {
      message: 'An update is being sent',
      detail:
        'Parley quits by itself when the hub has confirmed it. Quitting now is safe too: the stored bytes are sent at the next start.',
      buttons: [
        { label: 'Wait and quit', choice: 'wait' },
        { label: 'Keep working', choice: 'stay' },
        { label: 'Quit anyway', choice: 'quit' },
      ],
    };
  }
  if (work.length === 0) return undefined;
  return {
    message: `Still running: ${work.join(' and ')}`,
    detail: 'Stopping it loses the work done so far; a charge to the privacy budget stays recorded.',
    buttons: [
      { label: 'Keep working', choice: 'stay' },
      { label: 'Stop and quit', choice: 'quit' },
    ],
  };
}

export interface QuitOptions {
  readonly work: () => Promise<readonly string[]>;
  readonly ask: (question: QuitQuestion) => Promise<QuitChoice>;
  /** Calls back when nothing is being sent any more. */
  readonly whenSent: () => Promise<void>;
  /** Stops the backend cooperatively. */
  readonly stop: () => Promise<void>;
  readonly quit: () => void;
}

export interface Quitter {
  /** For `before-quit`: true when the quit may go on now, false when it was held back (and is repeated when decided). */
  mayQuit(): boolean;
}

type Phase = 'idle' | 'deciding' | 'over';

export function createQuitter(options: QuitOptions): Quitter {
  let phase: Phase = 'idle';
  const decide = async (): Promise<void> => {
    const question = quitQuestion(await options.work());
    const choice = question === undefined ? 'quit' : await options.ask(question);
    if (choice === 'stay') {
      phase = 'idle';
      return;
    }
    if (choice === 'wait') await options.whenSent();
    await options.stop();
    phase = 'over';
    options.quit();
  };
  return {
    mayQuit: () => {
      if (phase === 'over') return true;
      if (phase === 'idle') {
        phase = 'deciding';
        void decide();
      }
      return false;
    },
  };
}
