/** Entry of the backend's utility process: the bank's backend as in the headless host, served to the page over a port. */
import { createBank } from '../main/bank/create.ts';
import { connectFederation } from '../main/wire/federation-client.ts';
import { openBackend } from './backend/backend.ts';

openBackend({
  parent: process.parentPort,
  entryDirectory: import.meta.dirname,
  openBank: async (host) => {
    const bank = await createBank({ ...host, connectFederation });
    bank.resumeDemo();
    return bank;
  },
});
