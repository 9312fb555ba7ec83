/** The contract's methods about leak tests: figures computed from rows, for this bank's eyes only. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import type { Services } from '../services.ts';

type LeakMethods = Extract<keyof BankContract, `leaks.${string}`>;

export function leakHandlers({ leaks }: Pick<Services, 'leaks'>): Pick<Handlers<BankContract>, LeakMethods> {
  return {
    'leaks.state': ({ updateId }) => leaks.state(updateId),
    'leaks.run': ({ updateId }) => {
      leaks.run(updateId);
      return {};
    },
    'leaks.stop': ({ updateId }) => {
      leaks.stop(updateId);
      return {};
    },
    'leaks.rehearse': ({ updateId, batch }) => leaks.rehearse(updateId, batch),
  };
}
