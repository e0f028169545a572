import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { spawnService } from '@podkit/chassis/testing/spawn-service';
import { tempDir } from '@podkit/chassis/testing/temp-dir';
import { waitFor } from '@podkit/chassis/testing/wait-for';
import { writeVolume } from '@podkit/downward/simulate';
import { describe, expect, test } from 'vitest';
import { main } from './support/reader-process.ts';

/** A volume and a cgroup (a stand-in of files) with the same limits: 1.5 CPUs and 256 MiB. */
async function limited(): Promise<Record<string, string>> {
  const dir = tempDir();
  const cgroupRoot = tempDir();
  await writeVolume(dir, {
    labels: 'app.kubernetes.io/name="shop"',
    'limits/cpu_m': '1500',
    'limits/memory_mi': '256',
  });
  writeFileSync(join(cgroupRoot, 'memory.max'), String(256 * 2 ** 20));
  writeFileSync(join(cgroupRoot, 'cpu.max'), '150000 100000');
  return { PATH: process.env.PATH ?? '', DOWNWARD_DIR: dir, DOWNWARD_CGROUP_ROOT: cgroupRoot };
}

function run(args: string[], env: Record<string, string>) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], { env });
  return { status, stdout: String(stdout), stderr: String(stderr) };
}

describe('downward-reader exec', () => {
  test('becomes the program, with the settings that fit the limits, its arguments as they are', async () => {
    const script =
      'console.log(JSON.stringify([process.pid, process.env.UV_THREADPOOL_SIZE, process.env.NODE_OPTIONS, process.argv.slice(1)]))';
    const service = spawnService(main, {
      args: ['exec', '--', 'node', '-e', script, 'a b', '--c'],
      env: await limited(),
    });
    expect(await service.exited).toEqual({ code: 0, signal: null });
    expect(JSON.parse(service.output[0] ?? '')).toEqual([
      service.child.pid,
      '4',
      '--max-old-space-size=226',
      ['a b', '--c'],
    ]);
    expect(service.output).toHaveLength(1);
  });

  test('passes the exit code and signals, since it is the program', async () => {
    const env = await limited();
    expect(run(['exec', 'sh', '-c', 'exit 7'], env).status).toBe(7);
    const service = spawnService(main, {
      args: ['exec', '--', 'sh', '-c', 'trap "exit 42" TERM; echo up; while :; do sleep 0.05; done'],
      env,
    });
    await waitFor('the program', () => service.output.includes('up'));
    expect(await service.stop()).toEqual({ code: 42, signal: null });
  });

  test('makes a growing Node program end with a heap error of its own, below the limit', async () => {
    const grow = 'const all = []; for (;;) all.push(new Array(10_000).fill(all.length));';
    // The percentage counts from the real cgroup, which a test cannot set; so the same heap is asked for in MiB.
    const env = { ...(await limited()), NODE_OPTIONS: '--max-old-space-size=48' };
    const { status, stderr } = run(['exec', '--', 'node', '-e', grow], env);
    expect(stderr).toContain('JavaScript heap out of memory');
    expect(status === null || status === 134).toBe(true);
  });

  test('adds the Pod as OpenTelemetry attributes', async () => {
    const { stdout } = run(['exec', '--', 'sh', '-c', 'echo $OTEL_RESOURCE_ATTRIBUTES'], {
      ...(await limited()),
      POD_NAME: 'shop 0',
    });
    expect(stdout).toBe('k8s.pod.name=shop%200,service.name=shop\n');
  });

  test('prints the settings and their reasons for --print, and runs nothing', async () => {
    const { stdout, status } = run(['exec', '--print', '--', 'java', '-jar', 'x.jar'], await limited());
    expect(status).toBe(0);
    expect(stdout).toContain('# 1.5 CPUs, 256Mi of memory');
    expect(stdout).toContain("-XX:MaxDirectMemorySize=10m -XX:ActiveProcessorCount=2 -XX:+UseSerialGC'");
  });

  test('explains by what sum the settings fit the limit', async () => {
    const { stdout } = run(['exec', '--explain', '--', 'gunicorn', 'shop'], await limited());
    expect(stdout).toMatch(/^WORKER_MEMORY_MIB=\d+\n {2}.*\d+ × \(heap \d+ MiB .*≤ limits\.memory 256 MiB$/m);
  });

  test.each([
    [['exec'], 2, 'no program'],
    [['exec', '--', 'nonesuch'], 127, 'nonesuch: no such program on the PATH'],
    [['exec', '--', '/tmp'], 127, '/tmp: no such program'],
    [['exec', '--memory-share=99', '--', 'true'], 2, '--memory-share="99": expected a whole number from 10 to 90'],
  ])('answers %j with exit code %d and says why', async (args, status, why) => {
    expect(run(args, await limited())).toMatchObject({ status, stderr: expect.stringContaining(why) });
  });

  test('names each wrong template of DOWNWARD_POOLS and ends with 2', async () => {
    const { status, stderr } = run(['exec', '--pools=DB_POOL,A=cpus/0', '--', 'true'], await limited());
    expect(status).toBe(2);
    expect(stderr).toContain('DOWNWARD_POOLS: "DB_POOL" is not like');
    expect(stderr).toContain('DOWNWARD_POOLS: "A=cpus/0" is not like');
  });

  test('ignores the variables that Kubernetes sets for Services named like it', async () => {
    const links = {
      DOWNWARD_SERVICE_HOST: '10.0.0.7',
      DOWNWARD_SERVICE_PORT: '8090',
      DOWNWARD_PORT: 'tcp://10.0.0.7:8090',
      DOWNWARD_PORT_8090_TCP: 'tcp://10.0.0.7:8090',
      DOWNWARD_PORT_8090_TCP_ADDR: '10.0.0.7',
      DOWNWARD_READER_PORT: 'tcp://10.0.0.8:8090',
      DOWNWARD_READER_SERVICE_PORT_HTTP: '8090',
      CPU_LIMIT_PORT: 'tcp://10.0.0.9:80',
    };
    const plain = run(['exec', '--print', '--', 'node'], await limited());
    expect(run(['exec', '--print', '--', 'node'], { ...(await limited()), ...links })).toEqual(plain);
    expect(plain.status).toBe(0);
  });

  test('says so, and ends with 126, where the kernel could not run the file', async () => {
    const path = join(tempDir(), 'data');
    writeFileSync(path, 'no program', { mode: 0o755 });
    const { status, stderr } = run(['exec', '--', path], await limited());
    expect([status, stderr]).toEqual([
      126,
      `downward-reader: ${path}: not a program: it begins with neither #! nor ELF\n`,
    ]);
  });
});

describe('downward-reader --one-time', () => {
  test('prints the field matrix as a table', async () => {
    const { stdout, status } = run(['--one-time', '--format=table'], await limited());
    expect(status).toBe(0);
    expect(stdout).toMatch(/^limits\.cpu +1500 +volume +\d+s +1500 +both$/m);
    expect(stdout).toMatch(
      /^metadata\.labels +app\.kubernetes\.io\/name="shop" +volume +\d+s +app\.kubernetes\.io\/name="shop" +volume$/m,
    );
    expect(stdout).toMatch(/^status\.podIP +- +- +- +- +environment$/m);
  });

  test('writes an environment file that a shell can source', async () => {
    const env = await limited();
    const output = join(tempDir(), 'tuned.env');
    expect(run(['--one-time', '--format=env', `--output=${output}`], env).status).toBe(0);
    const sourced = spawnSync('sh', ['-c', `. ${output}; echo $UV_THREADPOOL_SIZE`], { env: { PATH: env.PATH ?? '' } });
    expect(String(sourced.stdout)).toBe('4\n');
    expect(readFileSync(output, 'utf8')).toContain('# twice the CPUs, from 2 to 16; limits.cpu is 1.5');
  });

  test('compares nothing with its own cgroup where the limits are those of another container', async () => {
    const { DOWNWARD_CGROUP_ROOT: root = '', ...env } = await limited();
    writeFileSync(join(root, 'cpu.max'), 'max 100000');
    const { stdout } = run(['--one-time', '--cgroup=none', `--cgroup-root=${root}`], env);
    expect(JSON.parse(stdout)).toMatchObject({
      resources: { 'limits.cpu': { value: 1500, source: 'volume', findings: [] } },
    });
  });

  test('prints everything as JSON', async () => {
    const { stdout } = run(['--one-time'], await limited());
    expect(JSON.parse(stdout)).toMatchObject({
      resources: { 'limits.memory': { value: 256 * 2 ** 20, findings: [] } },
      warnings: [],
    });
  });
});
