/** The analyst's command line: parses, does one thing, prints one answer, and says how it went by the exit code. */
import { errorFields } from '#main/platform/log.ts';
import { type Failure, FailureError, isFailure } from '#shared/failure.ts';
import type { Answer } from './answers.ts';
import { type CommandLine, parseBankCommandLine } from './command-line.ts';
import { epsilonAnswer } from './epsilon.ts';
import { BANK_HELP } from './help.ts';
import { type BankProgram, endProgress } from './program.ts';

/** Answers the exit code; undefined while `serve` goes on. */
export async function runBankProgram(program: BankProgram): Promise<number | undefined> {
  // Known before the arguments are parsed: a wrong usage has to be answered in the asked form too.
  const json = program.args.includes('--json');
  try {
    const { answer, goesOn } = await perform(program);
    program.stdout(json ? `${JSON.stringify(answer.document)}\n` : `${answer.words.trimEnd()}\n`);
    return goesOn ? undefined : 0;
  } catch (error) {
    endProgress(program);
    const failure = failureOf(error, program);
    if (json) program.stdout(`${JSON.stringify({ failure })}\n`);
    else program.stderr(`${failure.message}\n${failure.nextStep}\n`);
    return failure.code === 'wrong-usage' ? 2 : 1;
  }
}

function failureOf(error: unknown, program: BankProgram): Pick<Failure, 'code' | 'message' | 'nextStep'> {
  if (!isFailure(error)) program.stderr(`${String(errorFields(error)['stack'])}\n`);
  const named = isFailure(error) ? error : new FailureError('internal', 'Something went wrong inside Parley');
  const { code, message, nextStep } = named.toFailure();
  return { code, message, nextStep };
}

interface Performed {
  readonly answer: Answer;
  readonly goesOn: boolean;
}

async function perform(program: BankProgram): Promise<Performed> {
  const { args } = program;
  const isHelp = args.includes('--help') || args.includes('-h');
  if (args[0] === 'epsilon' && !isHelp)
    return { answer: epsilonAnswer(args, program.readText), goesOn: false };
  return performCommand(parseBankCommandLine(args), program);
}

async function performCommand({ command, home }: CommandLine, program: BankProgram): Promise<Performed> {
  if (command.kind === 'help')
    return { answer: { document: { help: BANK_HELP }, words: BANK_HELP }, goesOn: false };
  const port = command.kind === 'serve' ? command.port : undefined;
  // Loaded here, so that help and epsilon start without a store, sockets and training.
  const { ask, restoreBank, restored, serveBank, withBank } = await import('./backend.ts');
  const options = await program.bankOptions({ home, port });
  if (command.kind === 'serve') return { answer: await serveBank(options, command.withPage), goesOn: true };
  if (command.kind === 'restore') {
    const kept = restoreBank(options, command.file);
    const answer = await withBank({ options, mayCreate: false }, (client) => restored(client, kept));
    return { answer, goesOn: false };
  }
  const mayCreate = command.kind === 'init';
  const answer = await withBank({ options, mayCreate }, (client) => ask(client, command, program));
  return { answer, goesOn: false };
}
