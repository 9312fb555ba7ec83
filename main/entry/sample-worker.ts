/** Worker entry: generates the sample consortium's files. */
import { parentPort, workerData } from 'node:worker_threads';
import { SampleJob } from '../sample/sample.ts';
import { writeSampleFiles } from '../sample/write-files.ts';

writeSampleFiles(SampleJob.parse(workerData), (written) => parentPort?.postMessage({ written }));
