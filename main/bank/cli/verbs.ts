/** What each verb asks of the bank, whichever process holds its store. */
import { FailureError } from '#shared/failure.ts';
import type { PrivacyUnit } from '#shared/round/charter.ts';
import { noisyPreset } from '#shared/round/noisy-presets.ts';
import {
  type Answer,
  budgetAnswer,
  countryAnswer,
  done,
  ledgerAnswer,
  packAnswer,
  policyAnswer,
  reviewAnswer,
  runsAnswer,
  verifyAnswer,
} from './answers.ts';
import type { BankCommand, Budget } from './command-line.ts';
import { importFile } from './import-file.ts';
import type { BankProgram } from './program.ts';
import type { BankClient } from './reach.ts';
import { askReviewers, credentialsOf } from './reviewer-verbs.ts';
import { release, retrain, train, withhold } from './round-verbs.ts';
import { backup, recover, recoverAudit, showRecovery } from './store-verbs.ts';

export type AskedCommand = Exclude<BankCommand, { kind: 'help' | 'serve' | 'restore' }>;

export async function ask(client: BankClient, command: AskedCommand, program: BankProgram): Promise<Answer> {
  switch (command.kind) {
    case 'init':
    case 'show-country':
    case 'set-country':
      return askIdentity(client, command);
    case 'import':
      return importFile(client, program, command.file);
    case 'join-consortium':
      return joinConsortium(client, program.readText(command.file));
    case 'join-run':
      await client['runs.join']({ runId: command.runId });
      return done(`Joined ${command.runId}. Its rounds open by themselves.`);
    case 'leave':
      await client['runs.leave']({ runId: command.runId });
      return done(`Left ${command.runId}.`);
    case 'rounds':
      return runsAnswer(await client['runs.list']({}), (await client['app.state']({})).hub);
    case 'train':
      return train(client, program, command.roundId);
    case 'decline':
      await client['rounds.decline']({ roundId: command.roundId });
      return done('Declined. The other banks need not wait.');
    case 'review': {
      const { updateId } = command;
      return reviewAnswer(await client['review.current'](updateId === undefined ? {} : { updateId }));
    }
    case 'release':
      return release(client, program, command);
    case 'retrain':
      return retrain(client, program, command);
    case 'withhold':
      return withhold(client, command.note);
    case 'score':
      return score(client, command);
    case 'backup':
      return backup(client, command.file);
    case 'show-recovery':
      return showRecovery(client);
    case 'recover':
      return recover(client, command, program);
    case 'recover-audit':
      return recoverAudit(client, command, program);
    case 'pack':
      return pack(client, program, command);
    case 'list-reviewers':
    case 'add-reviewer':
    case 'remove-reviewer':
    case 'set-review-mode':
      return askReviewers(client, command, program);
    case 'ledger':
    case 'show-budget':
    case 'set-budget':
    case 'show-policy':
    case 'set-standing':
    case 'set-local':
    case 'verify':
      return askPrivacy(client, command, program);
  }
}

type PackCommand = Extract<AskedCommand, { kind: 'pack' }>;

type PrivacyCommand = Extract<
  AskedCommand,
  { kind: 'ledger' | 'show-budget' | 'set-budget' | 'show-policy' | 'set-standing' | 'set-local' | 'verify' }
>;

async function askPrivacy(
  client: BankClient,
  command: PrivacyCommand,
  program: BankProgram,
): Promise<Answer> {
  switch (command.kind) {
    case 'ledger':
      return ledger(client);
    case 'show-budget':
      return budgetAnswer(await client['privacy.state']({}));
    case 'set-budget': {
      const { budget } = await client['privacy.state']({});
      const countersigned = await credentialsOf(client, program, command.signedBy);
      const whole = wholeBudget(command.budget, budget);
      await client['privacy.setBudget']({ ...whole, reason: command.reason, countersigned });
      return budgetAnswer(await client['privacy.state']({}));
    }
    case 'show-policy':
      return policyAnswer(await client['policy.read']({}));
    case 'set-standing': {
      const countersigned = await credentialsOf(client, program, command.signedBy);
      await client['policy.setStanding']({ policy: command.policy, countersigned });
      return policyAnswer(await client['policy.read']({}));
    }
    case 'set-local': {
      const { local } = await client['policy.read']({});
      const countersigned = await credentialsOf(client, program, command.signedBy);
      const policy = { ...local, ...command.change };
      await client['policy.setLocal']({ policy, reason: command.reason, countersigned });
      return policyAnswer(await client['policy.read']({}));
    }
    case 'verify':
      return verify(client);
  }
}

/** δ and unit as asked, else as the store has them, else those of the usual charter. */
function wholeBudget(
  { epsilon, ...asked }: Budget,
  held: { readonly delta: number; readonly unit: PrivacyUnit } | null,
): { readonly epsilon: number; readonly delta: number; readonly unit: PrivacyUnit } {
  const unit = asked.unit ?? held?.unit ?? 'transaction';
  const delta = asked.delta ?? held?.delta ?? noisyPreset({ recipe: 'few-rounds', unit }).delta;
  return { epsilon, delta, unit };
}

type IdentityCommand = Extract<AskedCommand, { kind: 'init' | 'show-country' | 'set-country' }>;

async function askIdentity(client: BankClient, command: IdentityCommand): Promise<Answer> {
  if (command.kind === 'init') return init(client, command);
  if (command.kind === 'set-country')
    await client['app.setHomeCountry']({ homeCountry: command.homeCountry });
  const { bank } = await client['app.state']({});
  return countryAnswer(bank?.homeCountry ?? null);
}

async function init(client: BankClient, command: Extract<AskedCommand, { kind: 'init' }>): Promise<Answer> {
  const { bankName, analyst, homeCountry, budget } = command;
  await client['app.setUp']({ bankName, analyst, ...(homeCountry === undefined ? {} : { homeCountry }) });
  if (budget !== undefined)
    await client['privacy.setBudget']({ ...wholeBudget(budget, null), reason: 'first set-up' });
  const { bank, dataFolder } = await client['app.state']({});
  const words = `${bankName} is set up in ${dataFolder}.\nKey fingerprint: ${bank?.keyFingerprint ?? ''}`;
  return { document: { bank, dataFolder }, words };
}

async function joinConsortium(client: BankClient, pasted: string): Promise<Answer> {
  const invite = pasted.trim();
  const preview = await client['consortium.previewInvite']({ invite });
  await client['consortium.join']({ invite });
  const words = [
    `Joined ${preview.consortium} at ${preview.address}.`,
    `Operator key:  ${preview.operatorFingerprint}`,
    `This bank's key: ${preview.ownFingerprint}`,
    'Compare both with the operator by telephone; then the operator approves this bank.',
  ];
  return { document: preview, words: words.join('\n') };
}

async function score(client: BankClient, command: Extract<AskedCommand, { kind: 'score' }>): Promise<Answer> {
  const { runId, outputFile } = command;
  const scored = await client['scoring.score']({
    ...(runId === undefined ? {} : { runId }),
    ...(outputFile === undefined ? {} : { outputFile }),
  });
  return { document: scored, words: `${String(scored.rows)} rows scored: ${scored.outputFile}` };
}

const PAGE = 1000;

async function ledger(client: BankClient): Promise<Answer> {
  const entries = [];
  for (let after = 0; ;) {
    const page = await client['privacy.ledger']({ after, limit: PAGE });
    entries.push(...page.entries);
    const last = page.entries.at(-1);
    if (last === undefined || entries.length >= page.total) break;
    after = last.sequence;
  }
  return ledgerAnswer(await client['privacy.state']({}), entries);
}

/** Throws the first part that does not verify, after the others are checked too: the message has all of them. */
async function verify(client: BankClient): Promise<Answer> {
  const checks = await client['audit.verifyStore']({});
  const answer = verifyAnswer(checks);
  const broken = checks.find(({ kind }) => kind === 'broken');
  if (broken?.kind !== 'broken') return answer;
  const code = broken.part === 'Privacy ledger' ? 'ledger-broken' : 'store-damaged';
  throw new FailureError(code, answer.words);
}

async function pack(client: BankClient, program: BankProgram, command: PackCommand): Promise<Answer> {
  const { file, runId, withNotes } = command;
  const made = await client['audit.pack']({ withNotes, ...(runId === undefined ? {} : { runId }) });
  program.writeText(file, made.text);
  return packAnswer(file, made.digest);
}
