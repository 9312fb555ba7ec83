import { expect, it } from 'vitest';
import { cheapestAssignment } from '#main/learning/attacks/assignment.ts';
import { publicRandom, uniformInteger } from '#main/learning/model/public-random.ts';

function permutations(values: readonly number[]): readonly (readonly number[])[] {
  if (values.length === 0) return [[]];
  return values.flatMap((first) =>
    permutations(values.filter((value) => value !== first)).map((rest) => [first, ...rest]),
  );
}

function total(costs: readonly (readonly number[])[], columns: readonly number[]): number {
  return columns.reduce((sum, column, row) => sum + (costs[row]?.[column] ?? Number.NaN), 0);
}

it('assigns as cheaply as the best of all permutations', () => {
  const random = publicRandom(1);
  let greedyLost = 0;
  for (let n = 0; n < 60; n++) {
    const size = 1 + (n % 6);
    const costs = Array.from({ length: size }, () =>
      Array.from({ length: size }, () => uniformInteger(random, 50)),
    );
    const found = cheapestAssignment(costs);
    const best = Math.min(...permutations([...costs.keys()]).map((columns) => total(costs, columns)));
    expect(new Set(found).size).toBe(size);
    expect(total(costs, found)).toBe(best);
    const eachCheapest = costs.reduce((sum, row) => sum + Math.min(...row), 0);
    if (eachCheapest < best) greedyLost++;
  }
  expect(greedyLost).toBeGreaterThan(10);
});
