import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    // Two cores: more workers than that only make the whole-daemon tests slower.
    maxWorkers: 2,
    // Documents carry local times; a fixed zone keeps golden files independent of the machine.
    env: { TZ: 'Europe/Paris' },
  },
});
