import { describe, expect, it } from 'vitest';
import type { Failure } from '#shared/failure.ts';
import { UpdateId } from '#shared/ids.ts';
import {
  PARTICIPATION_TABLE,
  type ParticipationEffect,
  type ParticipationEvent,
  type ParticipationState,
  ParticipationState as StateSchema,
  advance,
  isFinal,
} from '#shared/round/participation.ts';

const updateId = UpdateId.parse(`upd_${'0'.repeat(26)}`);
const failure: Failure = { code: 'worker-died', message: 'the worker died', nextStep: 'start it again' };

const EVENTS: readonly ParticipationEvent[] = [
  { kind: 'entered' },
  { kind: 'training-started' },
  { kind: 'training-failed', failure },
  { kind: 'update-held', updateId },
  { kind: 'release-asked' },
  { kind: 'undone' },
  { kind: 'release-committed' },
  { kind: 'receipt-stored' },
  { kind: 'update-refused', failure },
  { kind: 'withheld' },
  { kind: 'discarded' },
  { kind: 'declined' },
  { kind: 'left-run' },
  { kind: 'deadline-passed' },
  { kind: 'round-published', included: true },
  { kind: 'round-published', included: false },
  { kind: 'round-abandoned' },
  { kind: 'restarted' },
];

interface Edge {
  readonly from: ParticipationState;
  readonly event: ParticipationEvent;
  readonly to: ParticipationState;
  readonly effects: readonly ParticipationEffect[];
}

/** Every edge that can be reached from `offered`, breadth first over the real table. */
function explore(): readonly Edge[] {
  const start: ParticipationState = { kind: 'offered' };
  const seen = new Map<string, ParticipationState>([[JSON.stringify(start), start]]);
  const queue: ParticipationState[] = [start];
  const edges: Edge[] = [];
  for (let state = queue.shift(); state !== undefined; state = queue.shift()) {
    for (const event of EVENTS) {
      const next = advance(state, event);
      if (next.kind === 'refusal') continue;
      edges.push({ from: state, event, to: next.state, effects: next.effects });
      const key = JSON.stringify(next.state);
      if (seen.has(key)) continue;
      seen.set(key, next.state);
      queue.push(next.state);
    }
  }
  return edges;
}

const edges = explore();
const sends = (edge: Edge): boolean => edge.effects.some((effect) => effect.kind === 'send');

describe('the participation table', () => {
  it('reaches every state, and every reached state parses', () => {
    const reached = new Set<string>(['offered', ...edges.map((edge) => edge.to.kind)]);
    expect([...reached].sort()).toEqual(Object.keys(PARTICIPATION_TABLE).sort());
    for (const edge of edges) expect(StateSchema.parse(edge.to)).toEqual(edge.to);
  });

  it('sends only out of a committed release', () => {
    const sending = edges.filter(sends);
    expect(sending.map((edge) => `${edge.from.kind} + ${edge.event.kind}`).sort()).toEqual([
      'released + release-committed',
      'sending + restarted',
    ]);
  });

  it('releases only what was held for a review', () => {
    const into = (kind: string): readonly string[] => [
      ...new Set(
        edges.filter((edge) => edge.to.kind === kind && edge.from.kind !== kind).map((e) => e.from.kind),
      ),
    ];
    expect(into('released')).toEqual(['reviewing']);
    expect(into('sending')).toEqual(['released']);
    expect([...into('reviewing')].sort()).toEqual(['released', 'training']);
    expect(into('sent')).toEqual(['sending']);
    // a held update is never replaced by another training of its round
    expect([...into('training')].sort()).toEqual(['joined', 'stopped']);
  });

  it('never leads back once bytes may have left', () => {
    const open = new Set(['offered', 'joined', 'training', 'stopped', 'reviewing', 'released']);
    const back = edges.filter(
      (e) => (e.from.kind === 'sending' || e.from.kind === 'sent') && open.has(e.to.kind),
    );
    expect(back).toEqual([]);
  });

  it('ends: nothing but a repeated restart happens in a final state, and every state can reach one', () => {
    for (const edge of edges.filter((one) => isFinal(one.from))) expect(edge.event.kind).toBe('restarted');
    const ending = new Set(edges.filter((edge) => isFinal(edge.to)).map((edge) => edge.from.kind));
    const unfinished = new Set(
      edges
        .map((edge) => edge.to)
        .filter((state) => !isFinal(state))
        .map((s) => s.kind),
    );
    expect(unfinished.size).toBe(8);
    for (const kind of unfinished) expect(ending).toContain(kind);
  });

  it('a deadline or the end of the round ends every part that has not released', () => {
    for (const edge of edges) {
      if (edge.event.kind !== 'deadline-passed' && edge.event.kind !== 'round-abandoned') continue;
      if (edge.from.kind === 'sending' || edge.from.kind === 'sent') {
        expect(edge.event.kind).toBe('round-abandoned');
        expect(edge.to).toEqual({ kind: 'completed', included: false });
      } else expect(edge.to.kind).toBe('missed');
    }
  });

  it('stops training whenever it leaves training by another way than its result', () => {
    const leaving = edges.filter((edge) => edge.from.kind === 'training' && isFinal(edge.to));
    expect(leaving.length).toBeGreaterThan(3);
    for (const edge of leaving) expect(edge.effects[0]).toEqual({ kind: 'stop-training' });
  });

  it('a restart forgets the countdown, stops training and resumes sending; it changes nothing else', () => {
    const restarts = edges.filter((edge) => edge.event.kind === 'restarted');
    const changed = restarts.filter((edge) => edge.from.kind !== edge.to.kind);
    expect(changed.map((edge) => `${edge.from.kind} → ${edge.to.kind}`).sort()).toEqual([
      'released → reviewing',
      'training → stopped',
    ]);
  });

  it('records what became of every held update that was not released', () => {
    const leaving = edges.filter(
      (edge) => (edge.from.kind === 'reviewing' || edge.from.kind === 'released') && isFinal(edge.to),
    );
    for (const edge of leaving) expect(edge.effects.map((effect) => effect.kind)).toContain('record-outcome');
  });

  it('says why an event is refused', () => {
    const refused = advance({ kind: 'sending', updateId }, { kind: 'undone' });
    expect(refused).toEqual({
      kind: 'refusal',
      reason: '"undone" can\'t happen while this bank\'s part is "sending"',
    });
  });
});
