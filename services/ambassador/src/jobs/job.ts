import type { Logger } from '@podkit/chassis/log/logger';
import type { ConfiguredStores } from '../assembly/generation.ts';
import type { FileConfig } from '../config/file-schema.ts';
import type { Engine } from '../routing/engine.ts';

/** What a job works with; `waitTimeout` is in milliseconds. */
export type JobContext = { file: FileConfig; engine: Engine<ConfiguredStores>; log: Logger; waitTimeout: number };

/** What `ambassador <job> <words>` does instead of serving. */
export type Job = (context: JobContext, words: readonly string[]) => Promise<void>;
