import { getErrorCode } from '@podkit/chassis/errors';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileKubectl } from '../../src/json/kubectl/template.ts';
import type { Json } from '../../src/json/parse.ts';

// The document of https://kubernetes.io/docs/reference/kubectl/jsonpath/
const list: Json = {
  kind: 'List',
  items: [
    { kind: 'None', metadata: { name: '127.0.0.1', labels: { 'kubernetes.io/hostname': 'kind' } }, status: { n: 1 } },
    { kind: 'None', metadata: { name: '127.0.0.2' }, status: { n: 2 } },
  ],
  users: [
    { name: 'myself', user: {} },
    { name: 'e2e', user: { username: 'admin', password: 'secret' } },
  ],
};

test.each([
  ['kind is {.kind}', 'kind is List'],
  ['{.kind}', 'List'],
  ["{['kind']}", 'List'],
  ['{..name}', '127.0.0.1 127.0.0.2 myself e2e'],
  ['{.items[*].metadata.name}', '127.0.0.1 127.0.0.2'],
  ['{.users[0].name}', 'myself'],
  ['{.users[-1:].name}', 'e2e'],
  ['{.users[-1].name}', 'e2e'],
  ['{.users[::2].name}', 'myself'],
  ['{.items[0,1].status.n}', '1 2'],
  ["{.items[*]['metadata.name', 'status.n']}", '127.0.0.1 127.0.0.2 1 2'],
  ["{.items[0]['metadata.labels.kubernetes\\.io/hostname']}", 'kind'],
  ["{.items[0].metadata.labels['kubernetes.io/hostname']}", 'kind'],
  ['{...name}', '127.0.0.1 127.0.0.2 myself e2e'],
  ["{.items[*].metadata['name','nope']}", '127.0.0.1 127.0.0.2'],
  ['{.users[?(@.name=="e2e")].user.password}', 'secret'],
  ['{.users[?(@.name =~ "^my")].name}', 'myself'],
  ['{.items[?(@.status.n > 1)].metadata.name}', '127.0.0.2'],
  ['{.items[?(@.status.n != 1)].metadata.name}', '127.0.0.2'],
  ['{.users[?(@.user.username)].name}', 'e2e'],
  ['{.items[0].metadata.labels.kubernetes\\.io/hostname}', 'kind'],
  ['{range .items[*]}[{.metadata.name}, {.status.n}] {end}', '[127.0.0.1, 1] [127.0.0.2, 2] '],
  ['{range .items[*]}{.metadata.name}{"\\t"}{end}', '127.0.0.1\t127.0.0.2\t'],
  ['{$.kind}', 'List'],
  ['{kind}', 'List'],
  ['{@.kind}', 'List'],
  ['{.nope.deeper}', ''],
  ['{.users[1].user}', '{"username":"admin","password":"secret"}'],
])('%s gives "%s"', (template, expected) => {
  expect(compileKubectl(template).text(list)).toBe(expected);
});

test.each([
  ['{.a', 'a brace is not closed'],
  ['{.items[}', 'missing'],
  ['{.items[?(@.a == "x"]}', '")" is missing'],
  ['{range .a}', '{range} without {end}'],
  ['{end}', '{end} without {range}'],
  ['{.items[::0]}', 'a step must be above 0'],
  ['{....name}', '".." may not follow ".."'],
])('%s is refused with the reason', (template, why) => {
  expect(() => compileKubectl(template)).toThrow(why);
});

test('any field is found by its name in brackets', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), (name, value) => {
      const template = `{[${JSON.stringify(name).replaceAll(/\\u[0-9a-f]{4}|\\[bf]/g, '')}]}`;
      fc.pre(!/\\u|\\[bf]/.test(JSON.stringify(name)));
      expect(compileKubectl(template).text({ [name]: value })).toBe(value);
    }),
  );
});

function codeOfCompiling(template: string): string | undefined {
  try {
    compileKubectl(template).text(list);
    return 'fine';
  } catch (error) {
    return getErrorCode(error);
  }
}

test('any text compiles or is refused with a PodkitError', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(codeOfCompiling(`{${text}}`)).toMatch(/^(fine|ERR_JSONPATH|ERR_REGEX)$/);
    }),
  );
});
