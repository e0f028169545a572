import { ConfigError } from '@podkit/chassis/config/config';
import { expect, test } from 'vitest';
import { parseAdapterConfig } from '../../src/config/load.ts';

const json = "json:\n  - { name: app, url: 'http://127.0.0.1:1' }\n";

test.each(['prometheus', 'keyValue', 'csv'])(
  'a %s source with the name of another is an error with its line',
  (kind) => {
    const yaml = `${json}${kind}:\n  - { name: own, url: 'http://127.0.0.1:2' }\n  - { name: app, url: 'http://127.0.0.1:3' }\n`;
    const attempt = () => parseAdapterConfig(yaml, 'a.yaml');
    expect(attempt).toThrow(ConfigError);
    expect(attempt).toThrow(`a.yaml:5:7: ${kind}[1].name: another source has the name app too`);
  },
);
