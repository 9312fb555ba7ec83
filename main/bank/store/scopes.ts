/** Release scopes and the rounds under them, in SQL. */
import type Database from 'better-sqlite3';
import { z } from 'zod';
import { RoundId, RunId, UpdateId } from '#shared/ids.ts';
import { ScopeFigures, ScopeLimits, ScopeView } from '#shared/round/round-view.ts';

export const ScopeState = ScopeView.shape.state;
export type ScopeState = z.infer<typeof ScopeState>;

export interface ScopeRecord {
  readonly number: number;
  readonly runId: RunId;
  readonly source: 'review' | 'standing-policy';
  /** The update whose review it rests on; null for the standing policy. */
  readonly reviewUpdateId: UpdateId | null;
  readonly firstIndex: number;
  /** Releases that it allows. */
  readonly rounds: number;
  readonly limits: ScopeLimits;
  /** Sequence number in the ledger; null without noise. */
  readonly hold: number | null;
  /** ε before each covered round and after the last, as the plan's table said at the start; zeros without noise. */
  readonly epsilons: readonly number[];
  readonly state: ScopeState;
}

export interface ScopeRound {
  readonly roundId: RoundId;
  readonly index: number;
  readonly figures: z.infer<typeof ScopeFigures>;
  readonly sent: boolean;
}

export interface ScopeStore {
  running(runId: RunId): ScopeRecord | undefined;
  allRunning(): readonly ScopeRecord[];
  newest(runId: RunId): ScopeRecord | undefined;
  newestStanding(runId: RunId): ScopeRecord | undefined;
  find(number: number): ScopeRecord | undefined;
  add(scope: Omit<ScopeRecord, 'number' | 'state'>): number;
  setState(number: number, state: ScopeState): void;
  addRound(number: number, round: ScopeRound): void;
  rounds(number: number): readonly ScopeRound[];
  sentCount(number: number): number;
}

const ScopeRow = z.object({
  scope_no: z.int(),
  run_id: RunId,
  source: z.enum(['review', 'standing-policy']),
  review_update_id: UpdateId.nullable(),
  first_position: z.int(),
  rounds: z.int(),
  limits: z.string(),
  hold_sequence: z.int().nullable(),
  epsilons: z.string(),
  state: z.string(),
});
const RoundRow = z.object({ round_id: RoundId, position: z.int(), figures: z.string(), sent: z.int() });

function prepare(database: Database.Database) {
  return {
    running: database.prepare('SELECT * FROM scope WHERE run_id = ? AND is_running = 1'),
    allRunning: database.prepare('SELECT * FROM scope WHERE is_running = 1 ORDER BY scope_no'),
    find: database.prepare('SELECT * FROM scope WHERE scope_no = ?'),
    newest: database.prepare('SELECT * FROM scope WHERE run_id = ? ORDER BY scope_no DESC LIMIT 1'),
    newestStanding: database.prepare(
      "SELECT * FROM scope WHERE run_id = ? AND source = 'standing-policy' ORDER BY scope_no DESC LIMIT 1",
    ),
    add: database.prepare(
      `INSERT INTO scope (run_id, source, review_update_id, first_position, rounds, limits, hold_sequence, epsilons,
         state, is_running)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 1)`,
    ),
    setState: database.prepare('UPDATE scope SET state = ?, is_running = ? WHERE scope_no = ?'),
    addRound: database.prepare(
      `INSERT INTO scope_round (scope_no, round_id, position, figures, sent) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (scope_no, round_id) DO UPDATE SET figures = excluded.figures, sent = excluded.sent`,
    ),
    rounds: database.prepare(
      'SELECT round_id, position, figures, sent FROM scope_round WHERE scope_no = ? ORDER BY position',
    ),
    sentCount: database.prepare('SELECT count(*) FROM scope_round WHERE scope_no = ? AND sent = 1').pluck(),
  };
}

export function openScopeStore(database: Database.Database): ScopeStore {
  const sql = prepare(database);
  return {
    running: (runId) => parseScope(sql.running.get(runId)),
    allRunning: () => sql.allRunning.all().flatMap((row) => parseScope(row) ?? []),
    find: (number) => parseScope(sql.find.get(number)),
    newest: (runId) => parseScope(sql.newest.get(runId)),
    newestStanding: (runId) => parseScope(sql.newestStanding.get(runId)),
    add: (scope) => {
      const { lastInsertRowid } = sql.add.run(
        ...[scope.runId, scope.source, scope.reviewUpdateId, scope.firstIndex, scope.rounds],
        ...[JSON.stringify(scope.limits), scope.hold, JSON.stringify(scope.epsilons)],
        JSON.stringify({ kind: 'running' } satisfies ScopeState),
      );
      return Number(lastInsertRowid);
    },
    setState: (number, state) =>
      void sql.setState.run(JSON.stringify(state), state.kind === 'running' ? 1 : 0, number),
    addRound: (number, round) =>
      void sql.addRound.run(
        ...[number, round.roundId, round.index, JSON.stringify(round.figures), round.sent ? 1 : 0],
      ),
    rounds: (number) => sql.rounds.all(number).map(parseRound),
    sentCount: (number) => z.int().parse(sql.sentCount.get(number)),
  };
}

function parseScope(found: unknown): ScopeRecord | undefined {
  if (found === undefined) return undefined;
  const row = ScopeRow.parse(found);
  return {
    number: row.scope_no,
    runId: row.run_id,
    source: row.source,
    reviewUpdateId: row.review_update_id,
    firstIndex: row.first_position,
    rounds: row.rounds,
    limits: ScopeLimits.parse(JSON.parse(row.limits)),
    hold: row.hold_sequence,
    epsilons: z.array(z.number()).parse(JSON.parse(row.epsilons)),
    state: ScopeState.parse(JSON.parse(row.state)),
  };
}

function parseRound(found: unknown): ScopeRound {
  const row = RoundRow.parse(found);
  return {
    roundId: row.round_id,
    index: row.position,
    figures: ScopeFigures.parse(JSON.parse(row.figures)),
    sent: row.sent === 1,
  };
}
