/** Worker thread: helps a training thread to add up row gradients, until that one closes the kernel. */
import { workerData } from 'node:worker_threads';
import { KernelThreadData, runKernelThread } from '#main/learning/kernel/pool.ts';

runKernelThread(KernelThreadData.parse(workerData));
