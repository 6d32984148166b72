/** The Bicep files as Azure would get them: the compiled templates, and what each deployment of the tests would create. */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';
import * as v from 'valibot';
import { findCompiler } from '../../scripts/bicep-compiler';
import { workedDeep } from './expressions';

export const DEPLOYMENTS = 'test/infra/deployments';
export const SUBSCRIPTION = '11111111-1111-1111-1111-111111111111';
export const TENANT = '22222222-2222-2222-2222-222222222222';
/** Each deployment by its name, which says what is special in it. */
export const deploymentNames = readdirSync(DEPLOYMENTS).map(name => name.replace(/\.bicepparam$/, ''));

const Resource = v.looseObject({
  id: v.string(),
  type: v.string(),
  name: v.string(),
  apiVersion: v.string(),
  properties: v.optional(v.record(v.string(), v.unknown()), {}),
});
export type Resource = v.InferOutput<typeof Resource>;

const Snapshot = v.object({
  predictedResources: v.array(Resource),
  outputs: v.optional(v.record(v.string(), v.unknown()), {}),
});

export interface Deployed {
  readonly resources: readonly Resource[];
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The only resource of a type, or the one whose name ends so. */
  one(type: string, end?: string): Resource;
}

const compiler = findCompiler(process.env);

/** A test that needs the compiler; without it, it is reported as skipped with the reason in its name. */
export function bicepTest(name: string, work: () => void | Promise<void>): void {
  const whole = async () => {
    await work();
  };
  if ('missing' in compiler) test.skip(`${name} (skipped: ${compiler.missing})`, whole);
  else test(name, whole);
}

/** Runs before the tests that need the compiler, if there is one. */
export function beforeBicep(work: (bicep: Bicep) => Promise<void>): void {
  if ('missing' in compiler) return;
  const { program } = compiler;
  beforeAll(async () => {
    const bicep = new Bicep(program);
    try {
      await work(bicep);
    } finally {
      await bicep.close();
    }
    // It is much work for a busy machine, and the compiler may have to be fetched first.
  }, 600_000);
}

/** What these deployments would create, worked out before the tests of a file. */
export function deployments<Name extends string>(...names: readonly Name[]): (name: Name) => Deployed {
  const deployed = new Map<string, Deployed>();
  beforeBicep(async bicep => {
    for (const name of names) deployed.set(name, await bicep.deployed(name));
  });
  return name => {
    const found = deployed.get(name);
    if (found === undefined) throw new Error(`${name} was not worked out`);
    return found;
  };
}

/** One compiler for many questions: it speaks JSON-RPC, with a header that tells the length of each message. */
class Bicep {
  private readonly process: ChildProcessWithoutNullStreams;
  private received: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  private readonly waiting: ((answer: unknown) => void)[] = [];

  constructor(program: string) {
    this.process = spawn(program, ['jsonrpc', '--stdio']);
    this.process.stdout.on('data', (part: Buffer) => this.receive(part));
    // What was answered already stays so.
    this.process.on('close', () => {
      for (const answer of this.waiting) answer({ id: 0, error: { message: 'the compiler ended' } });
    });
  }

  /** A template as JSON. Whatever the compiler has to say fails it. */
  async compiled(file: string): Promise<unknown> {
    const answer = await this.ask('bicep/compile', { path: resolve(file) });
    const { contents, diagnostics } = v.parse(Compiled, answer);
    if (diagnostics.length > 0 || !contents) throw new Error(`${file}: ${JSON.stringify(diagnostics)}`);
    return JSON.parse(contents);
  }

  /** What a deployment of the tests would create, each expression worked out. */
  async deployed(name: string): Promise<Deployed> {
    const where =
      name === 'management-group' ? { managementGroupId: 'the-group' } : { subscriptionId: SUBSCRIPTION };
    const answer = await this.ask('bicep/getSnapshot', {
      path: resolve(DEPLOYMENTS, `${name}.bicepparam`),
      metadata: { tenantId: TENANT, location: 'westeurope', deploymentName: 'test', ...where },
      externalInputs: [],
    });
    const { snapshot } = v.parse(v.object({ snapshot: v.string() }), answer);
    const { predictedResources, outputs } = v.parse(Snapshot, workedDeep(JSON.parse(snapshot)));
    return {
      resources: predictedResources,
      outputs,
      one(type, end = '') {
        const found = predictedResources.filter(
          resource => resource.type === type && resource.name.endsWith(end),
        );
        const [first] = found;
        if (first === undefined || found.length > 1) throw new Error(`${found.length} ${type} in ${name}`);
        return first;
      },
    };
  }

  async close(): Promise<void> {
    const closed = new Promise(done => this.process.once('close', done));
    this.process.kill();
    await closed;
  }

  private async ask(method: string, params: unknown): Promise<unknown> {
    const answered = new Promise<unknown>(done => this.waiting.push(done));
    const message = JSON.stringify({ jsonrpc: '2.0', id: this.waiting.length, method, params });
    this.process.stdin.write(`Content-Length: ${Buffer.byteLength(message)}\r\n\r\n${message}`);
    const { result, error } = v.parse(Answer, await answered);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result;
  }

  private receive(part: Buffer): void {
    this.received = Buffer.concat([this.received, part]);
    for (;;) {
      const end = this.received.indexOf('\r\n\r\n');
      const [, length] = /Content-Length: (\d+)/i.exec(this.received.subarray(0, end).toString()) ?? [];
      const start = end + 4;
      if (end < 0 || this.received.length < start + Number(length)) return;
      const answer = this.received.subarray(start, start + Number(length)).toString();
      this.received = this.received.subarray(start + Number(length));
      const { id } = v.parse(Answer, JSON.parse(answer));
      this.waiting[id - 1]?.(JSON.parse(answer));
    }
  }
}

export type { Bicep };

const Answer = v.object({
  id: v.number(),
  result: v.optional(v.unknown()),
  error: v.optional(v.object({ message: v.string() })),
});

const Compiled = v.object({ contents: v.nullish(v.string()), diagnostics: v.array(v.unknown()) });
