import { afterAll, vi } from 'vitest';

/**
 * For projects without isolation: a process of its own and libraries of its own cost each file half a second of processor time.
 * So libraries stay loaded, our own modules are loaded anew with whatever they remember, and a file leaves nothing behind.
 */
const environment = { ...process.env };
vi.resetModules();

afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  for (const name of Object.keys(process.env)) if (!(name in environment)) delete process.env[name];
  Object.assign(process.env, environment);
});
