/** What a careful bank does with a published run: recomputes every model from its sums and checks the chain. */
import { initialCheckpoint, serialiseCheckpoint } from '#main/learning/recipes/checkpoint.ts';
import { stepFromSums } from '#main/learning/recipes/server-step.ts';
import { decodeSums } from '#main/learning/recipes/sums.ts';
import { digestOf } from '#main/wire/identity.ts';
import type { RunId } from '#shared/ids.ts';
import type { Charter } from '#shared/round/charter.ts';
import { updateLayout } from '#shared/round/update-layout.ts';
import type { FakeBank } from './fake-bank.ts';

/** Digest of the weights after each round; bank ids, which differ from consortium to consortium, are not in it. */
export async function replayLog(bank: FakeBank, runId: RunId, charter: Charter): Promise<readonly string[]> {
  const weights: string[] = [];
  let checkpoint = initialCheckpoint(charter);
  let previousHash = digestOf(await bank.client.runPlan({ runId }));
  for (let index = 0; index < charter.recipe.rounds; index++) {
    const { entry: signed, sums } = await bank.client.roundResult({ runId, index, inlineLimit: 8e6 });
    const { entry } = signed;
    if (entry.previousHash !== previousHash) throw new Error(`round ${String(index)} breaks the chain`);
    const layout = updateLayout(charter, checkpoint.weights.length, index);
    const decoded = decodeSums(layout, sums ?? new Uint8Array());
    if (decoded.kind === 'refused') throw new Error(`the sums of round ${String(index)} do not decode`);
    const included = entry.included.map(({ tier, update }) => ({ bankId: update.header.bankId, tier }));
    checkpoint = stepFromSums({ charter, checkpoint, sums: decoded.vectors, included });
    if (digestOf(serialiseCheckpoint(checkpoint)) !== entry.checkpointHash)
      throw new Error(`the model of round ${String(index)} does not follow from its sums`);
    weights.push(digestOf(new Uint8Array(checkpoint.weights.buffer)));
    previousHash = digestOf(signed);
  }
  return weights;
}
