import { describe, expect, it } from 'vitest';
import { createLog, type LogFields } from '../../src/ops/log.ts';

describe('the log', () => {
  it('writes one JSON line an event, with allow-listed fields only', () => {
    const lines: string[] = [];
    const log = createLog('info', { write: (line: string) => lines.push(line) });
    log.warn('delivery-retry', {
      report: 'sgl-1',
      code: '451',
      patient: 'PAT-TROIS',
      nested: { ins: '279035121518989' },
    } as LogFields);
    expect(lines).toHaveLength(1);
    const line = JSON.parse(lines[0] ?? '');
    expect(line).toMatchObject({ event: 'delivery-retry', report: 'sgl-1', code: '451', level: 40 });
    expect(Object.keys(line).sort()).toEqual(['code', 'event', 'level', 'report', 'time']);
    expect(lines[0]).not.toContain('PAT-TROIS');
    expect(lines[0]).not.toContain('279035121518989');
  });

  it('keeps to its level', () => {
    const lines: string[] = [];
    const log = createLog('error', { write: (line: string) => lines.push(line) });
    log.info('received');
    log.error('stage-failed');
    expect(lines.map((line) => JSON.parse(line).event)).toEqual(['stage-failed']);
  });
});
