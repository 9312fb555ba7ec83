/** Imported before every schema: zod must not try to make code from text, which the page's policy forbids and reports. */
import { z } from 'zod';

z.config({ jitless: true });
