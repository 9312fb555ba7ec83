/** The contract's methods about the bank's own data. Nothing here travels to the hub. */
import type { BankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { errorFields } from '#main/platform/log.ts';
import { isFailure } from '#shared/failure.ts';
import type { Services } from '../services.ts';

type DataMethods = Extract<keyof BankContract, `data.${string}`>;

export function dataHandlers({
  data,
  features,
  options,
}: Services): Pick<Handlers<BankContract>, DataMethods> {
  return {
    'data.summary': () => data.summary(features.state()),
    'data.inspect': ({ source, mapping }) => data.inspect(source, mapping),
    'data.startImport': async (request) => ({ importId: await data.startImport(request) }),
    'data.importProgress': ({ importId }) => data.progress(importId),
    'data.cancelImport': ({ importId }) => {
      data.cancelImport(importId);
      return {};
    },
    'data.rejects': ({ importId, after, limit }) => {
      const { total, rows } = data.rejects(importId, { after, limit });
      return { total, rows: [...rows] };
    },
    'data.rejectsFile': ({ importId }) => data.rejectsFile(importId),
    'data.transactions': (query) => {
      const { total, rows, next } = data.transactions(query);
      return { total, rows: [...rows], next };
    },
    'data.computeFeatures': ({ preset }) => {
      // Answers at once: how far it is, and how it failed, stands in the summary.
      features.compute(preset).catch((error: unknown) => {
        options.log.warn('features.failed', isFailure(error) ? { code: error.code } : errorFields(error));
      });
      return {};
    },
  };
}
