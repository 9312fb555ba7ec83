/** Performs one action on the machine, ends the process where the action says so, and notes the figures that the app shows. */
import type Database from 'better-sqlite3';
import { isFailure } from '#shared/failure.ts';
import { type Action, type ActionName, DOES } from './actions.ts';
import { Crash } from './fuse.ts';
import { settled, type World } from './world.ts';

/** Does it, lets everything settle, starts again after a crash; answers the failure code of a refusal. */
export async function perform(world: World, action: Action): Promise<string | null> {
  world.fuse.arm(action.crashAt);
  const refusal = await attempt(world, action.name);
  await settled(world);
  if (world.fuse.isBlown()) world.restart();
  else world.fuse.arm(null);
  await settled(world);
  noteFigures(world);
  return refusal;
}

async function attempt(world: World, name: ActionName): Promise<string | null> {
  try {
    await DOES[name](world);
    return null;
  } catch (error) {
    if (error instanceof Crash) return 'crash';
    // A hub's or a person's step behind the fuse fails with it; anything else is a bug of product or harness.
    if (isFailure(error)) return error.code;
    if (world.fuse.isBlown()) return 'crash';
    throw error;
  }
}

function noteFigures(world: World): void {
  const { ledger, database } = world.bank;
  const { budget, chargedEpsilon, heldEpsilon, health } = ledger.state();
  world.recorder.happened({
    kind: 'figures',
    budget: budget?.epsilon ?? 0,
    charged: chargedEpsilon,
    held: heldEpsilon,
    isVerified: health.kind === 'verified',
    scopes: scopesIn(database),
  });
}

interface ScopeRow {
  readonly number: number;
  readonly source: string;
  readonly state: string;
}

function scopesIn(database: Database.Database): readonly ScopeRow[] {
  return database
    .prepare<[], ScopeRow>(
      "SELECT scope_no AS number, source, state ->> 'kind' AS state FROM scope ORDER BY scope_no",
    )
    .all();
}
