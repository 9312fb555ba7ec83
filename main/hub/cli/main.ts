/** The operator's command line: parses, does one thing, prints one answer, and says how it went by the exit code. */
import path from 'node:path';
import { type Failure, FailureError, isFailure } from '#shared/failure.ts';
import { realClock } from '#main/platform/clock.ts';
import { defaultHome, loadConfig, secretsKeyOf } from '#main/platform/config.ts';
import { createFileLog, createStderrLog, errorFields, joinLogs } from '#main/platform/log.ts';
import { systemRandom } from '#main/platform/random.ts';
import { createSecrets } from '#main/platform/secrets.ts';
import type { HubOptions } from '../create.ts';
import { type Answer, banksAnswer, done, roundsAnswer, runsAnswer, statusAnswer } from './answers.ts';
import { charterFromFile, charterFromPreset } from './charter-of.ts';
import { type CommandLine, type HubCommand, parseHubCommandLine } from './command-line.ts';
import { HUB_HELP } from './help.ts';
import { type HubClient, withHub } from './reach.ts';
import { serveHub } from './serve.ts';

export interface HubProgram {
  readonly args: readonly string[];
  readonly version: string;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Answers the exit code; undefined while `serve` goes on. */
export async function runHubProgram(program: HubProgram): Promise<number | undefined> {
  // Known before the arguments are parsed: a wrong usage has to be answered in the asked form too.
  const json = program.args.includes('--json');
  try {
    const line = parseHubCommandLine(program.args);
    const answer = await perform(line, program);
    program.stdout(json ? `${JSON.stringify(answer.document)}\n` : `${answer.words.trimEnd()}\n`);
    return line.command.kind === 'serve' ? undefined : 0;
  } catch (error) {
    const failure = failureOf(error, program);
    if (json) program.stdout(`${JSON.stringify({ failure })}\n`);
    else program.stderr(`${failure.message}\n${failure.nextStep}\n`);
    return failure.code === 'wrong-usage' ? 2 : 1;
  }
}

function failureOf(error: unknown, program: HubProgram): Pick<Failure, 'code' | 'message' | 'nextStep'> {
  if (!isFailure(error)) program.stderr(`${String(errorFields(error)['stack'])}\n`);
  const named = isFailure(error) ? error : new FailureError('internal', 'Something went wrong inside Parley');
  const { code, message, nextStep } = named.toFailure();
  return { code, message, nextStep };
}

async function perform({ command, home }: CommandLine, program: HubProgram): Promise<Answer> {
  if (command.kind === 'help') return { document: { help: HUB_HELP }, words: HUB_HELP };
  const options = hubOptions(home, program);
  if (command.kind === 'serve') {
    const address = await serveHub(options, command);
    return { document: { address }, words: `Parley hub serving on ${address}` };
  }
  const mayCreate = command.kind === 'init';
  return withHub({ ...options, mayCreate }, (client) => ask(client, command));
}

type AskedCommand = Exclude<HubCommand, { kind: 'help' | 'serve' }>;

async function ask(client: HubClient, command: AskedCommand): Promise<Answer> {
  switch (command.kind) {
    case 'init':
      return statusAnswer(await client['hub.init']({ consortiumName: command.name }));
    case 'status':
      return statusAnswer(await client['hub.status']({}));
    case 'invite': {
      const invited = await client['banks.invite']({ bankName: command.bankName });
      return { document: invited, words: invited.invite };
    }
    case 'banks':
      return banksAnswer(await client['banks.list']({}));
    case 'approve':
      await client['banks.approve']({ bankId: command.bankId, keyFingerprint: command.keyFingerprint });
      return done(`${command.bankId} is a member.`);
    case 'suspend':
      await client['banks.suspend']({ bankId: command.bankId, reason: command.reason });
      return done(`${command.bankId} is suspended.`);
    case 'plan-file':
    case 'plan-preset':
      return plan(client, command);
    case 'runs':
      return runsAnswer(await client['runs.list']({}));
    case 'rounds':
      return roundsAnswer(await client['runs.rounds']({ runId: command.runId }));
    case 'cancel':
      await client['runs.cancel']({ runId: command.runId, reason: command.reason });
      return done(`${command.runId} is cancelled.`);
  }
}

async function plan(
  client: HubClient,
  command: Extract<HubCommand, { kind: 'plan-file' | 'plan-preset' }>,
): Promise<Answer> {
  const { consortium } = await client['hub.status']({});
  if (consortium === null) throw new FailureError('not-set-up', 'This hub has no consortium yet');
  const charter =
    command.kind === 'plan-file'
      ? charterFromFile(command.file)
      : charterFromPreset(command.choice, consortium);
  const planned = await client['runs.plan']({ charter });
  return { document: planned, words: `Run ${planned.runId} is open.\nCharter ${planned.charterHash}` };
}

function hubOptions(home: string | undefined, program: HubProgram): HubOptions {
  const config = loadConfig({ flags: { home }, defaultHome: defaultHome('hub') });
  const clock = realClock;
  const log = joinLogs(
    createStderrLog({ level: 'warn', clock, write: program.stderr }),
    createFileLog({ directory: path.join(config.home, 'logs'), level: config.logLevel, clock }),
  );
  const keys = { directory: path.join(config.home, 'keys'), key: secretsKeyOf(config), random: systemRandom };
  const ports = { clock, random: systemRandom, log, secrets: createSecrets(keys) };
  return { home: config.home, version: program.version, ...ports };
}
