import { describe, expect, it } from 'vitest';
import { charterFromPreset } from '#main/hub/cli/charter-of.ts';
import { parseHubCommandLine } from '#main/hub/cli/command-line.ts';
import { accountedNoiseMultiplier } from '#main/learning/dp-sgd/noise.ts';
import { newId } from '#main/platform/random.ts';
import { BankId, ConsortiumId, RunId } from '#shared/ids.ts';
import { epsilonByPld } from '#shared/privacy/pld.ts';
import type { Charter } from '#shared/round/charter.ts';
import { histogramsOfRun } from '#shared/round/evaluation.ts';
import { seededRandom } from '../../../fakes/random.ts';

const random = seededRandom('command-line');
const bankId = newId(random, 'bnk', BankId);
const runId = newId(random, 'run', RunId);
const consortium = { id: newId(random, 'con', ConsortiumId), name: 'Test consortium' };
const command = (line: string) => parseHubCommandLine(line.split(' ')).command;

const charterOf = (line: string): Charter => {
  const planned = command(line);
  if (planned.kind !== 'plan-preset') throw new Error('not a plan');
  return charterFromPreset(planned.choice, consortium);
};

describe("the operator's command line", () => {
  it('reads every verb', () => {
    expect(parseHubCommandLine([]).command).toEqual({ kind: 'help' });
    expect(command('plan --help')).toEqual({ kind: 'help' });
    expect(command('init --name Cards')).toEqual({ kind: 'init', name: 'Cards' });
    expect(command('serve')).toEqual({
      kind: 'serve',
      listen: { host: '127.0.0.1', port: 4790 },
      name: undefined,
    });
    expect(command('serve --listen [::1]:0')).toMatchObject({ listen: { host: '::1', port: 0 } });
    expect(command('invite --bank Ahorn')).toEqual({ kind: 'invite', bankName: 'Ahorn' });
    expect(command(`suspend ${bankId} --reason test`)).toEqual({ kind: 'suspend', bankId, reason: 'test' });
    expect(command(`rounds ${runId}`)).toEqual({ kind: 'rounds', runId });
    expect(parseHubCommandLine(['status', '--json', '--home', '/h'])).toEqual({
      command: { kind: 'status' },
      home: '/h',
      json: true,
    });
  });

  it('takes a fingerprint with and without its spaces', () => {
    const digits = 'ABCD'.repeat(8);
    expect(command(`approve ${bankId} --fingerprint ${digits}`)).toMatchObject({
      keyFingerprint: Array(8).fill('abcd').join(' '),
    });
  });

  it.each([
    'frob',
    'init',
    'serve --listen everywhere',
    'serve --listen 127.0.0.1:70000',
    `approve ${bankId} --fingerprint 12`,
    'approve bnk_1 --fingerprint 00',
    'rounds',
    `rounds ${runId} ${runId}`,
    'plan',
    'plan --preset card-v9',
    'plan --preset card-v1 --recipe guess',
    'plan --preset card-v1 --rounds many',
    'plan --preset card-v1 --recipe fedavg --epsilon 4',
    'plan --preset card-v1 --epsilon 4 --noise-multiplier 1',
    'plan --preset card-v1 --train-from 2030-01-01',
    'status --unknown',
  ])('refuses %s as wrong usage', (line) => {
    expect(() => command(line)).toThrow(expect.objectContaining({ code: 'wrong-usage' }) as Error);
  });

  it('plans the published recipe: σ 1.587 for ε 4 at δ 7.4e-7', () => {
    const charter = charterOf('plan --preset card-v1 --epsilon 4 --delta 7.4e-7 --evaluate-every never');
    expect(charter.privacy.noiseMultiplier).toBeGreaterThan(1.585);
    expect(charter.privacy.noiseMultiplier).toBeLessThan(1.59);
    expect(charter.recipe).toMatchObject({ kind: 'few-rounds', rounds: 25, steps: 500 });
    expect(charter.model.layers).toEqual([21, 64, 32, 1]);
    expect(charter.evaluation.histogram).toEqual({ kind: 'off' });
  });

  it('lets training and score histograms share the ε asked for', () => {
    const { privacy, evaluation, recipe } = charterOf('plan --preset card-v1 --epsilon 4 --delta 7.4e-7');
    expect(evaluation.histogram).toEqual({
      kind: 'on',
      everyRounds: 8,
      noiseStandardDeviation: 10,
      rowsPerUnit: 1,
    });
    const training = { samplingRate: 0.05, noiseMultiplier: privacy.noiseMultiplier, steps: 500 };
    const histograms = histogramsOfRun(evaluation.histogram, recipe.rounds);
    expect(histograms).toEqual([{ samplingRate: 1, noiseMultiplier: 9.98, steps: 3 }]);
    const epsilon = epsilonByPld([training, ...histograms], privacy.delta);
    expect(epsilon).toBeLessThanOrEqual(4);
    expect(epsilon).toBeGreaterThan(3.99);
    // the histograms make the noise of the training larger, by less than a twentieth
    expect(privacy.noiseMultiplier / 1.587).toBeGreaterThan(1.01);
    expect(privacy.noiseMultiplier / 1.587).toBeLessThan(1.05);
  });

  it('gives exact noise a little more, so that it is accounted for as the other', () => {
    const options = '--preset card-v1 --delta 7.4e-7 --evaluate-every never';
    const rounded = charterOf(`plan ${options}`);
    const exact = charterOf(`plan ${options} --sampler discrete-gaussian`);
    expect(exact.privacy.sampler).toBe('discrete-gaussian');
    const ratio = accountedNoiseMultiplier(exact) / rounded.privacy.noiseMultiplier;
    expect(ratio).toBeGreaterThanOrEqual(1);
    expect(ratio).toBeLessThan(1.001);
    expect(exact.privacy.noiseMultiplier / rounded.privacy.noiseMultiplier).toBeGreaterThan(1.01);
  });

  it('gives histograms of a smaller ε more noise, of accounts m rows each, and none without privacy', () => {
    const histogram = (line: string) => charterOf(`plan --preset card-v2 ${line}`).evaluation.histogram;
    expect(histogram('--epsilon 1')).toMatchObject({ noiseStandardDeviation: 40, rowsPerUnit: 1 });
    expect(histogram('--unit account')).toMatchObject({ noiseStandardDeviation: 30, rowsPerUnit: 3 });
    expect(histogram('--noise-multiplier 1.1')).toMatchObject({ noiseStandardDeviation: 10 });
    expect(histogram('--recipe one-step')).toMatchObject({ everyRounds: 100 });
    expect(histogram('--evaluate-every 5')).toMatchObject({ everyRounds: 5 });
    expect(histogram('--recipe one-step --epsilon none')).toEqual({ kind: 'off' });
    expect(histogram('--recipe fedavg')).toEqual({ kind: 'off' });
  });

  it('says which choices do not fit together', () => {
    const planned = command('plan --preset card-v2 --recipe few-rounds --epsilon none');
    if (planned.kind !== 'plan-preset') throw new Error('not a plan');
    expect(() => charterFromPreset(planned.choice, consortium)).toThrow(
      expect.objectContaining({ code: 'charter-invalid' }) as Error,
    );
  });
});
