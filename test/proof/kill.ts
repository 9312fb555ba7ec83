/** `prove kill`: SIGKILL at random instants of a run, and the same model bit for bit all the same (I1, I2, I5, I6). */
import { stream } from '#main/sample/generator/stream.ts';
import { KILL_HELP, type KillOptions, parseKillOptions, type Victim } from './kill/options.ts';
import { killedRun, type KilledRun } from './kill/run.ts';
import type { Check, Proof } from './proof.ts';

const KILLS_A_RUN = 10;

interface VictimReport {
  readonly victim: Victim;
  readonly runs: readonly KilledRun[];
}

export const proof: Proof = {
  summary: 'kills the hub and a bank at random instants; the model and the ledger come out right every time',
  help: KILL_HELP,
  run: async (args, say) => {
    const options = parseKillOptions(args);
    const reports: VictimReport[] = [];
    for (const victim of options.victims) reports.push({ victim, runs: await runsOf(victim, options, say) });
    return { table: reports.map(line).join('\n'), figures: reports, checks: reports.flatMap(checksOf) };
  },
};

async function runsOf(
  victim: Victim,
  options: KillOptions,
  say: (line: string) => void,
): Promise<readonly KilledRun[]> {
  const random = stream(options.seed, `kill-${victim}`);
  const runs: KilledRun[] = [];
  let kills = 0;
  while (kills < options.points) {
    const most = Math.min(KILLS_A_RUN, options.points - kills);
    const run = await killedRun({ victim, kills: most, rounds: options.rounds, random });
    kills += run.kills;
    runs.push(run);
    const found = run.violations.length === 0 ? 'as it should be' : run.violations.join('; ');
    say(
      `${victim}: ${String(kills)} of ${String(options.points)} kills, run of ${run.seconds.toFixed(0)} s: ${found}`,
    );
  }
  return runs;
}

function killsOf(report: VictimReport): number {
  return report.runs.reduce((total, run) => total + run.kills, 0);
}

function line(report: VictimReport): string {
  const violations = report.runs.reduce((total, run) => total + run.violations.length, 0);
  return `${report.victim.padEnd(6)} ${String(killsOf(report)).padStart(5)} kills in ${String(report.runs.length)} runs, ${String(violations)} violations`;
}

function checksOf(report: VictimReport): readonly Check[] {
  const violations = report.runs.flatMap((run) => run.violations);
  return [
    {
      name: `kill -9 of the ${report.victim}`,
      passed: violations.length === 0,
      detail:
        violations[0] ??
        `${String(killsOf(report))} kills, every model equals its offline replay, no ledger is short`,
    },
  ];
}
