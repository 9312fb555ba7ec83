/** Imported before any schema is made: zod compiles schemas from text where it may, and asks by trying, which the policy reports. */
import { z } from 'zod';

z.config({ jitless: true });
