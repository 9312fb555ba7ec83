/** The bank's contract, served: every method in one place, every command audited. */
import { type BankContract, bankContract } from '#shared/contract/bank.ts';
import type { Handlers } from '#shared/contract/define.ts';
import { appHandlers } from './api/app.ts';
import { auditHandlers } from './api/audit.ts';
import { dataHandlers } from './api/data.ts';
import { leakHandlers } from './api/leaks.ts';
import { policyHandlers } from './api/policies.ts';
import { privacyHandlers } from './api/privacy.ts';
import { reviewerHandlers } from './api/reviewers.ts';
import { reviewHandlers } from './api/reviews.ts';
import { roundHandlers } from './api/rounds.ts';
import { scoringHandlers } from './api/scoring.ts';
import { storeHandlers } from './api/store.ts';
import { auditCommands } from './audit/commands.ts';
import type { Services } from './services.ts';
import type { DemoService } from './settings/demo/service.ts';

export function bankHandlers(services: Services, demo: DemoService): Handlers<BankContract> {
  const handlers: Handlers<BankContract> = {
    ...appHandlers(services, demo),
    ...dataHandlers(services),
    ...roundHandlers(services),
    ...privacyHandlers(services),
    ...policyHandlers(services),
    ...reviewHandlers(services),
    ...reviewerHandlers(services),
    ...leakHandlers(services),
    ...scoringHandlers(services),
    ...storeHandlers(services),
    ...auditHandlers(services),
  };
  return auditCommands(bankContract, handlers, services.audit);
}
