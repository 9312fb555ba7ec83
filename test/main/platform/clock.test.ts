import { expect, it } from 'vitest';
import { realClock, sleep } from '../../../main/platform/clock.ts';
import { fakeClock } from '../../fakes/clock.ts';

it('fires once after the delay, on the monotonic clock', async () => {
  const before = realClock.monotonic();
  await sleep(realClock, 20);
  expect(realClock.monotonic() - before).toBeGreaterThan(18.5);
});

it('does not fire a cancelled action', async () => {
  let fired = 0;
  const cancel = realClock.after(5, () => fired++);
  cancel();
  await sleep(realClock, 15);
  expect(fired).toBe(0);
});

it('does not fire a delay above 2^31 ms at once, as a bare timer would', async () => {
  let fired = 0;
  const cancel = realClock.after(2 ** 32, () => fired++);
  await sleep(realClock, 10);
  cancel();
  expect(fired).toBe(0);
});

it('fake clock: fires in order of time, also timers set meanwhile', () => {
  const clock = fakeClock();
  const seen: string[] = [];
  clock.after(20, () => seen.push('late'));
  clock.after(10, () => {
    seen.push('early');
    clock.after(5, () => seen.push(`between at ${String(clock.monotonic())}`));
  });
  clock.advance(30);
  expect(seen).toEqual(['early', 'between at 15', 'late']);
  expect(clock.pending()).toBe(0);
});

it('fake clock: a wall clock that jumps moves no deadline', () => {
  const clock = fakeClock();
  let fired = 0;
  clock.after(1000, () => fired++);
  clock.setWallClock(clock.now() + 86_400_000);
  expect(fired).toBe(0);
  clock.advance(1000);
  expect(fired).toBe(1);
});
