import { strict } from '@podkit/chassis/config/strict';
import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { mappingFileSchema } from './mapping/mapping-config.ts';

const address = (description: string) => Type.Optional(Type.String({ description }));
const style = (description: string) => Type.Boolean({ default: true, description });

/** A source that receives StatsD. */
export const statsdSchema = strict({
  name: Type.String({
    default: 'statsd',
    pattern: '^[a-zA-Z0-9_.-]+$',
    description: 'Name of the source in metrics and logs.',
  }),
  udp: address('Address for UDP, such as `:9125`.'),
  tcp: address('Address for TCP, such as `:9125`.'),
  unixStream: address('Path of a Unix stream socket, for lines or for the length-prefixed packets of DogStatsD.'),
  unixDatagram: address('Path of a Unix datagram socket; needs the native package unix-dgram.'),
  mappingFile: Type.Optional(
    Type.String({ description: "Path of statsd_exporter's mapping file; reloaded when it changes." }),
  ),
  mapping: Type.Optional({ ...mappingFileSchema, description: 'The mappings, instead of a file.' }),
  tags: strict(
    {
      dogstatsd: style('`name:1|c|#key:value`'),
      influxdb: style('`name,key=value:1|c`'),
      librato: style('`name#key=value:1|c`'),
      signalfx: style('`name[key=value]:1|c`'),
    },
    { default: {}, description: 'Supported tag styles.' },
  ),
  sets: strict(
    {
      maxAge: yamlDuration({ default: '1m', description: 'Time for which a member counts after its last sample.' }),
      maxMembers: Type.Integer({
        default: 10_000,
        minimum: 1,
        description: 'Maximum number of members of one series; further ones are counted as the error `set_full`.',
      }),
    },
    { default: {}, description: 'For samples of type `s`.' },
  ),
  relay: address('Address of a StatsD server to which every line is relayed over UDP.'),
  cacheSize: Type.Integer({
    default: 20_000,
    minimum: 100,
    description: 'Combinations of name and tags whose mapping is cached.',
  }),
  receiveBuffer: Type.Integer({
    default: 4_194_304,
    minimum: 4096,
    description: "Bytes of the kernel's receive buffer for UDP; at most net.core.rmem_max.",
  }),
  maxLineBytes: Type.Integer({
    default: 65_536,
    minimum: 256,
    description: 'Maximum length of a line or packet on a stream, in bytes.',
  }),
  maxConnections: Type.Integer({
    default: 1024,
    minimum: 1,
    description: 'Maximum number of open TCP and Unix stream connections.',
  }),
  idleTimeout: yamlDuration({
    default: '1h',
    description: 'Time without a byte after which a TCP or Unix stream connection is closed.',
  }),
});

export type StatsdConfig = Static<typeof statsdSchema>;
