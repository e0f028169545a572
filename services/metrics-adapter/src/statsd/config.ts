import { yamlDuration } from '@podkit/chassis/config/yaml-duration';
import { type Static, Type } from 'typebox';
import { mappingFileSchema } from './mapping/mapping-config.ts';

const address = (description: string) => Type.Optional(Type.String({ description }));
const style = (description: string) => Type.Boolean({ default: true, description });

/** A StatsD source as it stands in the configuration. */
export const statsdSchema = Type.Object(
  {
    name: Type.String({
      default: 'statsd',
      pattern: '^[a-zA-Z0-9_.-]+$',
      description: 'Name of the source in metrics and logs.',
    }),
    udp: address('Address for UDP, such as `:9125`.'),
    tcp: address('Address for TCP, such as `:9125`.'),
    unixStream: address(
      'Path of a Unix stream socket; lines, or packets with their length before them as DogStatsD sends.',
    ),
    unixDatagram: address('Path of a Unix datagram socket; needs the native package unix-dgram.'),
    mappingFile: Type.Optional(
      Type.String({ description: "Path of statsd_exporter's mapping file; read again when it changes." }),
    ),
    mapping: Type.Optional({ ...mappingFileSchema, description: 'The same, written here.' }),
    tags: Type.Object(
      {
        dogstatsd: style('`name:1|c|#key:value`'),
        influxdb: style('`name,key=value:1|c`'),
        librato: style('`name#key=value:1|c`'),
        signalfx: style('`name[key=value]:1|c`'),
      },
      { default: {}, additionalProperties: false, description: 'Tag styles that are understood.' },
    ),
    sets: Type.Object(
      {
        maxAge: yamlDuration({ default: '1m', description: 'How long a member counts after its last sample.' }),
        maxMembers: Type.Integer({
          default: 10_000,
          minimum: 1,
          description: 'Members of one series; further ones are counted as the error `set_full`.',
        }),
      },
      { default: {}, additionalProperties: false, description: 'For samples of type `s`.' },
    ),
    relay: address('Address of a StatsD server that gets every line too, over UDP.'),
    cacheSize: Type.Integer({
      default: 20_000,
      minimum: 100,
      description: 'Names with their tags whose mapping is remembered.',
    }),
    receiveBuffer: Type.Integer({
      default: 4_194_304,
      minimum: 4096,
      description: 'Bytes of UDP packets the kernel may hold; net.core.rmem_max caps it.',
    }),
    maxLineBytes: Type.Integer({ default: 65_536, minimum: 256, description: 'Longest line, or packet, on a stream.' }),
    maxConnections: Type.Integer({
      default: 1024,
      minimum: 1,
      description: 'TCP and Unix stream connections at once.',
    }),
    idleTimeout: yamlDuration({
      default: '1h',
      description: 'Time without a byte after which a TCP or Unix stream connection is closed.',
    }),
  },
  { additionalProperties: false },
);

export type StatsdConfig = Static<typeof statsdSchema>;
